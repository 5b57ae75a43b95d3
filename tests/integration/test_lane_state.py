"""State of lanes on a real database: checks by dated limits, substitution, memory, and backfill to the bit."""

import random
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from fix_pipeline import compute
from psycopg import sql
from psycopg.types.json import Jsonb
from readings import Inlet, message

from emscher.settings import Settings
from emscher.store.pool import connect
from ingest.message import Message
from processing.backfill import backfill
from processing.crew import work_off
from processing.families import queues
from processing.kernels.congestion import FREE, JAM, NO_STATEMENT
from processing.lane_reading import CONSTANT, LIMITED, SAID_FAULTY

START = datetime(2026, 1, 5, 6, 0, tzinfo=UTC)
FAULTY: dict[str, Any] = {"count": None, "status": {"count": "faulty"}}
LANES: dict[str, dict[str, object]] = {
    "a1": {"direction": "E", "lane_type": "main", "substitute_lane": "a2", "free_speed_kmh": 50},
    "a2": {"direction": "E", "lane_type": "main", "free_speed_kmh": 50},
    "b1": {"direction": "W", "lane_type": "side"},
    "c1": {"direction": "W", "lane_type": "side"},
}


def _minute(key: str, minute: int, interval_s: int = 60, **values: object) -> Message:
    """Make a reading that begins so many minutes after the start."""
    end = START + timedelta(minutes=minute, seconds=interval_s)
    return message("traffic", key, {"end": end.isoformat(), "interval_s": interval_s, **values})


async def _configure(store: Settings) -> None:
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute("insert into site (key, kind, name) values ('x', 'junction', '')")
        for key, metadata in LANES.items():
            await connection.execute(
                "insert into sensor (key, stream, site_id, configured, metadata)"
                " select %s, 'traffic', site_id, true, %s from site where key = 'x'",
                (key, Jsonb(metadata)),
            )


async def _take(store: Settings, *batches: Sequence[Message]) -> None:
    async with Inlet(store, START + timedelta(hours=6)) as inlet:
        for batch in batches:
            await inlet.take(batch)
            await compute(store)


async def _states(store: Settings) -> dict[tuple[str, int], dict[str, Any]]:
    """Rows of lanes by key and minute after the start."""
    async with await connect(store, "owner") as connection:
        cursor = await connection.execute(
            "select key, window_start, to_jsonb(i) from lane_state_indicator i join sensor using (sensor_id)"
        )
        return {(key, round((at - START).total_seconds() / 60)): row for key, at, row in await cursor.fetchall()}


async def _tables(store: Settings) -> list[list[tuple[str, ...]]]:
    """Every row of the traffic families but for how often and when it was computed."""
    found = []
    async with await connect(store, "owner") as connection:
        for family in queues()["traffic"]:
            statement = sql.SQL("select (to_jsonb(i) - '{{revision,computed_at}}'::text[])::text from {} i order by 1")
            cursor = await connection.execute(statement.format(sql.Identifier(family.table)))
            found.append(await cursor.fetchall())
    return found


def _day() -> list[Message]:
    """Three hours of four lanes: faults, gaps, stuck values, 15 s, a change of interval, no speeds, classes."""
    chance = random.Random(3)  # noqa: S311 - test data, no secret
    found = []
    for minute in range(180):
        count = chance.randrange(0, 20)
        speed = {"speed_kmh": chance.randrange(20, 70)} if count else {"status": {"speed_kmh": "not_determinable"}}
        if chance.random() < 0.9:
            values = FAULTY if chance.random() < 0.2 else {"count": count, **speed}
            found.append(_minute("a1", minute, **values))
        stuck: dict[str, Any] = {"count": 9, "speed_kmh": 44} if 60 <= minute < 90 else {"count": count, **speed}
        classes: dict[str, Any] = {"passenger_car_count": stuck["count"], "bus_count": 0} if minute % 7 else {}
        found.append(_minute("a2", minute, **stuck, **classes))
        found += [
            message(
                "traffic",
                "b1",
                {
                    "end": (START + timedelta(minutes=minute, seconds=15 * part)).isoformat(),
                    "interval_s": 15,
                    "count": chance.randrange(0, 5),
                    "occupancy_pct": chance.randrange(1, 40),
                },
            )
            for part in range(1, 5)
            if chance.random() < 0.95
        ]
        if minute >= 80:
            found.append(_minute("c1", minute, count=chance.randrange(0, 20), speed_kmh=50))
        elif minute % 5 == 0:
            found.append(_minute("c1", minute, 300, count=chance.randrange(0, 50), speed_kmh=50))
    return found


