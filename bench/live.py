"""What live processing costs: a minute of each lane comes, and what it makes due is computed before the next comes.

Run alone: ``python -m bench.live LANES [MINUTES]``.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from datetime import UTC, datetime

import numpy as np

from bench import cpu
from bench.backfill import MINUTES, PUT, SCENE, SITE_LANES, readings
from bench.platform import platform
from emscher.settings import Settings
from emscher.store import copy
from emscher.store.pool import Connection, connect
from emscher.store.table import reading_columns
from emscher.streams import streams
from processing.families import families
from processing.worker import Worker

Row = tuple[str, str, str]

BEGIN_MINUTE = 150
"""Minute of the day at which it begins; the hours before are there already."""

LATEST = """
insert into traffic_latest select distinct on (sensor_id) * from traffic_reading order by sensor_id, observed_at desc
on conflict (sensor_id) do update set observed_at = excluded.observed_at
"""
MAKE_DUE = """
insert into due_window (family, site_id, window_start)
select 'traffic', site_id, to_timestamp(number * 3600) from site cross join unnest(%s::bigint[]) number
order by site_id, number
"""


def live(lanes: int, minutes: int = 30) -> list[Row]:
    """Measure processor time of a worker and of its database, per lane and minute."""
    with platform() as settings:
        worker_s, database_s, busiest_s = asyncio.run(_follow(settings, lanes, minutes))
    count = lanes * minutes
    how = f"{lanes:,} lanes, {minutes} minutes one after the other"
    return [
        ("processing live, CPU of the worker", f"{1e6 * worker_s / count:,.0f} us per lane-minute", how),
        ("processing live, CPU of the database", f"{1e6 * database_s / count:,.0f} us per lane-minute", "same run"),
        ("processing live, longest minute", f"{busiest_s:.2f} s", "from the readings to the last indicator"),
    ]


async def _follow(settings: Settings, lanes: int, minutes: int) -> tuple[float, float, float]:
    async with await connect(settings, "owner", autocommit=True) as connection:
        await connection.execute(SCENE.format(sites=-(-lanes // SITE_LANES), lanes=lanes, each=SITE_LANES).encode())
        cursor = await connection.execute("select sensor_id from sensor order by sensor_id")
        drawn = readings(np.array([number for (number,) in await cursor.fetchall()]))
        minute = np.tile(np.arange(MINUTES), lanes)
        await _put(connection, drawn[minute < BEGIN_MINUTE])
        worker = Worker(settings, lambda: datetime.now(UTC), time.monotonic)
        await worker.open()
        await _arrive(connection, drawn[minute == BEGIN_MINUTE - 1])
        while await worker.step():
            pass
        worker_s, database_s, busiest_s = 0.0, 0.0, 0.0
        for now in range(BEGIN_MINUTE, BEGIN_MINUTE + minutes):
            mine = drawn[minute == now]
            await _put(connection, mine)
            await _arrive(connection, mine)
            own_s, others_s, began_s = time.process_time(), cpu.cpu_s([os.getpid()]), time.perf_counter()
            while await worker.step():
                pass
            busiest_s = max(busiest_s, time.perf_counter() - began_s)
            worker_s += time.process_time() - own_s
            database_s += cpu.cpu_s([os.getpid()]) - others_s
        await worker.close()
    return worker_s, database_s, busiest_s


async def _put(connection: Connection, rows: copy.Rows) -> None:
    """Store readings."""
    columns = await reading_columns(connection, streams()["traffic"])
    whole = np.zeros(len(rows), copy.dtype_of(columns))
    for column in columns:
        whole[column.name] = rows[column.name] if column.name in (rows.dtype.names or ()) else np.nan
    async with connection.cursor() as cursor, cursor.copy(PUT) as put:
        await put.write(copy.encode(whole, columns))


async def _arrive(connection: Connection, rows: copy.Rows) -> None:
    """Make due what readings make due, as ingest does."""
    await connection.execute(LATEST)
    times = rows["observed_at"].astype(np.int64)
    await connection.execute(MAKE_DUE, (families()["traffic"].windows_reading(np.unique(times)).tolist(),))


if __name__ == "__main__":
    for row in live(int(sys.argv[1]), *(int(one) for one in sys.argv[2:3])):
        print("| " + " | ".join(row) + " |")
