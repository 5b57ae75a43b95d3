"""The API behind a real web server in this process, as browsers and listeners need it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import uvicorn
from fastapi import FastAPI

from api.app import create, utc_now
from emscher.settings import Settings


@asynccontextmanager
async def served(
    store: Settings, clock: Callable[[], datetime] = utc_now, port: int = 0
) -> AsyncIterator[tuple[str, FastAPI]]:
    """Serve a store; give the address and the application."""
    app = create(store, clock)
    with socket.create_server(("127.0.0.1", port)) as listening:
        listening.setblocking(False)
        server = uvicorn.Server(
            uvicorn.Config(app, ws="none", log_config=None, access_log=False, timeout_graceful_shutdown=5)
        )
        serving = asyncio.create_task(server._serve([listening]))  # noqa: SLF001 - serve() would take our signals
        while not server.started and not serving.done():
            await asyncio.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}", app
        finally:
            app.state.hub.close()
            server.should_exit = True
            await serving