async def test_order_and_backfill_change_no_bit(store: Settings, second_store: Settings) -> None:
    """With faults and gaps: in order at once, shuffled in parts, and backfilled from nothing give the same bits."""
    day = _day()
    await _configure(store)
    await _take(store, day)
    await _configure(second_store)
    shuffled = random.Random(5).sample(day, len(day))  # noqa: S311 - a shuffle, no secret
    await _take(second_store, *(shuffled[first : first + 150] for first in range(0, len(shuffled), 150)))
    expected = await _tables(store)
    assert all(expected)
    assert await _tables(second_store) == expected

    async with await connect(store, "owner", autocommit=True) as connection:
        for family in queues()["traffic"]:
            await connection.execute(sql.SQL("delete from {}").format(sql.Identifier(family.table)))
    said = []
    figures = await backfill(
        store,
        partial(work_off, store, 2),
        START,
        START + timedelta(hours=3),
        lambda done, total: said.append((done, total)),
        time.monotonic,
    )
    assert said[-1] == (figures.windows, figures.windows)
    assert await _tables(store) == expected
    assert figures.rows["lane_state"] == len(expected[[one.name for one in queues()["traffic"]].index("lane_state")])


async def test_late_readings_reach_compressed_indicators(store: Settings, second_store: Settings) -> None:
    """What comes after the indicators were compressed changes them as if they never had been."""
    if store.database_flavour != "timescaledb":
        pytest.skip("nothing is compressed here")
    day = _day()
    await _configure(second_store)
    await _take(second_store, day)
    shuffled = random.Random(6).sample(day, len(day))  # noqa: S311 - a shuffle, no secret
    await _configure(store)
    await _take(store, shuffled[:300])
    async with await connect(store, "owner", autocommit=True) as connection:
        for family in queues()["traffic"]:
            if family.name not in {"lane_quality", "vehicle_class"}:
                await connection.execute("select compress_chunk(c) from show_chunks(%s) c", (family.table,))
        cursor = await connection.execute(
            "select count(*) from timescaledb_information.chunks"
            " where is_compressed and hypertable_name = 'lane_state_indicator'"
        )
        assert await cursor.fetchone() == (1,)
    await _take(store, shuffled[300:])
    assert await _tables(store) == await _tables(second_store)


async def test_faulty_count_is_replaced_by_the_lane_beside_it_then_held(store: Settings) -> None:
    """The configured lane stands in at 95 %; without it the last values are held at 90 %, for five minutes at most."""
    await _configure(store)
    values = {"count": 10, "heavy_count": 0, "speed_kmh": 50, "car_speed_kmh": 50}
    beside = {**values, "count": 6}
    faulty = [_minute("a1", minute, **FAULTY) for minute in range(1, 9)]
    await _take(store, [_minute("a1", 0, **values), _minute("a2", 1, **beside), *faulty])
    found = await _states(store)
    assert [found["a1", minute]["substitution"] for minute in range(9)] == [0, 1, 2, 2, 2, 2, 0, 0, 0]
    assert (found["a1", 1]["flow_veh_h"], found["a1", 1]["quality_ratio"]) == (360, 0.95)
    assert found["a1", 2]["flow_veh_h"] == 360
    assert found["a1", 2]["quality_ratio"] == 0.855
    assert (found["a1", 7]["flow_veh_h"], found["a1", 7]["flow_status"]) == (None, 3)
    assert found["a1", 7]["fault_bits"] == SAID_FAULTY


