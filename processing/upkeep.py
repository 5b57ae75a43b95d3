"""Upkeep of the store: retention, and roll-ups over windows that were computed long after their time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import psycopg
import structlog

from emscher.errors import DatabaseMissingError
from emscher.settings import Settings
from emscher.store.pool import connect
from emscher.store.query import queries

log = structlog.stdlib.get_logger()

REFRESHED_BY_POLICY = timedelta(days=350)
"""The store's own policy refreshes roll-ups this far back; older ones are refreshed here."""

_SQL = queries("processing")


async def keep_up(
    settings: Settings, clock: Callable[[], datetime], sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Run the upkeep now and then until cancelled; what fails is tried again the next time.

    Parameters
    ----------
    settings : Settings
        ``retention_every_s`` and ``history_days``.
    clock : callable
        The time of day, with zone.
    sleep : callable
        Pause [s].
    """
    while True:
        try:
            await run_once(settings, clock())
        except (psycopg.Error, DatabaseMissingError) as exc:
            log.warning("upkeep failed and will be tried again", why=str(exc))
        await sleep(settings.retention_every_s)


async def run_once(settings: Settings, now: datetime) -> dict[str, int]:
    """Remove what is past its retention by the clock that is given, and refresh old roll-ups.

    Parameters
    ----------
    settings : Settings
        ``history_days`` lengthens what may be lengthened.
    now : datetime
        The time of day.

    Returns
    -------
    dict of str to int
        Rows removed by table.
    """
    history = timedelta(days=settings.history_days)
    async with await connect(settings, "writer", autocommit=True) as connection:
        if history > REFRESHED_BY_POLICY:
            for (name,) in await (await connection.execute(_SQL["roll_ups"].statement)).fetchall():
                span = {"name": name, "since": now - history, "until": now - REFRESHED_BY_POLICY}
                await connection.execute(_SQL["refresh_roll_up"].statement, span)
        cursor = await connection.execute(_SQL["apply_retention"].statement, {"now": now, "history": history})
        removed: dict[str, int] = dict(await cursor.fetchall())
    if removed:
        log.info("removed what was past its retention", **removed)
    return removed
