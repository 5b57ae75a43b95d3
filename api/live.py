"""Live: what is newly computed and open, pushed as server-sent events."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from api.caller import Asking
from api.event import RETRY_MS, written
from api.hub import Hub, Listener
from api.openapi import ALWAYS, told
from api.problem import bad_parameter, near
from api.sites import site_names
from processing.families import families

router = APIRouter(prefix="/v1", tags=["indicators"])

HEARTBEAT_S = 15.0
"""A listener hears something at least so often, so that it knows of a broken connection [s]."""
MEDIA_TYPE = "text/event-stream"
EXAMPLE = """\
retry: 3000
event: ready
id: 5f3a91c0-16
data: {"heartbeat_s":15.0}

event: indicators
id: 5f3a91c0-17
data: {"family":"cross_section","site":"wall-01","bucket":"base","from":"2026-05-04T06:00:00Z",\
"to":"2026-05-04T06:01:00Z","units":{"flow_veh_h":"veh/h"},\
"data":[{"site":"wall-01","window_start":"2026-05-04T06:00:00Z","flow_veh_h":840.0}]}

"""

HEADERS = {"Cache-Control": "no-store", "Vary": "Accept-Encoding", "X-Accel-Buffering": "no"}
GZIP_BITS = 16 + 14
"""A window of 16 KiB, with gzip's header."""
MEMORY_LEVEL = 6

Families = Annotated[
    list[str] | None, Query(alias="family", description="Only these families.", examples=["cross_section"])
]
Sites = Annotated[list[str] | None, Query(alias="site", description="Only these sites.", examples=["wall-01"])]
LastHeader = Annotated[
    str | None,
    Header(alias="Last-Event-ID", description="Identifier of the last event that was received.", examples=["5f3a-17"]),
]
LastQuery = Annotated[
    str | None, Query(alias="last_event_id", description="The same, for who cannot send the header.", max_length=64)
]


class _Stream(StreamingResponse):
    """A stream whose listener leaves the hub however it ends."""

    def __init__(self, hub: Hub, listener: Listener, *, compressed: bool) -> None:
        events, headers = _events(hub, listener), HEADERS
        if compressed:
            events, headers = _compressed(events), {**HEADERS, "Content-Encoding": "gzip"}
        super().__init__(events, headers=headers, media_type=MEDIA_TYPE)
        self._hub, self._listener = hub, listener

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until somebody ends it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._hub.leave(self._listener)


@router.get(
    "/live",
    summary="What is newly computed, as server-sent events",
    response_class=Response,
    responses=told(EXAMPLE, *ALWAYS, "too-many-listeners", "wrong-key", "no-key-set", media_type="text/event-stream"),
)
async def follow_live(
    request: Request,
    caller: Asking,
    family: Families = None,
    site: Sites = None,
    last_event_id: LastHeader = None,
    last_event: LastQuery = None,
) -> Response:
    """Open indicators as they are computed, with a key too; the rows are those of `/v1/indicators/{family}`.

    `indicators` brings rows, `changed` says which older windows to ask for again, `resync` that events were missed and
    everything is to be read anew. A `heartbeat` comes when nothing else does.
    """
    for wanted in family or ():
        if wanted not in families():
            raise bad_parameter("family", f"there is no family {wanted[:64]!r}{near(wanted, families())}")
    if site:
        known = (await site_names(caller, None))["site"].values()
        for wanted in site:
            if wanted not in known:
                raise bad_parameter("site", f"there is no site {wanted[:64]!r}; /v1/sites lists them")
    if request.scope.get("bodiless"):
        return Response(headers=HEADERS, media_type=MEDIA_TYPE)
    hub: Hub = request.app.state.hub
    listener = hub.join(frozenset(family or ()), frozenset(site or ()), last_event_id or last_event)
    return _Stream(hub, listener, compressed="gzip" in request.headers.get("accept-encoding", ""))


async def _compressed(events: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Compress events one by one: each can be read as soon as it is there."""
    # A small window for each of many listeners; events are much alike.
    packer = zlib.compressobj(level=6, wbits=GZIP_BITS, memLevel=MEMORY_LEVEL)
    async for event in events:
        yield packer.compress(event) + packer.flush(zlib.Z_SYNC_FLUSH)
    yield packer.flush()


async def _events(hub: Hub, listener: Listener) -> AsyncIterator[bytes]:
    yield f"retry: {RETRY_MS}\n".encode()
    # Somebody who comes back goes on from where they were, so only a newcomer is told where we are.
    at = hub.position if listener.waiting.empty() else ""
    yield written("ready", {"heartbeat_s": HEARTBEAT_S}, at)
    while True:
        try:
            event = await asyncio.wait_for(listener.waiting.get(), HEARTBEAT_S)
        except TimeoutError:
            yield written("heartbeat", {})
            continue
        if event is None:
            return
        yield event.text