async def test_limits_are_rows_with_a_scope_and_a_date(store: Settings) -> None:
    """A lane's limit is that of its type and of the day; the lane of another type keeps the general one."""
    await _configure(store)
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute(
            "insert into threshold (name, scope, value, unit, valid_from, source, status) values"
            " ('traffic_flow_max', 'side', 600, 'veh/h', '2026-01-05', 'test', 'own'),"
            " ('traffic_flow_max', 'side', 1200, 'veh/h', '2000-01-01', 'test', 'own')"
        )
    early = -6 * 60 - 5
    await _take(store, [_minute("b1", 0, count=30), _minute("b1", early, count=30), _minute("a1", 0, count=30)])
    found = await _states(store)
    assert found["b1", 0]["flow_veh_h"] == 600
    assert found["b1", early]["flow_veh_h"] == 1200
    assert found["a1", 0]["flow_veh_h"] == 1800
    assert (found["b1", 0]["fault_bits"], found["a1", 0]["fault_bits"]) == (LIMITED, 0)


async def test_detector_that_stands_still_is_faulty(store: Settings) -> None:
    """After fifteen equal counts the sixteenth is a fault, and the hour before is remembered across the window."""
    await _configure(store)
    await _take(store, [_minute("a2", minute, count=9, speed_kmh=40 + minute % 7) for minute in range(50, 70)])
    found = await _states(store)
    assert [found["a2", minute]["fault_bits"] for minute in (63, 64, 65, 66)] == [0, 0, CONSTANT, CONSTANT]


async def test_traffic_state_follows_density_and_speed(store: Settings) -> None:
    """Few fast vehicles are free, many slow ones a jam; a lane without a speed of free flow has no DATEX status."""
    await _configure(store)
    fast = [_minute("a1", minute, count=2, speed_kmh=50) for minute in range(10)]
    slow = [_minute("b1", minute, count=12, speed_kmh=6) for minute in range(10)]
    await _take(store, [*fast, *slow, _minute("a2", 0, occupancy_pct=7.0)])
    found = await _states(store)
    methods = ("state_marz", "state_nrw", "state_rds")
    assert [found["a1", 9][one] for one in methods] == [FREE, FREE, FREE]
    assert [found["b1", 9][one] for one in methods] == [JAM, JAM, JAM]
    assert [found["a2", 0][one] for one in methods] == [NO_STATEMENT] * 3
    assert (found["a1", 9]["state_datex"], found["b1", 9]["state_datex"]) == (1, 0)
    assert found["a1", 9]["speed_smoothed_kmh"] == 50
    assert found["a1", 9]["flow_forecast_veh_h"] == 120


async def test_lane_without_speed_gets_one_from_flow_and_occupancy(store: Settings) -> None:
    """600 veh/h of 6.5 m at 10 % are 39 km/h, said to be estimated; of no vehicles there is none."""
    await _configure(store)
    await _take(store, [_minute("a1", 0, count=10, occupancy_pct=10), _minute("a1", 1, count=0, occupancy_pct=0)])
    found = await _states(store)
    assert (found["a1", 0]["speed_kmh"], found["a1", 0]["speed_method"]) == (39, 2)
    assert (found["a1", 1]["speed_kmh"], found["a1", 1]["speed_method"]) == (None, 0)


async def test_lane_that_turns_out_to_report_at_another_interval_leaves_no_row_behind(
    store: Settings, second_store: Settings
) -> None:
    """Rows of minutes that came first are gone when most readings are of five minutes, as if all had come at once."""
    minutes = [_minute("c1", minute, count=5, speed_kmh=40) for minute in (3, 4)]
    fives = [_minute("c1", minute, 300, count=20 + minute, speed_kmh=40) for minute in (10, 15, 20)]
    await _configure(store)
    await _take(store, minutes, fives)
    await _configure(second_store)
    await _take(second_store, [*fives, *minutes])
    assert set(await _states(store)) == {("c1", 10), ("c1", 15), ("c1", 20)}
    assert await _tables(store) == await _tables(second_store)
