"""Availability of lanes on a real database: what failed in the day before, and trust with hysteresis."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fix_pipeline import compute, follow
from httpx import ASGITransport, AsyncClient
from readings import Inlet, message

from api.app import create
from emscher.settings import Settings
from emscher.store.pool import connect
from ingest.message import Message
from processing.backfill import make_due

START = datetime(2026, 1, 5, 0, 0, tzinfo=UTC)
HOURS = 60
BROKEN = range(30, 40)
"""Hours in which the one lane says that its counts are faulty."""


def _hour(key: str, hour: int) -> Message:
    readings: list[dict[str, Any]] = []
    for quarter in range(4):
        end = (START + timedelta(hours=hour, minutes=15 * (quarter + 1))).isoformat()
        faulty = key == "j.d1" and hour in BROKEN
        values: dict[str, Any] = (
            {"count": None, "status": {"count": "faulty"}} if faulty else {"count": 50 + (hour + quarter) % 9}
        )
        values |= {} if faulty else {"gap_s": 2.0 + quarter}
        readings.append({"end": end, "interval_s": 900, **values})
    return message("traffic", key, readings)


async def _register(store: Settings) -> None:
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute("insert into site (key, kind, name) values ('j', 'junction', '')")
        await connection.execute(
            "insert into sensor (key, stream, site_id, configured) select new.key, 'traffic', site_id, true"
            " from site, (values ('j.d1'), ('j.d2')) as new (key) where site.key = 'j'"
        )


async def _rows(store: Settings) -> list[dict[str, Any]]:
    async with await connect(store, "owner") as connection:
        cursor = await connection.execute(
            "select to_jsonb(a) - 'revision' - 'computed_at' || jsonb_build_object('key', key)"
            " from availability_indicator a join sensor using (sensor_id) order by sensor_id, window_start"
        )
        return [row for (row,) in await cursor.fetchall()]


async def test_trust_is_lost_late_and_regained_later(store: Settings) -> None:
    """Ten faulty hours: trust goes with the eighth (8/24 > 0.3), and returns when fewer than 7 of 24 remain."""
    await _register(store)
    async with Inlet(store, START + timedelta(hours=HOURS)) as inlet:
        await inlet.take([_hour(key, hour) for hour in range(HOURS) for key in ("j.d1", "j.d2")])
    await compute(store)
    rows = [row for row in await _rows(store) if row["key"] == "j.d1"]
    assert len(rows) == HOURS
    lost = [hour for hour, row in enumerate(rows) if not row["trusted"]]
    assert lost == list(range(38, 58))
    assert (rows[38]["failure_ratio"], rows[38]["hour_count"]) == (8 / 24, 24)
    assert rows[0]["failure_ratio"] is None
    assert all(row["trusted"] for row in await _rows(store) if row["key"] == "j.d2")
    app = create(store)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://emscher") as client,
    ):
        span = {"from": (START + timedelta(hours=38)).isoformat(), "to": (START + timedelta(hours=39)).isoformat()}
        answer = (await client.get("/v1/indicators/availability", params={"sensor": "j.d1", **span})).json()
    assert [(row["sensor"], row["trusted"], row["failure_ratio"]) for row in answer["data"]] == [
        ("j.d1", False, 8 / 24)
    ]
    assert answer["units"]["failure_ratio"] == "1"


async def test_gaps_are_averaged_by_vehicles(store: Settings) -> None:
    """The first hour's gaps of 2, 3, 4 and 5 s, of 50 to 53 vehicles; of a faulty hour nothing is said."""
    await _register(store)
    async with Inlet(store, START + timedelta(hours=HOURS)) as inlet:
        await inlet.take([_hour("j.d1", hour) for hour in (0, BROKEN[0])])
    await compute(store)
    async with await connect(store, "owner") as connection:
        cursor = await connection.execute("select gap_s from lane_quality_indicator order by window_start")
        first, broken = await cursor.fetchall()
    assert first[0] == pytest.approx((50 * 2 + 51 * 3 + 52 * 4 + 53 * 5) / (50 + 51 + 52 + 53))
    assert broken == (None,)


async def test_live_shuffled_and_backfilled_are_the_same(store: Settings) -> None:
    """In order hour by hour, in any order, and computed again by a backfill: the same rows."""
    await _register(store)
    hours = [[_hour(key, hour)] for hour in range(44) for key in ("j.d1", "j.d2") if not (key == "j.d2" and hour == 7)]
    random.Random(44135).shuffle(hours)  # noqa: S311 - an order, no secret
    await follow(store, hours, START + timedelta(hours=HOURS))
    shuffled = await _rows(store)
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute("truncate availability_indicator, lane_quality_indicator")
    async with await connect(store, "writer", autocommit=True) as connection:
        await make_due(connection, START, START + timedelta(hours=44))
    await compute(store)
    assert await _rows(store) == shuffled
    assert len(shuffled) == 88
