"""Backfill: make due every window of a span that reads what is stored, and compute until nothing of it is left.

The windows go through the same queue and the same workers as live ones; other workers may help.
"""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from emscher.settings import Settings
from emscher.store.pool import Connection, connect
from emscher.store.query import queries
from emscher.streams import streams
from processing.families import families
from processing.worker import Worker

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
    workers: Sequence[Worker],
    since: datetime,
    until: datetime,
    advance: Callable[[int, int], None],
    monotonic: Callable[[], float],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Figures:
    """Make a span due and compute it.

    Parameters
    ----------
    settings : Settings
        Where the store is.
    workers : sequence of Worker
        Open; each computes on its own.
    since, until : datetime
        Span of the readings, with zone.
    advance : callable
        Told now and then how many claims are done, and how many there were.
    monotonic : callable
        Clock that never jumps [s].
    sleep : callable
        Pause [s].
    """
    began_s = monotonic()
    async with await connect(settings, "writer", autocommit=True) as connection:
        windows = await make_due(connection, since, until)
        done = 0

        async def work(worker: Worker) -> None:
            nonlocal done
            while True:
                cleared = await worker.step()
                done += cleared
                advance(done, windows)
                if not cleared:
                    # What others have in hand may fail and come back.
                    row = await (await connection.execute(_SQL["anything_due"].statement)).fetchone()
                    if not (row and row[0]):
                        return
                    await sleep(settings.process_poll_s)

        async with asyncio.TaskGroup() as group:
            for worker in workers:
                group.create_task(work(worker))
    rows: Counter[str] = Counter()
    for worker in workers:
        rows.update(worker.computed)
    return Figures(windows, rows, monotonic() - began_s)
