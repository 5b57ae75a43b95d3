"""The command ``emscher api``."""

from __future__ import annotations

import asyncio
import errno
import gc
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
import typer
import uvicorn

from api.app import create
from api.source import SQL
from emscher import log, settings
from emscher.errors import OperatorError, PortInUseError, SettingError
from emscher.running import until_stopped
from emscher.settings import Role, Settings
from emscher.store import version
from emscher.store.pool import connect

GRACE_S = 1
"""How long requests under way may take to end after a signal [s]."""
BACKLOG = 2_048
_ROLES: tuple[Role, ...] = ("public", "reader")


class _Server(uvicorn.Server):
    """Leaves signals to :func:`emscher.running.until_stopped`, whose end by a signal is a clean one."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def register(app: typer.Typer) -> None:
    """Add the command of this folder."""
    app.command("api")(api)


def api() -> None:
    """Serve sites, sensors, readings, indicators and the books of ingest over HTTP."""
    loaded = settings.load()
    log.configure(loaded, "api")
    listening = listen(loaded)
    try:
        until_stopped(_serve(loaded, listening))
    finally:
        listening.close()


def listen(loaded: Settings) -> socket.socket:
    """Take the address, before anything else is begun.

    Raises
    ------
    PortInUseError
        Another program has it.
    SettingError
        It is not an address of this machine, or may not be used.
    """
    where = f"{loaded.api_host}:{loaded.api_port}"
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            loaded.api_host, loaded.api_port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        taken = socket.socket(family, kind, protocol)
        try:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind(address)
            taken.listen(BACKLOG)
        except OSError:
            taken.close()
            raise
    except OSError as exc:
        if exc.errno == errno.EADDRINUSE:
            raise PortInUseError(
                f"{where} is taken by another program.", "Set EMSCHER_API_PORT to a free one."
            ) from exc
        raise SettingError(
            f"The API cannot listen on {where}: {exc.strerror}.", "Set EMSCHER_API_HOST and EMSCHER_API_PORT."
        ) from exc
    taken.setblocking(False)
    return taken


async def _serve(loaded: Settings, listening: socket.socket) -> None:
    for role in _ROLES:
        async with await connect(loaded, role, autocommit=True) as connection:
            if role == "reader":
                # An older schema is told by /readyz; of a newer one we know nothing that we could serve.
                with suppress(psycopg.errors.UndefinedTable, psycopg.errors.InsufficientPrivilege):
                    cursor = await connection.execute(SQL["migrations"].statement)
                    version.refuse_newer(await cursor.fetchall())
    app = create(loaded)
    config = uvicorn.Config(
        app,
        loop="none",
        http="httptools",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
    )
    # What is there now stays until the end; the collector need not look at it again and again.
    gc.freeze()
    server = _Server(config)
    serving = asyncio.create_task(server.serve([listening]))
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        # Streams have no end of their own that the server could wait for.
        if server.started:
            app.state.hub.close()
        server.should_exit = True
        await serving
        raise
    if not server.started:
        raise OperatorError("The API could not start.", "The log says why.")
