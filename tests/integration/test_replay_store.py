"""What the store holds, exported and replayed into a fresh store: equal tables and equal indicators."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fix_ingest import account, at_broker, ingesting, received
from fix_pipeline import compute
from psycopg import sql
from readings import Inlet, message

from emscher import city
from emscher.embedded import EmbeddedBroker
from emscher.errors import RecordingError
from emscher.settings import Settings
from emscher.store.pool import connect
from emscher.stream import SECOND_US
from emscher.streams import streams
from processing.families import families
from simulators import recording, scenery
from simulators.course import Course
from simulators.export import export
from simulators.play import play
from simulators.publisher import Publisher
from simulators.stored import Filter, Stored, stored
from simulators.synthetic import sources
from simulators.tape import Read

NOW = datetime(2026, 7, 15, 6, 2, tzinfo=UTC)
END_S = int(datetime(2026, 7, 15, 6, 0, tzinfo=UTC).timestamp())
HOURS = 2
OWN = {"sensor_id", "site_id", "revision", "computed_at"}
"""Columns that a store has of its own: numbers, and when and how often something was computed."""


class Bridge:
    """A sink that writes to a store as ingest does, in batches."""

    def __init__(self, inlet: Inlet) -> None:
        self._inlet = inlet
        self._waiting: list[Any] = []

    async def publish(self, stream: str, key: str, payload: bytes) -> None:
        """Take a message."""
        self._waiting.append(message(stream, key, payload))
        if len(self._waiting) >= 200:
            await self.flush()

    async def flush(self) -> None:
        """Write what waits."""
        if self._waiting:
            await self._inlet.take(self._waiting)
            self._waiting = []


@asynccontextmanager
async def bridge(store: Settings) -> AsyncIterator[Bridge]:
    """Open a way into a store."""
    async with Inlet(store, NOW) as inlet:
        sink = Bridge(inlet)
        yield sink
        await sink.flush()


async def filled(store: Settings) -> None:
    """Store the pretend city, two hours of it, and a lane that nobody has configured."""
    async with await connect(store, "writer", autocommit=True) as connection:
        await city.write(connection, city.read("dortmund"))
    async with bridge(store) as sink:
        for source in sources(scenery.load("dortmund"), 1):
            for key, readings in source.readings(END_S - HOURS * 3600, END_S):
                for first in range(0, len(readings), 500):
                    await sink.publish(source.stream, key, message("", "", readings[first : first + 500]).payload)
        stranger = {"end": "2026-07-15T05:30:00Z", "interval_s": 900, "count": 7, "speed_kmh": 0.1 + 0.2}
        await sink.publish("traffic", "stranger", message("", "", stranger).payload)


@asynccontextmanager
async def tape(store: Settings, wanted: Filter | None = None) -> AsyncIterator[Stored]:
    """Open a store as a tape."""
    async with await connect(store, "reader", autocommit=True) as connection:
        yield await stored(connection, wanted or Filter())


async def table(store: Settings, name: str) -> list[tuple[Any, ...]]:
    """Read a whole table, sensors and sites by their keys."""
    async with await connect(store, "owner") as connection:
        cursor = await connection.execute(
            "select column_name from information_schema.columns where table_name = %s order by 1", (name,)
        )
        columns = [column for (column,) in await cursor.fetchall()]
        keys = [
            sql.SQL("(select key from {0} where {0}.{1} = t.{1})").format(
                sql.Identifier(of), sql.Identifier(f"{of}_id")
            )
            for of in ("sensor", "site")
            if f"{of}_id" in columns
        ]
        values = [sql.Identifier("t", one) for one in columns if one not in OWN]
        query = sql.SQL("select {} from {} as t").format(sql.SQL(", ").join(keys + values), sql.Identifier(name))
        rows = await (await connection.execute(query)).fetchall()
    return sorted(rows, key=repr)


async def test_store_export_and_a_fresh_store_are_equal(
    store: Settings, second_store: Settings, tmp_path: Path
) -> None:
    """Every stream's rows and every family's indicators of the second store are those of the first, bit for bit."""
    await filled(store)
    await compute(store, NOW)
    async with tape(store) as found:
        count = await export(found, tmp_path / "day.jsonl.gz")
        again = await export(found, tmp_path / "again.jsonl.gz")
    assert (tmp_path / "day.jsonl.gz").read_bytes() == (tmp_path / "again.jsonl.gz").read_bytes()
    async with await connect(store, "reader") as connection:
        (tmp_path / "town.geojson").write_text(await city.document(connection))
    async with await connect(second_store, "writer", autocommit=True) as connection:
        await city.write(connection, city.read(str(tmp_path / "town.geojson")))
    async with bridge(second_store) as sink:
        sent = await play(Read(recording.read(tmp_path / "day.jsonl.gz", None)), sink, Course(), None)
    await compute(second_store, NOW)
    assert count == again == sent.readings > 20_000
    for stream in streams().values():
        rows = await table(store, stream.table)
        assert rows, stream.name
        assert await table(second_store, stream.table) == rows, stream.name
        assert await table(second_store, stream.latest_table) == await table(store, stream.latest_table)
    computed = 0
    for name in families():
        rows = await table(store, f"{name}_indicator")
        computed += len(rows)
        assert await table(second_store, f"{name}_indicator") == rows, name
    assert computed > 5_000


async def test_order_filters_and_shift(store: Settings, tmp_path: Path) -> None:
    """What is wanted comes in order of the time at which it became known, the same every time, and moved as asked."""
    await filled(store)
    begin_us = (END_S - 3600) * SECOND_US
    wanted = Filter(sensors=["wall-01.*", "wlan-01.ap0?"], start_us=begin_us, end_us=begin_us + 900 * SECOND_US)
    async with tape(store, wanted) as found:
        assert found.streams == {"traffic", "signal", "wlan"}
        parts = [part async for part in found.parts()]
        latest = [int(us) for part in parts for us in part.latest_us[part.order]]
        assert latest == sorted(latest)
        assert found.span_us == (latest[0], latest[-1])
        assert len(latest) == found.count
        moved = parts[0].readings.at(parts[0].order[:1], 7 * 86_400 * SECOND_US)[0]
        still = parts[0].readings.at(parts[0].order[:1])[0]
    name = "time" if "time" in still else "end"
    assert moved == {**still, name: still[name] + timedelta(days=7)}
    async with tape(store, Filter(sites=["rz-*"], streams=["energy"])) as found:
        keys = {part.keys[row] for part in [one async for one in found.parts()] for row in part.sensor.tolist()}
        assert keys == {key for key in keys if key.startswith("rz-")} != set()
    async with tape(store) as found:
        await export(found, tmp_path / "all.jsonl")
    recorded = recording.read(tmp_path / "all.jsonl", None).of(["traffic"], ["wall-01.d01"])
    assert {recorded.keys[one] for one in recorded.sensor[recorded.order]} == {"wall-01.d01"}
    with pytest.raises(RecordingError, match="no such reading"):
        async with tape(store, Filter(sensors=["nobody"])):
            pass


async def test_back_pressure_is_honoured_at_full_speed(store: Settings, broker: EmbeddedBroker) -> None:
    """Never are more messages under way than the publisher may have, and all of them arrive."""
    await filled(store)
    settings = at_broker(store, broker).model_copy(update={"history_days": 5_000})
    before = await account(settings)
    most = 0

    async with tape(store, Filter(streams=["traffic"])) as found, ingesting(settings):
        async with Publisher(settings, in_flight=16) as publisher:

            def look(_: int) -> None:
                nonlocal most
                most = max(most, publisher.under_way)

            sent = await play(found, publisher, Course(), None, batch=5, advance=look)
        after = await received(settings, before[0] + sent.readings)
    assert 0 < most <= 16
    assert publisher.acknowledged_count == sent.messages
    # They are in the store already.
    assert [now - then for now, then in zip(after, before, strict=True)] == [found.count, 0, found.count, 0]
