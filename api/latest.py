"""Latest: the newest reading of every sensor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from api import examples, schemas
from api.answer import answer
from api.caller import Asking
from api.formats import Format
from api.openapi import ALWAYS, told
from api.page import Names, fill
from api.sensors import SiteKey, StreamName, check_stream, named
from api.sheet import Sheet, transposed
from api.sites import site_names
from api.source import SQL, Relation
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
    statements = [
        SQL["latest"].of(columns=names, latest=relation.name, sensors=caller.sensors)
        for (_, relation), names in zip(chosen, columns, strict=True)
    ]
    # The names are read last: they know every sensor whose reading was read before.
    statements.append(SQL["sensor_names"].of(sensors=caller.sensors))
    values = {"site": site, "streams": [one.name for one, _ in chosen], "keys": None}
    *tables, names_rows = await caller.source.fetch_each(caller.role, statements, values)
    names = named(names_rows)
    sheets = [
        _sheet(one, relation, names, dict(zip(its_columns, transposed(rows, len(its_columns)), strict=True)))
        for (one, relation), its_columns, rows in zip(chosen, columns, tables, strict=True)
    ]
    units = {one.name: sheet.units for (one, _), sheet in zip(chosen, sheets, strict=True)}
    return answer(request, caller, form, sheets, units=units, times=("observed_at",))


def _sheet(stream: Stream, relation: Relation, names: Names, found: dict[str, Sequence[Any]]) -> Sheet:
    whose = [names[number] for number in found.pop("sensor_id")]
    sheet = Sheet()
    sheet.put("stream", "text", [stream.name] * len(whose))
    sheet.put("sensor", "text", [sensor for sensor, _ in whose])
    sheet.put("site", "text", [site for _, site in whose])
    fill(sheet, relation, found, stream.units)
    return sheet
