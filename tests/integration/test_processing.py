"""Processing on a real database: live = replay = backfill, whatever the order, the workers and the kills."""

import asyncio
import random
import time
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg import sql
from readings import Inlet, message

from emscher import city
from emscher.settings import Settings
from emscher.store.pool import Connection, connect
from ingest.message import Message
from processing.families import families
from processing.worker import Worker
from simulators.scenery import load as load_scenery
from simulators.synthetic import sources

START = datetime(2026, 1, 5, 6, 0, tzinfo=UTC)
HOURS = 3
RECEIVED_AT = START + timedelta(hours=HOURS)


@pytest.fixture(scope="session")
def city_messages() -> list[Message]:
    """Three hours of the pretend city, a message per reading."""
    first, last = round(START.timestamp()), round(RECEIVED_AT.timestamp())
    return [
        message(source.stream, key, reading)
        for source in sources(load_scenery("dortmund"), 1)
        for key, readings in source.readings(first, last)
        for reading in readings
    ]


def _clock() -> datetime:
    return datetime.now(UTC)


async def _load_city(store: Settings) -> None:
    async with await connect(store, "writer") as connection:
        await city.write(connection, city.read("dortmund"))


async def _work_until_idle(store: Settings, workers: int = 1) -> None:
    """Let workers compute until nothing is due."""

    async def one() -> None:
        worker = Worker(store, _clock, time.monotonic)
        await worker.open()
        try:
            while await worker.step() or await _due(store):
                await asyncio.sleep(0)
        finally:
            await worker.close()

    await asyncio.gather(*(one() for _ in range(workers)))


async def _due(store: Settings) -> int:
    async with await connect(store, "owner") as connection:
        row = await (await connection.execute("select count(*) from due_window")).fetchone()
        assert row is not None
        return int(row[0])


async def _tables(store: Settings) -> dict[str, list[tuple[object, ...]]]:
    """Every indicator, by the keys of sensor and site, without how often and when it was computed."""
    found = {}
    async with await connect(store, "owner") as connection:
        for family in families().values():
            whose = "site" if "site_id" in family.key else "sensor"
            statement = sql.SQL(
                "select w.key, (to_jsonb(i) - '{{revision,computed_at,sensor_id,site_id}}'::text[])::text"
                " from {} as i join {} as w using ({}) order by 1, 2"
            ).format(sql.Identifier(family.table), sql.Identifier(whose), sql.Identifier(f"{whose}_id"))
            found[family.name] = await (await connection.execute(statement)).fetchall()
    return found


async def _in_batches(store: Settings, messages: list[Message], size: int) -> None:
    async with Inlet(store, RECEIVED_AT) as inlet:
        for first in range(0, len(messages), size):
            await inlet.take(messages[first : first + size])


async def test_order_batches_workers_and_kills_change_no_bit(
    store: Settings, second_store: Settings, city_messages: list[Message]
) -> None:
    """Readings in order with one worker give the same bits as shuffled, repeated, with three workers and kills."""
    await _load_city(store)
    await _in_batches(store, city_messages, len(city_messages))
    await _work_until_idle(store)

    await _load_city(second_store)
    generator = random.Random(7)  # noqa: S311 - a shuffle, no secret
    shuffled = generator.sample(city_messages, len(city_messages))
    part = len(shuffled) // 5
    for number in range(5):
        again = generator.sample(shuffled[: number * part], part // 10) if number else []
        await _in_batches(second_store, shuffled[number * part : (number + 1) * part] + again, 4000)
        await _kill_a_worker_in_the_middle(second_store)
        if number % 2:
            await _work_until_idle(second_store, workers=3)
    await _in_batches(second_store, shuffled[5 * part :], 100)
    await _work_until_idle(second_store, workers=3)

    one, other = await _tables(store), await _tables(second_store)
    for family in families().values():
        # The pretend lanes do not tell the 8+1 classes apart; test_lane_state has readings that do.
        assert one[family.name] or family.name == "vehicle_class", family.name
        assert one[family.name] == other[family.name], family.name


async def _kill_a_worker_in_the_middle(store: Settings) -> None:
    """Throw a worker's connection out between what it wrote and its commit."""
    worker = Worker(store, _clock, time.monotonic)
    await worker.open()
    cleared = Worker._publish  # noqa: SLF001 - where the cut is made

    async def publish_and_die(self: Worker, connection: Connection, *rest: object) -> object:
        written = await cleared(self, connection, *rest)  # type: ignore[arg-type] # passed on as they came
        async with await connect(store, "owner", autocommit=True) as killer:
            await killer.execute("select pg_terminate_backend(%s)", (connection.info.backend_pid,))
        return written

    before = await _due(store)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Worker, "_publish", publish_and_die)
        with pytest.raises(psycopg.OperationalError):
            await worker.step()
    await worker.close()
    assert await _due(store) == before


async def test_late_reading_makes_its_window_due_again(store: Settings) -> None:
    """A reading that comes late changes its window's indicator and counts its revision; nothing else is touched."""

    def lane(second: int, count: int) -> Message:
        end = START + timedelta(seconds=second)
        return message("traffic", "late.1", {"end": end.isoformat(), "interval_s": 15, "count": count})

    async with Inlet(store, RECEIVED_AT) as inlet:
        await inlet.take([lane(15, 1), lane(30, 1), lane(75, 2)])
        await _work_until_idle(store)
        await inlet.take([lane(45, 4)])
        await _work_until_idle(store)
    async with await connect(store, "owner") as connection:
        cursor = await connection.execute(
            "select flow_veh_h, coverage_ratio, revision from traffic_indicator order by window_start"
        )
        assert await cursor.fetchall() == [(480, 0.75, 1), (480, 0.25, 0)]


async def test_site_that_cannot_be_computed_does_not_stop_the_others(
    store: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A family whose computation fails is left aside with its claims kept, and the others are computed."""
    traffic = families()["traffic"]

    def fail(task: object) -> None:
        raise ValueError(task)

    monkeypatch.setitem(traffic.__dict__, "compute", fail)
    reading = {"end": START.isoformat(), "interval_s": 60, "count": 1}
    async with Inlet(store, RECEIVED_AT) as inlet:
        await inlet.take([message("traffic", "f.1", reading)])
        await inlet.take([message("energy", "f.2", {"time": START.isoformat(), "power_w": 1})])
    worker = Worker(store, _clock, time.monotonic)
    await worker.open()
    try:
        while await worker.step():
            pass
    finally:
        await worker.close()
    async with await connect(store, "owner") as connection:
        cursor = await connection.execute("select distinct family from due_window")
        assert await cursor.fetchall() == [("traffic",)]


async def test_roll_ups_agree_with_their_indicators(store: Settings) -> None:
    """An hour's flow is the mean of its minutes, its speed the mean weighted by flow."""
    rows = [(600, 50.0), (0, None), (1200, 20.0)]
    async with await connect(store, "owner", autocommit=True) as connection:
        for minute, (flow, speed) in enumerate(rows):
            await connection.execute(
                "insert into traffic_indicator (sensor_id, window_start, width_s, simulated, flow_veh_h, speed_kmh,"
                " coverage_ratio, revision, computed_at) values (1, %s, 60, true, %s, %s, 1, 0, now())",
                (START + timedelta(minutes=minute), flow, speed),
            )
        for bucket in ("15min", "1h", "1d"):
            statement = sql.SQL("select flow_veh_h, speed_kmh, covered_s from {}").format(
                sql.Identifier(f"traffic_indicator_{bucket}")
            )
            (found,) = await (await connection.execute(statement)).fetchall()
            assert found == (600, 30, 180)
