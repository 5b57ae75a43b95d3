"""Forecast on a real database: a late reading changes what the next week calls usual, over a change of summer time."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from fix_pipeline import follow
from readings import Inlet, message

from emscher.settings import Settings
from emscher.store.pool import connect
from ingest.message import Message
from processing.worker import Worker

FIRST = datetime(2026, 3, 25, 5, 0, tzinfo=UTC)
"""Six in the morning, in winter."""
SECOND = datetime(2026, 4, 1, 4, 0, tzinfo=UTC)
"""Six in the morning a week later, in summer time."""
STEP = timedelta(minutes=5)
STEPS = 60
LATE = 30


def _week(start: datetime, seed: int) -> list[Message]:
    """Make five hours of a lane that counts by five minutes."""
    return [
        message(
            "traffic",
            "a.1",
            {"end": (start + (step + 1) * STEP).isoformat(), "interval_s": 300, "count": 40 + (7 * step + seed) % 23},
        )
        for step in range(STEPS)
    ]


async def _computed(store: Settings, *batches: list[Message]) -> list[dict[str, Any]]:
    """Store and compute batches one after the other; give the forecasts in the order of time."""
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute("insert into site (key, kind, name) values ('a', 'junction', '')")
        await connection.execute(
            "insert into sensor (key, stream, site_id, configured, metadata)"
            """ select 'a.1', 'traffic', site_id, true, '{"direction": "E"}' from site where key = 'a'"""
        )
        await follow(store, batches, SECOND + timedelta(hours=6))
        cursor = await connection.execute(
            "select to_jsonb(f) - '{computed_at,site_id}'::text[] from forecast_indicator as f order by window_start"
        )
        return [row for (row,) in await cursor.fetchall()]


async def test_late_reading_changes_the_next_week_bit_for_bit(store: Settings, second_store: Settings) -> None:
    """In order or with a reading of the first week last, every forecast of both weeks is the same."""
    first, second = _week(FIRST, 0), _week(SECOND, 5)
    in_order = await _computed(store, first, second)
    late = await _computed(second_store, first[:LATE] + first[LATE + 1 :] + second, [first[LATE]])
    changed = [row.pop("revision") for row in late]
    assert [row.pop("revision") for row in in_order] != changed
    assert late == in_order
    assert len(late) == 2 * STEPS
    of_week_2 = late[STEPS:]
    assert [row["usual_veh_h"] for row in of_week_2] == [row["flow_veh_h"] for row in late[:STEPS]]
    assert [row["basis"] for row in late[:STEPS]] == [1] * STEPS
    assert [row["basis"] for row in of_week_2] == [2] * (STEPS - 12) + [1] * 12
    # The flow that came late is what is usual at its step, and what is forecast for it up to an hour before.
    assert all(changed[STEPS + LATE - ahead] for ahead in (0, 1, 3, 6, 12))


async def test_live_reading_makes_its_own_hour_due(store: Settings) -> None:
    """What lies after the newest reading is not made due."""
    await _computed(store, _week(SECOND, 0)[:1])
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute("delete from forecast_indicator")
        cursor = await connection.execute("select count(*) from due_window")
        assert await cursor.fetchone() == (0,)
    worker = Worker(store, lambda: datetime.now(UTC), time.monotonic)
    async with Inlet(store, SECOND + timedelta(hours=6)) as inlet:
        await inlet.take(_week(SECOND, 0)[1:2])
    await worker.open()
    while True:
        async with await connect(store, "owner") as connection:
            cursor = await connection.execute("select window_start from due_window where family = 'forecast'")
            if due := await cursor.fetchall():
                break
        assert await worker.step()
    await worker.close()
    assert due == [(SECOND,)]
