"""The proxy: stands between ingest and the database, and cuts the connection where it hurts most."""

from __future__ import annotations

import asyncio
import struct
from contextlib import suppress
from pathlib import Path
from typing import Literal, Self

HEADER = struct.Struct(">cI")
COPY_DATA = b"d"
QUERIES = (b"Q", b"P")
BLOCK_BYTES = 65_536

Where = Literal["copy", "answer"]


class Proxy:
    """Listens on loopback and passes on to a server's socket, message by message of PostgreSQL's protocol.

    Parameters
    ----------
    socket : Path
        The server's socket.
    """

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._server: asyncio.Server | None = None
        self._where: Where | None = None
        self._countdown = 0
        self._cut = asyncio.Event()
        self._links: set[_Link] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._server is not None:
            self._server.close()
            for link in list(self._links):
                link.abort()

    @property
    def port(self) -> int:
        """Where it listens."""
        if self._server is None:
            raise RuntimeError("the proxy is not started")
        return int(self._server.sockets[0].getsockname()[1])

    async def cut(self, where: Where, after: int) -> None:
        """Cut the next connection that does something, and wait until that has happened.

        Parameters
        ----------
        where : {"copy", "answer"}
            In the middle of a message of COPY data; or after a COMMIT, before its answer arrives.
        after : int
            Let so many such messages pass first.
        """
        self._cut.clear()
        self._where, self._countdown = where, after
        await self._cut.wait()

    def strikes(self, where: Where) -> bool:
        """Tell a link whether it is to be cut at a message of this kind."""
        if self._where != where:
            return False
        self._countdown -= 1
        if self._countdown >= 0:
            return False
        self._where = None
        return True

    def done(self) -> None:
        """Note that a link was cut."""
        self._cut.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            server_reader, server_writer = await asyncio.open_unix_connection(str(self._socket))
        except OSError:
            writer.transport.abort()
            return
        link = _Link(self, writer, server_writer)
        self._links.add(link)
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                async with asyncio.TaskGroup() as both:
                    both.create_task(link.pass_queries(reader))
                    both.create_task(link.pass_answers(server_reader))
        except ExceptionGroup:
            # One side is gone; the other is told below.
            pass
        finally:
            self._links.discard(link)
            link.abort()


class _Link:
    """One connection through the proxy."""

    def __init__(self, proxy: Proxy, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self._proxy = proxy
        self._client = client
        self._server = server
        self._withhold = False

    def abort(self) -> None:
        """Reset both sides."""
        self._client.transport.abort()
        self._server.transport.abort()

    async def pass_queries(self, reader: asyncio.StreamReader) -> None:
        """Pass on what the client says, until it is to be cut."""
        length = await reader.readexactly(4)
        self._server.write(length + await reader.readexactly(int.from_bytes(length) - 4))
        while True:
            header = await reader.readexactly(HEADER.size)
            kind, size = HEADER.unpack(header)
            body = await reader.readexactly(size - 4)
            if kind == COPY_DATA and self._proxy.strikes("copy"):
                self._server.write(header + body[: len(body) // 2])
                await self._server.drain()
                self.abort()
                self._proxy.done()
                return
            if kind in QUERIES and b"COMMIT" in body and self._proxy.strikes("answer"):
                self._withhold = True
            self._server.write(header + body)
            await self._server.drain()

    async def pass_answers(self, reader: asyncio.StreamReader) -> None:
        """Pass on what the server says, unless the answer is to be withheld."""
        while data := await reader.read(BLOCK_BYTES):
            if self._withhold:
                self.abort()
                self._proxy.done()
                return
            self._client.write(data)
            await self._client.drain()
        raise ConnectionResetError
