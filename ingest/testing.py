"""Ingest beside a test: a worker in this process, by a clock of the test's own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from emscher.errors import OperatorError
from emscher.settings import Settings
from emscher.store.pool import Connection, connect
from emscher.store.query import queries
from ingest.sensors import Sensors
from ingest.worker import Worker
from ingest.writer import Writer

PATIENCE_S = 120.0
"""What takes longer than this has failed; it says nothing about speed [s]."""
PAUSE_S = 0.002

_SQL = queries("ingest", "testing.sql")


class Intake:
    """What the books of a running ingest say.

    Parameters
    ----------
    connection : Connection
        To its store.
    work : Future
        The worker, whose failure ends the waiting.
    """

    def __init__(self, connection: Connection, work: asyncio.Future[None]) -> None:
        self._connection = connection
        self._work = work

    async def received(self) -> int:
        """Count the readings that were ever received by this store [1]."""
        row = await (await self._connection.execute(_SQL["received"].statement)).fetchone()
        return int(row[0]) if row else 0

    async def until(self, readings: int) -> None:
        """Wait until so many readings were received.

        Raises
        ------
        OperatorError
            They do not come.
        """
        try:
            async with asyncio.timeout(PATIENCE_S):
                while (there := await self.received()) < readings:
                    if self._work.done():
                        self._work.result()
                    await asyncio.sleep(PAUSE_S)
        except TimeoutError as exc:
            raise OperatorError(
                f"Ingest has received {there:,} of {readings:,} readings.", "See what it logged."
            ) from exc


@asynccontextmanager
async def ingesting(settings: Settings, clock: Callable[[], datetime]) -> AsyncIterator[Intake]:
    """Run a worker while the context lasts; it listens when the context begins.

    Parameters
    ----------
    settings : Settings
        Where broker and store are.
    clock : callable
        The time of day, with zone.
    """
    writer = Writer(settings, Sensors(settings, lambda: 0.0), clock)
    await writer.open()
    worker = Worker(settings, writer, clock)
    work = asyncio.ensure_future(worker.run())
    try:
        async with asyncio.timeout(PATIENCE_S):
            await worker.listening.wait()
        async with await connect(settings, "reader", autocommit=True) as connection:
            yield Intake(connection, work)
    finally:
        work.cancel()
        await asyncio.wait([work])
        await writer.close()
        if not work.cancelled():
            work.result()
