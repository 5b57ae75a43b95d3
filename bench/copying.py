"""Rows per second of the COPY codec: NumPy into PostgreSQL and back."""

from __future__ import annotations

import asyncio
import statistics
import time

import numpy as np
from psycopg import sql

from bench.platform import platform
from emscher.settings import Settings
from emscher.store import copy
from emscher.store.copy_out import received
from emscher.store.pool import connect
from emscher.store.query import queries
from emscher.store.table import reading_columns
from emscher.streams import streams
from processing.lane_reading import ROW

Row = tuple[str, str, str]

MISSING_SHARE = 0.1
PUT = "copy traffic_reading from stdin (format binary)"


def copying(rows: int, runs: int) -> list[Row]:
    """Time the codec alone, the way in and the way out."""
    with platform() as settings:
        return asyncio.run(_run(settings, rows, runs))


async def _run(settings: Settings, n_rows: int, runs: int) -> list[Row]:
    generator = np.random.default_rng(1)
    encoding, decoding, into, out_of = [], [], [], []
    async with await connect(settings, "owner", autocommit=True) as connection:
        columns = await reading_columns(connection, streams()["traffic"])
        rows = np.zeros(n_rows, copy.dtype_of(columns))
        rows["sensor_id"] = np.arange(n_rows) % 1000 + 1
        rows["observed_at"] = (np.arange(n_rows) // 1000 * 60_000_000).view("M8[us]")
        rows["interval_s"] = 60
        for name in ("count", "occupancy_pct", "speed_kmh"):
            rows[name] = np.where(generator.random(n_rows) < MISSING_SHARE, np.nan, generator.integers(0, 100, n_rows))
        select = queries("processing")["lane_rows"]
        text = select.of(site_id=sql.Literal(1), since=sql.Literal("1970-01-01"), until=sql.Literal("2100-01-01"))
        await connection.execute(
            "insert into sensor (key, stream, site_id, configured)"
            " select 'c.' || n, 'traffic', 1, true from generate_series(1, 1000) n"
        )
        for _ in range(runs):
            await connection.execute("truncate traffic_reading")
            start_s = time.perf_counter()
            wire = copy.encode(rows, columns)
            encoded_s = time.perf_counter()
            async with connection.cursor() as cursor, cursor.copy(PUT) as put:
                await put.write(wire)
            written_s = time.perf_counter()
            async with connection.cursor() as cursor, cursor.copy(text) as got:
                data = await received(got)
            read_s = time.perf_counter()
            decoded = copy.decode(data, ROW)
            done_s = time.perf_counter()
            encoding.append(n_rows / (encoded_s - start_s))
            into.append(n_rows / (written_s - start_s))
            out_of.append(len(decoded) / (done_s - written_s))
            decoding.append(len(decoded) / (done_s - read_s))
    return [
        ("codec, encode", f"{statistics.median(encoding):,.0f} rows/s", "13 columns, a tenth of three missing"),
        ("codec, decode", f"{statistics.median(decoding):,.0f} rows/s", "12 columns"),
        ("COPY into the table of readings", f"{statistics.median(into):,.0f} rows/s", "with its primary key"),
        ("COPY out of it, sorted, into NumPy", f"{statistics.median(out_of):,.0f} rows/s", "as a worker reads"),
    ]
