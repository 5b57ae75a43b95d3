"""Limits and factors: dated rows with their source, by which indicators are judged and reported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from api import examples, schemas
from api.answer import answer
from api.caller import Asking, Caller
from api.formats import Format
from api.openapi import ALWAYS, told
from api.sheet import Sheet, kind_of, transposed
from api.source import SQL

router = APIRouter(prefix="/v1", tags=["indicators"])

Form = Annotated[str, Depends(Format(("json", "csv")))]


@router.get(
    "/thresholds",
    summary="Limits, each with its source and the days it holds",
    response_model=schemas.Thresholds,
    responses=told(examples.THRESHOLDS, *ALWAYS, "wrong-format", others={"csv": None}),
)
async def list_thresholds(request: Request, caller: Asking, form: Form) -> Response:
    """Every limit; the unit of a value stands in its row."""
    names = ("name", "scope", "value", "unit", "valid_from", "valid_to", "source", "status")
    return answer(request, caller, form, [await _read(caller, "threshold", "thresholds", names)])


@router.get(
    "/emission-factors",
    summary="Emission factors by year and by the year they were published in",
    response_model=schemas.EmissionFactors,
    responses=told(examples.EMISSION_FACTORS, *ALWAYS, "wrong-format", others={"csv": None}),
)
async def list_emission_factors(request: Request, caller: Asking, form: Form) -> Response:
    """Every factor with its gas, vintage and source."""
    names = ("energy_source", "year", "vintage", "g_per_kwh", "gas", "upstream_included", "status", "source")
    return answer(request, caller, form, [await _read(caller, "emission_factor", "emission_factors", names)])


async def _read(caller: Caller, table: str, query: str, names: Sequence[str]) -> Sheet:
    relation = await caller.source.existing(table)
    rows = await caller.source.fetch(caller.role, SQL[query].statement)
    sheet = Sheet()
    for name, values in zip(names, transposed(rows, len(names)), strict=True):
        sheet.put(name, kind_of(relation.columns[name]), values)
    return sheet
