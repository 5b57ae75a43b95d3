"""Road sections on a real database: travel time from the cross-sections of other sites."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fix_pipeline import follow
from psycopg.types.json import Jsonb
from readings import message

from emscher.settings import Settings
from emscher.store.pool import connect
from ingest.message import Message

START = datetime(2026, 1, 5, 6, 0, tzinfo=UTC)
PARTS: list[dict[str, object]] = [
    {"site": "near", "bearing_deg": 90, "length_m": 500, "free_speed_kmh": 50},
    {"site": "far", "bearing_deg": 90, "length_m": 250, "free_speed_kmh": 50},
]


def _minute(key: str, minute: int, speed_kmh: int) -> Message:
    """Make a minute whose values do not stand still."""
    end = (START + timedelta(minutes=minute + 1)).isoformat()
    values = {"count": 5 + minute % 2, "speed_kmh": speed_kmh, "car_speed_kmh": speed_kmh + minute % 2}
    return message("traffic", key, {"end": end, "interval_s": 60, **values})


async def _computed(
    store: Settings, parts: list[dict[str, object]], *batches: list[Message]
) -> dict[int, dict[str, Any]]:
    """Store and compute batches one after the other; give the section by quarter hour after the start."""
    async with await connect(store, "owner", autocommit=True) as connection:
        for key, metadata in (("near", {}), ("far", {}), ("road", {"sections": [{"parts": parts}]})):
            await connection.execute(
                "insert into site (key, kind, name, metadata) values (%s, 'x', '', %s)", (key, Jsonb(metadata))
            )
        await connection.execute(
            "insert into sensor (key, stream, site_id, configured, metadata)"
            """ select key || '.1', 'traffic', site_id, true, '{"direction": "E"}' from site"""
            " where key in ('near', 'far')"
        )
        await follow(store, batches, START + timedelta(hours=1))
        cursor = await connection.execute("select window_start, to_jsonb(s) from section_indicator s")
        return {round((at - START).total_seconds() / 900): row for at, row in await cursor.fetchall()}


async def test_travel_time_is_the_sum_of_the_parts_and_late_minutes_count(store: Settings) -> None:
    """500 m at 25 km/h and 250 m at 50 km/h are 72 + 18 s, free 54 s; a late site completes what was missing."""
    near = [_minute("near.1", minute, 25) for minute in range(15)]
    far = [_minute("far.1", minute, 50) for minute in range(15)]
    found = await _computed(store, PARTS, near, far)
    assert list(found) == [0]
    row = found[0]
    assert (row["travel_time_s"], row["free_travel_time_s"], row["length_m"]) == (90, 54, 750)
    assert (row["speed_kmh"], row["coverage_ratio"], row["reason"]) == (30, 1, 0)
    assert row["travel_time_index_ratio"] == pytest.approx(90 / 54)
    assert row["planning_time_index_ratio"] == pytest.approx(90 / 54)
    assert row["buffer_index_ratio"] == 0
    assert row["congestion_index_ratio"] == pytest.approx(1 - 54 / 90)
    assert row["revision"] == 1


async def test_indices_of_reliability_look_at_the_hour(store: Settings) -> None:
    """A slow first quarter raises the percentile of the next, not its mean."""
    messages = [_minute(key, minute, 25 if minute < 15 else 50) for key in ("near.1", "far.1") for minute in range(30)]
    found = (await _computed(store, PARTS, messages))[1]
    assert (found["travel_time_s"], found["travel_time_p95_s"]) == (54, 108)
    assert (found["travel_time_index_ratio"], found["planning_time_index_ratio"]) == (1, 2)


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"length_m": 0}, 3), ({"site": "nowhere"}, 3), ({"length_m": "500"}, 3), ({"free_speed_kmh": None}, 2)],
    ids=["no length", "unknown site", "length is text", "no free speed"],
)
async def test_wrong_description_leaves_a_reason(store: Settings, change: dict[str, object], reason: int) -> None:
    """What cannot be computed is missing and says why."""
    messages = [_minute(key, minute, 50) for key in ("near.1", "far.1") for minute in range(15)]
    row = (await _computed(store, [{**PARTS[0], **change}, PARTS[1]], messages))[0]
    assert row["reason"] == reason
    assert row["travel_time_index_ratio"] is None
    assert (row["travel_time_s"] is None) == (reason == 3)
