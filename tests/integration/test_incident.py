"""Incidents on a real database: occupancy of two cross-sections that a road section names."""

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
    {"site": "near", "bearing_deg": 90, "length_m": 500},
    {"site": "far", "bearing_deg": 90, "length_m": 250},
]


def _minutes(key: str, occupancy_pct: list[float | None], first: int = 0) -> list[Message]:
    found = []
    for minute, one in enumerate(occupancy_pct, first):
        end = (START + timedelta(minutes=minute + 1)).isoformat()
        said = {} if one is None else {"occupancy_pct": one}
        found.append(message("traffic", key, {"end": end, "interval_s": 60, "count": 5 + minute % 2, **said}))
    return found


async def _computed(store: Settings, parts: list[dict[str, object]], *batches: list[Message]) -> list[dict[str, Any]]:
    """Store and compute batches one after the other; give the pairs in the order of time."""
    async with await connect(store, "owner", autocommit=True) as connection:
        for key, metadata in (("near", {}), ("far", {}), ("road", {"sections": [{"parts": parts}]})):
            await connection.execute(
                "insert into site (key, kind, name, metadata) values (%s, 'x', '', %s)", (key, Jsonb(metadata))
            )
        await connection.execute(
            "insert into sensor (key, stream, site_id, configured, metadata)"
            """ select key || lane, 'traffic', site_id, true, '{"direction": "E"}' from site,"""
            " (values ('.1'), ('.2')) as lanes (lane) where key = 'near' or (key = 'far' and lane = '.1')"
        )
        await follow(store, batches, START + timedelta(hours=1))
        cursor = await connection.execute("select to_jsonb(i) from incident_indicator as i order by window_start")
        return [row for (row,) in await cursor.fetchall()]


async def test_incident_is_tentative_confirmed_and_continues(store: Settings) -> None:
    """Occupancy rises upstream and falls downstream; the lanes upstream are averaged."""
    near = [*_minutes("near.1", [12, 20, 30, 30, 14]), *_minutes("near.2", [12, 40, 50, 50, 14])]
    found = await _computed(store, PARTS, [*near, *_minutes("far.1", [11, 10, 6, 6, 12])])
    assert [row["upstream_occupancy_pct"] for row in found] == [12, 30, 40, 40, 14]
    assert [row["state_california_7"] for row in found] == [0, 6, 7, 8, 0]
    assert [row["state_california_8"] for row in found] == [0, 6, 7, 8, 0]
    assert {(row["section"], row["part"], row["reason"]) for row in found} == {(1, 1, 0)}


async def test_missing_occupancy_has_a_reason_until_it_comes(store: Settings) -> None:
    """A minute without occupancy has no state; when the other site reports late, the minutes get theirs."""
    near = _minutes("near.1", [40, None, 40])
    far = _minutes("far.1", [6, 6, 6])
    found = await _computed(store, PARTS, near, far)
    assert [row["state_california_7"] for row in found] == [6, None, 6]
    assert [row["reason"] for row in found] == [0, 1, 0]
    assert [row["revision"] for row in found] == [1, 1, 1]


@pytest.mark.parametrize("second", [{"site": "nowhere"}, {"site": "near"}], ids=["unknown site", "the same twice"])
async def test_wrong_description_leaves_a_reason(store: Settings, second: dict[str, object]) -> None:
    """What cannot be compared has no state and says why."""
    (row,) = await _computed(store, [PARTS[0], {**PARTS[1], **second}], _minutes("near.1", [40]))
    assert (row["reason"], row["state_california_7"], row["state_california_8"]) == (3, None, None)
