"""Redrives: refused messages that are to be tried again; asked for here, carried out by ingest."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from api import quarantine_examples, quarantine_schemas
from api.answer import answer
from api.caller import Insider
from api.formats import MEDIA_TYPES, Format
from api.openapi import ALWAYS, told
from api.rejected import INSIDE, AnyStream, AskedReason, AskedSensor
from api.sheet import Sheet, transposed
from api.source import SQL
from api.span import AskedSpan

router = APIRouter(prefix="/v1", tags=["proof"])

Most = Annotated[int, Query(ge=1, le=1000, description="Most requests of one answer.", examples=[100])]


@router.post(
    "/rejected/redrives",
    summary="Have refused messages tried again (key needed)",
    status_code=202,
    response_model=quarantine_schemas.RedriveFiled,
    responses=told(quarantine_examples.REDRIVE_FILED, *ALWAYS, *INSIDE, status=202),
    openapi_extra={"x-insider": True},
)
async def request_redrive(
    caller: Insider,
    span: AskedSpan,
    stream: AnyStream = None,
    reason: AskedReason = None,
    sensor: AskedSensor = None,
) -> Response:
    """Files a request for what `/v1/rejected` lists with the same parameters; the next free ingest carries it out.

    What passes its checks now is stored and marked, what does not keeps its new reason. Asking twice does no harm.
    """
    values = {"since": span.since, "until": span.until, "stream": stream, "reason": reason, "sensor": sensor}
    number, requested_at = (await caller.source.fetch(caller.role, SQL["request_redrive"].statement, values))[0]
    body = msgspec.json.encode({"id": number, "requested_at": requested_at, "state": "waiting"})
    return Response(body, 202, {"Cache-Control": "no-store"}, media_type=MEDIA_TYPES["json"])


@router.get(
    "/rejected/redrives",
    summary="Requests to re-drive, and what came of them (key needed)",
    response_model=quarantine_schemas.Redrives,
    responses=told(quarantine_examples.REDRIVES, *ALWAYS, *INSIDE, "wrong-format"),
    openapi_extra={"x-insider": True},
)
async def list_redrives(
    request: Request, caller: Insider, form: Annotated[str, Depends(Format(("json",)))], limit: Most = 100
) -> Response:
    """The newest requests first; one that is not finished waits for ingest or is under way."""
    rows = await caller.source.fetch(caller.role, SQL["redrive_requests"].statement, {"limit": limit})
    numbers, requested_at, since, until, streams, reasons, sensors, finished_at, *counts = transposed(rows, 12)
    sheet = Sheet()
    sheet.put("id", "integer", numbers)
    sheet.put("requested_at", "time", requested_at)
    sheet.put("since", "time", since)
    sheet.put("until", "time", until)
    sheet.put("stream", "text", streams)
    sheet.put("reason", "text", reasons)
    sheet.put("sensor", "text", sensors)
    sheet.put("finished_at", "time", finished_at)
    for name, column in zip(("tried", "stored", "duplicate", "refused"), counts, strict=True):
        sheet.put(name, "integer", column)
    return answer(request, caller, form, [sheet], times=("requested_at",))
