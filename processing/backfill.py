"""Backfill: make due every window of a span that reads what is stored, and compute until nothing of it is left.

The windows go through the same queue and the same workers as live ones; other workers may help.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from emscher.settings import Settings
from emscher.store.pool import Connection, connect
from emscher.store.query import queries
from emscher.streams import streams
from processing.families import families

_SQL = queries("processing")


@dataclass(frozen=True, slots=True)
class Figures:
    """What a backfill did: windows made due, rows computed by family, and the time it took [s]."""

    windows: int
    rows: Counter[str]
    taken_s: float


async def make_due(connection: Connection, since: datetime, until: datetime) -> int:
    """Make due the windows that read what sensors said from `since` on and before `until`.

    Parameters
    ----------
    connection : Connection
        In the writer's role.
    since, until : datetime
        Span of the readings, with zone.

    Returns
    -------
    int
        How many; of a site that said anything in the span all are made due, and those without readings cost nothing.
    """
    count = 0
    for stream in streams().values():
        statement = _SQL["make_due"].of(readings=stream.table)
        for due in stream.due:
            span = {
                "family": due.family,
                "since": since,
                "until": until,
                "width_s": due.width_s,
                "first": since - timedelta(seconds=due.look_ahead_s),
                "last": until + timedelta(seconds=due.look_back_s),
            }
            count += (await connection.execute(statement, {**span, "stream": stream.name})).rowcount
    for family in families().values():
        if family.reach and not family.rides:
            first = math.floor((since.timestamp() - family.look_ahead_s) / family.width_s)
            last = math.ceil((until.timestamp() + family.look_back_s) / family.width_s)
            due_now = {"family": family.name, "width_s": family.width_s, "numbers": list(range(first, last))}
            cursor = await connection.execute(_SQL[family.awake].statement, {**due_now, "changed_site": None})
            count += cursor.rowcount
    return count


async def backfill(
    settings: Settings,
    work_off: Callable[[Callable[[int], None]], Awaitable[Counter[str]]],
    since: datetime,
    until: datetime,
    advance: Callable[[int, int], None],
    monotonic: Callable[[], float],
) -> Figures:
    """Make a span due and compute it.

    Parameters
    ----------
    settings : Settings
        Where the store is.
    work_off : callable
        Computes until nothing is due, telling how many claims are done, and gives the rows by family.
    since, until : datetime
        Span of the readings, with zone.
    advance : callable
        Told now and then how many claims are done, and how many there were.
    monotonic : callable
        Clock that never jumps [s].
    """
    began_s = monotonic()
    async with await connect(settings, "writer", autocommit=True) as connection:
        windows = await make_due(connection, since, until)
    # What is made due on the way, because it reads what was written, comes on top.
    rows = await work_off(lambda done: advance(min(done, windows), windows))
    return Figures(windows, rows, monotonic() - began_s)
