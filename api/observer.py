"""The observer: counts, times and logs every request, adds security headers, and answers what nobody else caught."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import metrics
from api.errors import fault

log = structlog.stdlib.get_logger()

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
POLICY = "default-src 'none'; frame-ancestors 'none'"
"""Of an answer that is no page: nothing in it may be loaded or run."""


class Observer:
    """Sees every request from outside.

    Parameters
    ----------
    app : ASGI application
        What answers.
    monotonic : callable
        Clock that never jumps [s].
    """

    def __init__(self, app: ASGIApp, monotonic: Callable[[], float]) -> None:
        self._app = app
        self._monotonic = monotonic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # A HEAD is answered like a GET; the server leaves the body out.
        asked = {**scope, "method": "GET", "bodiless": True} if scope["method"] == "HEAD" else dict(scope)
        began = self._monotonic()
        sent, streamed = 0, False

        async def watch(message: Message) -> None:
            nonlocal sent, streamed
            if message["type"] == "http.response.start":
                sent = message["status"]
                headers = MutableHeaders(scope=message)
                streamed = headers.get("content-type", "").startswith("text/event-stream")
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Content-Security-Policy", POLICY)
            await send(message)

        try:
            await self._app(asked, receive, watch)
        except Exception as exc:
            problem = fault(exc)
            if sent:
                raise
            await problem.response(scope["path"])(asked, receive, watch)
        finally:
            seconds = self._monotonic() - began
            # The template, not the path: no log line grows with what is asked for, and the client is nobody's business.
            template = getattr(asked.get("route"), "path", None) or "(none)"
            # A stream lasts as long as somebody listens, which says nothing about us.
            metrics.record(scope["method"], template, sent, None if streamed else seconds)
            log.info("request answered", route=template, status=sent, duration_ms=round(1000 * seconds, 1))
