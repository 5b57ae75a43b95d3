"""The format a path's suffix asks for: ``/v1/sensors.geojson`` is ``/v1/sensors`` as GeoJSON."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

SUFFIXES = ("json", "geojson", "csv", "parquet", "jsonl")


class Suffix:
    """Cut the suffix off before the path is routed, and remember it.

    Parameters
    ----------
    app : ASGI application
        What answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] == "http":
            path: str = scope["path"]
            stem, dot, suffix = path.rpartition(".")
            if dot and suffix in SUFFIXES and path.startswith("/v1/"):
                # In place: whoever called reads from the same scope which route answered.
                scope.update(path=stem, asked_path=path, suffix=suffix)
        await self._app(scope, receive, send)
