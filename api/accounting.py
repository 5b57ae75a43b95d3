"""Accounting: the proof that nothing is lost."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from psycopg import sql
from starlette.requests import Request
from starlette.responses import Response

from api import examples, schemas
from api.answer import answer
from api.caller import Asking
from api.cursor import DEFAULT_LIMIT, After, Limit, Place, beyond, decode
from api.formats import Format
from api.openapi import ALWAYS, told
from api.sensors import StreamName
from api.sheet import Sheet, transposed
from api.source import SQL
from api.span import AskedSpan

router = APIRouter(prefix="/v1", tags=["proof"])

Bucket = Annotated[
    Literal["minute", "hour", "day", "all"],
    Query(description="Width of a row; a day is a day of the city; all is the whole span.", examples=["hour"]),
]

_COUNTS = ("received", "stored", "duplicate", "rejected", "mended")


@router.get(
    "/accounting",
    summary="What became of every reading received",
    response_model=schemas.Accounts,
    responses=told(examples.ACCOUNTS, *ALWAYS, "wrong-format", others={"csv": examples.ACCOUNTS_CSV}),
)
async def list_accounts(
    request: Request,
    caller: Asking,
    form: Annotated[str, Depends(Format(("json", "csv")))],
    span: AskedSpan,
    stream: StreamName = None,
    bucket: Bucket = "minute",
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Response:
    """Received = stored + duplicate + rejected, by the minute of receipt, over all workers; open to everyone.

    `mended` were rejected once and are stored or duplicate since a re-drive.
    """
    condition, values = beyond(decode(after, [str]), [sql.Identifier("bucket_start"), sql.Identifier("stream")])
    values |= {
        "since": span.since,
        "until": span.until,
        "stream": stream,
        "zone": caller.settings.time_zone,
        "limit": limit + 1,
    }
    statement = SQL["accounts"].of(bucket_start=SQL[f"bucket_{bucket}"].statement, beyond=condition)
    # The books hold counts and nothing else, so the reader's rights show everyone what everyone may see.
    rows = await caller.source.fetch("reader", statement, values)
    following = None
    if len(rows) > limit:
        del rows[limit:]
        following = span, Place(rows[-1][0], (rows[-1][1],))
    columns = transposed(rows, 8)
    sheet = Sheet()
    sheet.put("bucket_start", "time", columns[0])
    sheet.put("stream", "text", columns[1])
    for name, counts in zip(_COUNTS, columns[2:7], strict=True):
        sheet.put(name, "integer", counts)
    sheet.put("balanced", "boolean", columns[7])
    return answer(request, caller, form, [sheet], following=following, head={"bucket": bucket}, times=("bucket_start",))
