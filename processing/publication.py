"""Publication of public WLAN: an hour is written down once, when it is long over, and never changed.

What is published and could still change would give an access point away by the difference between two answers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import psycopg
import structlog

from emscher.errors import DatabaseMissingError
from emscher.settings import Settings
from emscher.store.pool import connect
from emscher.store.query import queries

log = structlog.stdlib.get_logger()

PAUSE_S = 20.0

_SQL = queries("processing")


async def keep_publishing(
    settings: Settings, clock: Callable[[], datetime], sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Publish what is ripe now and then until cancelled; what fails is tried again the next time.

    Parameters
    ----------
    settings : Settings
        Where the store is.
    clock : callable
        The time of day, with zone.
    sleep : callable
        Pause [s].
    """
    while True:
        try:
            await publish(settings, clock())
        except (psycopg.Error, DatabaseMissingError) as exc:
            log.warning("publication failed and will be tried again", why=str(exc))
        await sleep(PAUSE_S)


async def publish(settings: Settings, now: datetime) -> int:
    """Publish every hour that is ripe by the clock that is given.

    Returns
    -------
    int
        How many zones' hours were published.
    """
    async with await connect(settings, "writer", autocommit=True) as connection:
        row = await (await connection.execute(_SQL["publish_wlan"].statement, {"now": now})).fetchone()
    published = int(row[0]) if row else 0
    if published:
        log.info("published hours of public WLAN", hours=published)
    return published
