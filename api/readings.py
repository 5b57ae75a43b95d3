"""Readings: what sensors reported, as it was stored."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from starlette.requests import Request
from starlette.responses import Response

from api import examples, schemas
from api.answer import answer
from api.caller import Asking, Caller
from api.cursor import DEFAULT_LIMIT, After, Limit
from api.formats import Format
from api.openapi import ALWAYS, told
from api.page import Page
from api.sensors import Key, SensorKeys, SiteKey, sensor_names, the_sensor
from api.source import Relation
from api.span import AskedSpan
from api.streams import the_stream
from emscher.stream import Stream

router = APIRouter(prefix="/v1", tags=["readings"])

Form = Annotated[str, Depends(Format(("json", "csv", "parquet")))]
Name = Annotated[str, Path(description="Name of the stream.", examples=["traffic"])]

_PROBLEMS = (*ALWAYS, "unknown-name", "wrong-format", "key-needed", "wrong-key", "no-key-set", "too-slow")
_RESPONSES = told(examples.READINGS, *_PROBLEMS, others={"csv": examples.READINGS_CSV, "parquet": None})


@router.get(
    "/readings/{stream}",
    summary="Readings of a stream",
    response_model=schemas.Readings,
    responses=_RESPONSES,
)
async def list_readings(
    request: Request,
    caller: Asking,
    form: Form,
    span: AskedSpan,
    stream: Name,
    sensor: SensorKeys = None,
    site: SiteKey = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Response:
    """Readings in the order of their time and sensor; an interval stands at its begin. Traffic and signals are open."""
    meant = the_stream(stream)
    relation = await _allowed(caller, meant)
    names = await sensor_names(caller, [meant.name], sensor, site)
    page = Page(relation, "observed_at", ("sensor_id", *meant.key), names, meant.units, span, limit, after)
    return await _paged(request, caller, form, meant, page)


@router.get(
    "/sensors/{key}/readings",
    summary="Readings of a sensor",
    response_model=schemas.Readings,
    responses=_RESPONSES,
)
async def list_readings_of_sensor(
    request: Request,
    caller: Asking,
    form: Form,
    span: AskedSpan,
    key: Key,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Response:
    """Readings of one sensor in the order of their time."""
    found = await the_sensor(caller, key)
    return await list_readings(request, caller, form, span, found.columns["stream"][0], [key], limit=limit, after=after)


async def _allowed(caller: Caller, stream: Stream) -> Relation:
    relation = await caller.source.existing(stream.table)
    if not caller.may_read(relation):
        raise caller.refusal(
            f"Single readings of the stream {stream.name} are internal; /v1/indicators says what is open."
        )
    return relation


async def _paged(request: Request, caller: Caller, form: str, stream: Stream, page: Page) -> Response:
    sheet, following = await page.read(caller)
    return answer(
        request, caller, form, [sheet], following=following, head={"stream": stream.name}, times=("observed_at",)
    )
