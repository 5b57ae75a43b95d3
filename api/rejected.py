"""Rejected: what was refused and why; with content for those who mend senders, as counts for everyone."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from psycopg import sql
from starlette.requests import Request
from starlette.responses import Response

from api import examples, schemas
from api.answer import answer
from api.caller import Asking, Insider
from api.cursor import DEFAULT_LIMIT, After, Limit, Place, beyond, decode
from api.formats import Format
from api.openapi import ALWAYS, told
from api.sheet import Sheet, transposed
from api.source import SQL
from api.span import AskedSpan
from emscher.rejection import Reason
from emscher.streams import streams

router = APIRouter(prefix="/v1", tags=["proof"])

AnyStream = Annotated[
    str | None,
    Query(alias="stream", description="Only this stream, also one that nobody knows.", examples=["traffic"]),
]
AskedReason = Annotated[Reason | None, Query(alias="reason", description="Only this reason.", examples=["malformed"])]
Json = Annotated[str, Depends(Format(("json",)))]


@router.get(
    "/rejected",
    summary="Refused messages, with their content (key needed)",
    response_model=schemas.Rejected,
    responses=told(examples.REJECTED, *ALWAYS, "key-needed", "wrong-key", "no-key-set", "wrong-format"),
    openapi_extra={"x-insider": True},
)
async def list_rejected(
    request: Request,
    caller: Insider,
    form: Json,
    span: AskedSpan,
    stream: AnyStream = None,
    reason: AskedReason = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Response:
    """What was refused, why, and the payload where it may be kept, in the order of receipt."""
    condition, values = beyond(decode(after, [int]), [sql.Identifier("received_at"), sql.Identifier("rejected_id")])
    values |= {"since": span.since, "until": span.until, "stream": stream, "reason": reason, "limit": limit + 1}
    rows = await caller.source.fetch(caller.role, SQL["rejected"].of(beyond=condition), values)
    following = None
    if len(rows) > limit:
        del rows[limit:]
        following = span, Place(rows[-1][1], (rows[-1][0],))
    _, received_at, streams_of, sensors, reasons, details, readings, payloads, sizes = transposed(rows, 9)
    texts = [(None, None) if payload is None else readable(payload) for payload in payloads]
    sheet = Sheet()
    sheet.put("received_at", "time", received_at)
    sheet.put("stream", "text", streams_of)
    sheet.put("sensor", "text", sensors)
    sheet.put("reason", "text", reasons)
    sheet.put("detail", "text", details)
    sheet.put("readings", "integer", readings)
    sheet.put("payload", "text", [shown for shown, _ in texts])
    sheet.put("payload_is_utf8", "boolean", [is_utf8 for _, is_utf8 in texts])
    sheet.put("payload_bytes", "integer", sizes)
    return answer(request, caller, form, [sheet], following=following, times=("received_at",))


@router.get(
    "/rejected/reasons",
    summary="How often readings were refused, and why",
    response_model=schemas.Reasons,
    responses=told(examples.REASONS, *ALWAYS, "wrong-format"),
)
async def list_reasons(request: Request, caller: Asking, form: Json, span: AskedSpan) -> Response:
    """Refused readings by stream and reason, without any content; open to everyone."""
    values = {"since": span.since, "until": span.until, "known": list(streams())}
    rows = await caller.source.fetch("reader", SQL["rejected_reasons"].statement, values)
    names, reasons, readings, messages, last = transposed(rows, 5)
    sheet = Sheet()
    sheet.put("stream", "text", names)
    sheet.put("reason", "text", reasons)
    sheet.put("readings", "integer", readings)
    sheet.put("messages", "integer", messages)
    sheet.put("last_received_at", "time", last)
    return answer(request, caller, form, [sheet], times=("last_received_at",))


def readable(payload: bytes) -> tuple[str, bool]:
    r"""Write a payload as text, and say whether it was UTF-8; what was not stands as ``\xNN``."""
    try:
        return payload.decode(), True
    except UnicodeDecodeError:
        return payload.decode("utf-8", "backslashreplace"), False
