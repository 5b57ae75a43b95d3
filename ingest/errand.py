"""Errands: what the API was asked to re-drive, carried out beside ingest over a connection of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import psycopg
import structlog

from emscher.errors import DatabaseMissingError
from emscher.settings import Settings
from emscher.store.desk import Desk
from emscher.store.pool import Connection
from ingest.redrive import Redrive
from ingest.refused import SQL, Wanted

log = structlog.stdlib.get_logger()

POLL_S = 2.0


async def _nothing(connection: Connection) -> None:
    """Prepare nothing."""
    del connection


class Errands:
    """Carries out requests one after the other; several workers take different ones.

    Parameters
    ----------
    settings : Settings
        Where the store is.
    redrive : Redrive
        Does the work.
    clock : callable
        The time of day, with zone.
    sleep : callable
        Pause between looks [s].
    """

    def __init__(
        self,
        settings: Settings,
        redrive: Redrive,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._desk = Desk(settings, _nothing)
        self._redrive = redrive
        self._clock = clock
        self._sleep = sleep

    async def run(self) -> None:
        """Work until cancelled; a store that goes away is waited for."""
        try:
            while True:
                try:
                    done = await self.once()
                except (psycopg.Error, DatabaseMissingError) as exc:
                    log.warning("a request to re-drive is put off, the store does not take it", why=str(exc))
                    await self.close()
                    done = False
                if not done:
                    await self._sleep(POLL_S)
        finally:
            await self.close()

    async def once(self) -> bool:
        """Carry out the request that has waited longest; say whether there was one.

        Its row is locked meanwhile. If we are killed it waits again, and what was re-driven before is not re-driven
        twice.
        """
        connection, _ = await self._desk.open()
        async with connection.transaction():
            row = await (await connection.execute(SQL["claim_request"].statement)).fetchone()
            if row is None:
                return False
            number, since, until, stream, reason, sensor = row
            result = await self._redrive.run(Wanted(since, until, stream, reason, sensor))
            values = {
                "request_id": number,
                "finished_at": self._clock(),
                "tried": result.tried,
                "stored": result.stored,
                "duplicate": result.duplicate,
                "refused": result.refused.total(),
            }
            await connection.execute(SQL["finish_request"].statement, values)
        log.info("re-driven on request", number=number, tried=result.tried, stored=result.stored)
        return True

    async def close(self) -> None:
        """Let the connections go."""
        await self._desk.close()
        await self._redrive.close()
