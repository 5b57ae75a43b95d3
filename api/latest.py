"""Latest: the newest reading of every sensor."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from psycopg import sql
from starlette.requests import Request
from starlette.responses import Response

from api import examples, schemas
from api.answer import answer
from api.caller import Asking
from api.formats import Format
from api.openapi import ALWAYS, told
from api.page import Names, fill, put_names
from api.sensors import SiteKey, StreamName, check_stream, named
from api.sheet import Sheet
from api.sites import site_names
from api.source import SQL, Relation, Statement, columnar
from emscher.stream import Stream
from emscher.streams import streams

router = APIRouter(prefix="/v1", tags=["readings"])


@router.get(
    "/latest",
    summary="Newest reading of every sensor",
    response_model=schemas.Latest,
    responses=told(
        examples.LATEST,
        *ALWAYS,
        "wrong-format",
        "key-needed",
        "wrong-key",
        "no-key-set",
        others={"csv": examples.LATEST_CSV},
    ),
)
async def list_latest(
    request: Request,
    caller: Asking,
    form: Annotated[str, Depends(Format(("json", "csv")))],
    stream: StreamName = None,
    site: SiteKey = None,
) -> Response:
    """Newest reading of every sensor, of every stream that is open to the caller or of one; units are by stream."""
    check_stream(stream)
    if site is not None:
        await site_names(caller, site)
    chosen = []
    for one in streams().values() if stream is None else [streams()[stream]]:
        relation = await caller.source.existing(one.latest_table)
        if caller.may_read(relation):
            chosen.append((one, relation))
    if not chosen and stream is not None:
        raise caller.refusal(f"Single readings of the stream {stream} are internal; /v1/indicators says what is open.")
    columns = [["sensor_id", *(name for name in relation.columns if name != "sensor_id")] for _, relation in chosen]
    statements: list[Statement] = [
        _statement(relation.name, tuple(names), caller.sensors, at_site=site is not None)
        for (_, relation), names in zip(chosen, columns, strict=True)
    ]
    # The names are read last: they know every sensor whose reading was read before.
    statements.append(SQL["all_sensor_names"].of(sensors=caller.sensors))
    *tables, names_rows = await caller.source.fetch_each(caller.role, statements, {"site": site} if site else None)
    names = named(names_rows)
    sheets = [
        _sheet(one, relation, names, dict(zip(its_columns, read[0], strict=True)))
        for (one, relation), its_columns, read in zip(chosen, columns, tables, strict=True)
    ]
    units = {one.name: sheet.units for (one, _), sheet in zip(chosen, sheets, strict=True)}
    return answer(request, caller, form, sheets, units=units, times=("observed_at",))


@cache
def _statement(latest: str, names: tuple[str, ...], sensors: str, *, at_site: bool) -> sql.SQL:
    """Compose a stream's statement once: composing takes longer than the server needs to answer."""
    which = SQL["at_site"].of(sensors=sensors) if at_site else SQL["everywhere"].statement
    composed = columnar(names, SQL["latest"].of(columns=names, latest=latest, chosen=which))
    return sql.SQL(composed.as_string())


def _sheet(stream: Stream, relation: Relation, names: Names, found: dict[str, Sequence[Any]]) -> Sheet:
    if not names["sensor"].keys() >= set(found["sensor_id"]):
        # A stream may be open while some of its sensors are not to be known of.
        known = [place for place, number in enumerate(found["sensor_id"]) if number in names["sensor"]]
        found = {name: [values[place] for place in known] for name, values in found.items()}
    numbers = found.pop("sensor_id")
    sheet = Sheet()
    sheet.put("stream", "text", [stream.name] * len(numbers))
    put_names(sheet, names, numbers)
    fill(sheet, relation, found, stream.units)
    return sheet
