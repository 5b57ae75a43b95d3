"""Latest: the newest reading of every sensor."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from api import examples, schemas
from api.answer import answer, headers_of, tagged
from api.caller import Asking, Caller
from api.formats import MEDIA_TYPES, Format
from api.newest import Newest, sheet_of
from api.openapi import ALWAYS, told
from api.sensors import SiteKey, StreamName, check_stream, named
from api.sites import site_names
from api.source import SQL, Relation, Statement, columnar
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
    if form == "json" and site is None:
        newest: Newest = request.app.state.newest[caller.role]
        return tagged(request, await newest.read(chosen), MEDIA_TYPES[form], headers_of(caller))
    statements: list[Statement] = [
        columnar(list(relation.columns), _latest(caller, relation, at_site=site is not None)) for _, relation in chosen
    ]
    # The names are read last: they know every sensor whose reading was read before.
    statements.append(SQL["all_sensor_names"].of(sensors=caller.sensors))
    *tables, names_rows = await caller.source.fetch_each(caller.role, statements, {"site": site} if site else None)
    names = named(names_rows)
    sheets = [
        sheet_of(one, relation, names, dict(zip(relation.columns, read[0], strict=True)))
        for (one, relation), read in zip(chosen, tables, strict=True)
    ]
    units = {one.name: sheet.units for (one, _), sheet in zip(chosen, sheets, strict=True)}
    return answer(request, caller, form, sheets, units=units, times=("observed_at",))


def _latest(caller: Caller, relation: Relation, *, at_site: bool) -> Statement:
    which = SQL["at_site"].of(sensors=caller.sensors) if at_site else SQL["everywhere"].statement
    return SQL["latest"].of(columns=list(relation.columns), latest=relation.name, chosen=which)
