"""An answer with figures of a period: what is asked for, and a row for each figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import Depends, Query
from psycopg import sql
from starlette.requests import Request
from starlette.responses import Response

from api.answer import answer
from api.caller import Caller
from api.formats import Format
from api.problem import bad_parameter
from api.sheet import Kind, Sheet, transposed
from processing.figures import store
from processing.figures.figure import Figure
from processing.figures.period import Period, period
from processing.figures.titles import Title

Form = Annotated[str, Depends(Format(("json", "csv")))]
Asked = Annotated[
    str | None,
    Query(
        alias="period",
        description="A year (2026), a quarter (2026Q4) or a month (2026-11) of the city; by default this month.",
        examples=["2026Q4"],
    ),
]
_COLUMNS: Mapping[str, Kind] = {
    "site": "text",
    "figure": "text",
    "name_en": "text",
    "name_de": "text",
    "value": "number",
    "unit": "text",
    "state": "text",
    "reason": "text",
    "completeness_pct": "number",
    "sources": "object",
    "simulated": "boolean",
}


def period_of(request: Request, asked: str | None) -> Period:
    """Read the period that is asked for, by default this month."""
    zone = request.app.state.settings.time_zone
    now: datetime = request.app.state.clock()
    try:
        found = period(asked or "", zone) if asked else _this_month(now, zone)
    except ValueError as exc:
        raise bad_parameter("period", str(exc)) from exc
    if found.since > now:
        raise bad_parameter("period", f"{found.name} has not begun")
    return found


def _this_month(now: datetime, zone: str) -> Period:
    return period(now.astimezone(ZoneInfo(zone)).strftime("%Y-%m"), zone)


def fetch_of(caller: Caller) -> store.Fetch:
    """Give what reads the store in the caller's rights."""

    async def fetch(statement: sql.SQL, values: Mapping[str, Any]) -> list[Any]:
        return await caller.source.fetch(caller.role, statement, values)

    return fetch


def row(site: str, simulated: bool, name: str, title: Title, figure: Figure) -> tuple[Any, ...]:  # noqa: FBT001 - a column
    """Give a line of the answer."""
    return (
        site,
        name,
        title.name_en,
        title.name_de,
        figure.value,
        figure.unit,
        figure.state,
        figure.reason,
        figure.completeness_pct,
        figure.sources,
        simulated,
    )


def answer_figures(
    request: Request, caller: Caller, form: str, span: Period, rows: Sequence[Sequence[Any]]
) -> Response:
    """Answer with figures of a period."""
    sheet = Sheet()
    for (name, kind), values in zip(_COLUMNS.items(), transposed(rows, len(_COLUMNS)), strict=True):
        sheet.put(name, kind, values)
    return answer(request, caller, form, [sheet], head={"period": span.name})
