"""A day of a city's lanes backfilled end to end, and the interval kernels alone.

Run alone: ``python -m bench.backfill LANES [WORKERS]``.
"""

from __future__ import annotations

import asyncio
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Sequence

import numpy as np

from bench.platform import platform
from emscher.settings import Settings
from emscher.store import copy
from emscher.store.pool import connect
from emscher.store.table import reading_columns
from emscher.stream import DAY_US, SECOND_US
from emscher.streams import streams
from processing.families import families
from processing.family import Family, SensorInfo, Task
from processing.kernels.group import Ints
from processing.lane_reading import ROW
from processing.threshold import Thresholds, thresholds

Row = tuple[str, str, str]

SITE_LANES = 8
MINUTES = 1_440
DAY = 20_454
"""2026-01-01, in days since 1970."""
PUT = "copy traffic_reading from stdin (format binary)"
SCENE = """
insert into site (key, kind, name) select 'b.' || n, 'junction', '' from generate_series(0, {sites} - 1) n;
insert into sensor (key, stream, site_id, configured, metadata)
select 'b.' || n, 'traffic', site_id, true, jsonb_build_object('direction', n % 4 * 90, 'lane_type', 'main')
from generate_series(0, {lanes} - 1) n join site on site.key = 'b.' || n / {each} order by n;
"""


def backfills(lanes: int, workers: int = 2) -> list[Row]:
    """Time the kernels, and ``emscher process --backfill`` over a day on an embedded database."""
    with platform() as settings:
        known = asyncio.run(_fill(settings, lanes))
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken_s = _process(settings, workers)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu_s = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    minutes = lanes * MINUTES
    return [
        *kernels(known, min(lanes, 2_000)),
        (
            f"a day of {lanes:,} lanes backfilled",
            f"{taken_s:.1f} s",
            f"{minutes / taken_s:,.0f} lane-minutes/s; {workers} workers, {cpu_s:.0f} s CPU of theirs",
        ),
    ]


def kernels(known: Thresholds, lanes: int) -> list[Row]:
    """Time what computes a day, without reading and writing."""
    sensors = tuple(
        SensorInfo(number, "traffic", {"direction": number % 4 * 90, "lane_type": "main"}) for number in range(lanes)
    )
    read = readings(np.arange(lanes))
    each = [families()[name] for name in ("traffic", "lane_state", "cross_section")]
    found = []
    # Together they lay the lanes on steps once, as in a worker.
    for what, chosen in [*((one.title_en, [one]) for one in each), ("The three together", each)]:
        start_s = time.process_time()
        rows = _computed(chosen, known, sensors, read)
        taken_s = time.process_time() - start_s
        rate = len(read) / taken_s
        found.append((f"{what}, computing", f"{rate:,.0f} lane-minutes/s", f"{rows:,} rows"))
    return found


def _computed(chosen: Sequence[Family], known: Thresholds, sensors: tuple[SensorInfo, ...], read: copy.Rows) -> int:
    """Compute a day in parts of some sites, as a worker does."""
    family = chosen[0]
    width_us = family.width_s * SECOND_US
    windows = DAY * DAY_US + np.arange(DAY_US // width_us) * width_us
    (load,) = family.loads
    fields = family.loads[load].names or ()
    rows = 0
    for first in range(0, len(sensors), SITE_LANES):
        mine = read[first * MINUTES : (first + SITE_LANES) * MINUTES]
        loaded = np.empty(len(mine), family.loads[load])
        for name in fields:
            loaded[name] = mine[name]
        task = Task(
            1,
            sensors[first : first + SITE_LANES],
            windows,
            width_us,
            {load: loaded},
            {},
            known,
            family.look_back_s * SECOND_US,
        )
        rows += sum(len(one.compute(task)) for one in chosen)
    return rows


def readings(sensor_id: Ints) -> copy.Rows:
    """Draw a day of lanes."""
    generator = np.random.default_rng(1)
    size = len(sensor_id) * MINUTES
    rows = np.zeros(size, ROW)
    rows["sensor_id"] = np.repeat(sensor_id, MINUTES)
    rows["observed_at"] = np.tile(DAY * DAY_US + np.arange(MINUTES) * 60 * SECOND_US, len(sensor_id)).view("M8[us]")
    rows["interval_s"] = 60
    rows["count"] = generator.poisson(6, size)
    rows["heavy_count"] = generator.binomial(rows["count"].astype(np.int64), 0.05)
    rows["occupancy_pct"] = np.round(generator.uniform(2, 20, size), 1)
    speed = np.round(generator.normal(45, 4, size), 1)
    cars = rows["count"] - rows["heavy_count"]
    rows["speed_kmh"] = np.where(rows["count"] > 0, speed, np.nan)
    rows["car_speed_kmh"] = np.where(cars > 0, speed, np.nan)
    rows["heavy_speed_kmh"] = np.where(rows["heavy_count"] > 0, speed, np.nan)
    rows["speed_std_kmh"] = rows["gap_s"] = np.nan
    missing = [np.isnan(rows[name]) for name in ("speed_kmh", "car_speed_kmh", "heavy_speed_kmh")]
    rows["status_bits"] = sum(one.astype(np.int64) << 2 * (3 + place) for place, one in enumerate(missing))
    return rows


async def _fill(settings: Settings, lanes: int) -> Thresholds:
    """Put a city and its day into the store; give its thresholds."""
    async with await connect(settings, "owner", autocommit=True) as connection:
        columns = await reading_columns(connection, streams()["traffic"])
        await connection.execute(SCENE.format(sites=-(-lanes // SITE_LANES), lanes=lanes, each=SITE_LANES).encode())
        cursor = await connection.execute("select sensor_id from sensor order by sensor_id")
        numbers = np.array([number for (number,) in await cursor.fetchall()])
        for first in range(0, lanes, 500):
            drawn = readings(numbers[first : first + 500])
            rows = np.full(len(drawn), np.nan, copy.dtype_of([column for column in columns if column.nullable]))
            whole = np.zeros(len(drawn), copy.dtype_of(columns))
            for column in columns:
                source = drawn if column.name in (ROW.names or ()) else rows
                whole[column.name] = source[column.name]
            async with connection.cursor() as cursor, cursor.copy(PUT) as put:
                await put.write(copy.encode(whole, columns))
        await connection.execute("vacuum analyze traffic_reading")
        cursor = await connection.execute("select name, scope, value, valid_from, valid_to from threshold")
        return thresholds(await cursor.fetchall())


def _process(settings: Settings, workers: int) -> float:
    """Run the command, and read its own figure [s]."""
    day = np.datetime64(DAY, "D")
    command = [sys.executable, "-m", "emscher", "process", "--backfill", f"{day}T00:00:00Z", f"{day + 1}T00:00:00Z"]
    said = subprocess.run(
        command,
        env={
            **_environment(settings),
            "EMSCHER_PROCESS_WORKERS": str(workers),
        },
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    found = re.search(r"computed in ([0-9.]+) s", said)
    if found is None:
        sys.exit(f"the backfill did not end as it should: {said}")
    return float(found[1])


def _environment(settings: Settings) -> dict[str, str]:
    return {
        **os.environ,
        "EMSCHER_DATABASE_URL": settings.database_url.get_secret_value(),
        "EMSCHER_LOG_LEVEL": "WARNING",
    }


if __name__ == "__main__":
    for row in backfills(int(sys.argv[1]), *(int(one) for one in sys.argv[2:3])):
        print("| " + " | ".join(row) + " |")
