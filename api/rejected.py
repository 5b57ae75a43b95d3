"""Rejected: what was refused and why; with content for those who mend senders, as counts for everyone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query
from psycopg import sql
from starlette.requests import Request
from starlette.responses import Response

from api import quarantine_examples, quarantine_schemas
from api.answer import answer, headers_of, tagged
from api.caller import Asking, Insider
from api.cursor import DEFAULT_LIMIT, After, Limit, Place, beyond, decode
from api.formats import MEDIA_TYPES, Format, to_json
from api.openapi import ALWAYS, told
from api.problem import ProblemError
from api.sheet import Sheet, transposed
from api.source import SQL
from api.span import AskedSpan
from emscher.payload import readable
from emscher.rejection import Reason
from emscher.streams import streams

router = APIRouter(prefix="/v1", tags=["proof"])

AnyStream = Annotated[
    str | None,
    Query(alias="stream", description="Only this stream, also one that nobody knows.", examples=["traffic"]),
]
AskedReason = Annotated[
    Reason | None,
    Query(alias="reason", description="Only this reason, the last one there was.", examples=["malformed"]),
]
AskedSensor = Annotated[
    str | None, Query(alias="sensor", description="Only this sensor, by its key.", examples=["wall-07.d01"])
]
AskedState = Annotated[
    Literal["kept", "stored", "duplicate"] | None,
    Query(alias="state", description="kept: still refused; else what a re-drive made of it.", examples=["kept"]),
]
Number = Annotated[int, Path(ge=1, le=2**63 - 1, description="Number of the message.", examples=[17])]
Json = Annotated[str, Depends(Format(("json",)))]
INSIDE = ("key-needed", "wrong-key", "no-key-set")

_COLUMNS = 16


@router.get(
    "/rejected",
    summary="Refused messages, with their content (key needed)",
    response_model=quarantine_schemas.Rejected,
    responses=told(
        quarantine_examples.REJECTED,
        *ALWAYS,
        *INSIDE,
        "wrong-format",
        others={"jsonl": quarantine_examples.lines(quarantine_examples.REJECTED)},
    ),
    openapi_extra={"x-insider": True},
)
async def list_rejected(
    request: Request,
    caller: Insider,
    form: Annotated[str, Depends(Format(("json", "jsonl")))],
    span: AskedSpan,
    stream: AnyStream = None,
    reason: AskedReason = None,
    sensor: AskedSensor = None,
    state: AskedState = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Response:
    """What was refused, why, and the payload where it may be kept, in the order of receipt; `.jsonl` to export it."""
    condition, values = beyond(decode(after, [int]), [sql.Identifier("received_at"), sql.Identifier("rejected_id")])
    values |= {"since": span.since, "until": span.until, "stream": stream, "reason": reason, "limit": limit + 1}
    values |= {"sensor": sensor, "state": state}
    rows = await caller.source.fetch(caller.role, SQL["rejected"].of(beyond=condition), values)
    following = None
    if len(rows) > limit:
        del rows[limit:]
        following = span, Place(rows[-1][1], (rows[-1][0],))
    return answer(request, caller, form, [_sheet(rows)], following=following, times=("received_at",))


@router.get(
    "/rejected/reasons",
    summary="How often readings were refused, and why",
    response_model=quarantine_schemas.Reasons,
    responses=told(quarantine_examples.REASONS, *ALWAYS, "wrong-format"),
)
async def list_reasons(request: Request, caller: Asking, form: Json, span: AskedSpan) -> Response:
    """Refused readings by stream and first reason, without any content; open to everyone.

    `mended` were stored or found to be duplicates since; of `not_kept` nothing but this count remains.
    """
    values = {"since": span.since, "until": span.until, "known": list(streams())}
    rows = await caller.source.fetch("reader", SQL["rejected_reasons"].statement, values)
    names, reasons, readings, messages, mended, not_kept, last = transposed(rows, 7)
    sheet = Sheet()
    sheet.put("stream", "text", names)
    sheet.put("reason", "text", reasons)
    sheet.put("readings", "integer", readings)
    sheet.put("messages", "integer", messages)
    sheet.put("mended", "integer", mended)
    sheet.put("not_kept", "integer", not_kept)
    sheet.put("last_received_at", "time", last)
    return answer(request, caller, form, [sheet], times=("last_received_at",))


@router.get(
    "/rejected/{number:int}",
    summary="One refused message (key needed)",
    response_model=quarantine_schemas.OneRejected,
    responses=told(quarantine_examples.ONE_REJECTED, *ALWAYS, *INSIDE, "unknown-name", "wrong-format"),
    openapi_extra={"x-insider": True},
)
async def show_rejected(request: Request, caller: Insider, form: Json, number: Number) -> Response:
    """A refused message by its number, with its payload where that may be kept."""
    del form
    rows = await caller.source.fetch(caller.role, SQL["one_rejected"].statement, {"number": number})
    if not rows:
        raise ProblemError("unknown-name", f"There is no refused message {number}; /v1/rejected lists them.")
    sheet = _sheet(rows)
    body = to_json({"units": sheet.units}, [sheet])
    # One message is an object, not an array of one.
    body = body.replace(b'"data":[', b'"data":', 1)[:-2] + b"}"
    return tagged(request, body, MEDIA_TYPES["json"], headers_of(caller))


def _sheet(rows: Sequence[Sequence[Any]]) -> Sheet:
    columns = transposed(rows, _COLUMNS)
    numbers, received_at, names, sensors, topics, reasons, details, readings, payloads, sizes = columns[:10]
    states, tries, tried_at, last_reasons, last_details, mended = columns[10:]
    texts = [readable(payload) for payload in payloads]
    sheet = Sheet()
    sheet.put("id", "integer", numbers)
    sheet.put("received_at", "time", received_at)
    sheet.put("stream", "text", names)
    sheet.put("sensor", "text", sensors)
    sheet.put("topic", "text", topics)
    sheet.put("reason", "text", reasons)
    sheet.put("detail", "text", details)
    sheet.put("readings", "integer", readings)
    sheet.put("payload", "text", [text for text, _ in texts])
    sheet.put("payload_base64", "text", [base64 for _, base64 in texts])
    sheet.put("payload_bytes", "integer", sizes)
    sheet.put("state", "text", states)
    sheet.put("tries", "integer", tries)
    sheet.put("tried_at", "time", tried_at)
    sheet.put("last_reason", "text", last_reasons)
    sheet.put("last_detail", "text", last_details)
    sheet.put("mended_stream", "text", mended)
    return sheet
