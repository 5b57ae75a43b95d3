"""Cross-sections on a real database: the lanes of a site that lead the same way."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fix_pipeline import follow
from httpx import ASGITransport, AsyncClient
from readings import message

from api.app import create
from emscher.settings import Settings
from emscher.store.pool import connect
from ingest.message import Message

START = datetime(2026, 1, 5, 6, 0, tzinfo=UTC)
EAST, WEST = 90, 270


def _lane(key: str, minute: int = 1, interval_s: int = 60, **values: object) -> Message:
    end = START + timedelta(minutes=minute)
    return message("traffic", key, {"end": end.isoformat(), "interval_s": interval_s, **values})


async def _computed(store: Settings, *batches: list[Message]) -> dict[tuple[int, datetime], dict[str, Any]]:
    """Store and compute batches one after the other; give the cross-sections by bearing and minute."""
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute("insert into site (key, kind, name) values ('x', 'junction', '')")
        await connection.execute(
            "insert into sensor (key, stream, site_id, configured, metadata)"
            " select new.key, 'traffic', site_id, true, new.metadata::jsonb from site, (values"
            """ ('e1', '{"direction": "E"}'), ('e2', '{"direction": "E"}'), ('w1', '{"direction": 270}'),"""
            """ ('odd', '{"direction": "inwards"}'), ('none', '{}')) as new (key, metadata) where site.key = 'x'"""
        )
        await follow(store, batches, START + timedelta(hours=1))
        cursor = await connection.execute("select to_jsonb(c), window_start from cross_section_indicator as c")
        return {(row["bearing_deg"], at): row for row, at in await cursor.fetchall()}


async def test_lanes_of_one_direction_are_added(store: Settings) -> None:
    """DUA26 in two lanes: 720 and 240 veh/h at 97 and 57 km/h give 960 at 87; other directions stay apart."""
    found = await _computed(
        store,
        [
            _lane("e1", count=12, heavy_count=3, speed_kmh=97, car_speed_kmh=102, heavy_speed_kmh=82),
            _lane("e2", count=4, heavy_count=0, speed_kmh=57, car_speed_kmh=57),
            _lane("w1", count=6),
            _lane("odd", count=9),
            _lane("none", count=9),
        ],
    )
    assert set(found) == {(EAST, START), (WEST, START)}
    east = found[EAST, START]
    assert (east["flow_veh_h"], east["speed_kmh"], east["lane_count"]) == (960, 87, 2)
    assert (east["heavy_share_pct"], east["density_veh_km"], east["quality_ratio"]) == (19, 11, 1)
    # Cars 780 veh/h at (540 * 102 + 240 * 57) / 780 = 88 km/h, 180 heavy ones at 82: 780 + (2.2 + 0.02 * 6) * 180.
    assert east["pcu_flow_pcu_h"] == 1198
    assert found[WEST, START]["flow_veh_h"] == 360
    assert found[WEST, START]["speed_kmh"] is None


async def test_missing_lane_leaves_no_flow_until_it_comes(store: Settings) -> None:
    """With one of two lanes there is no flow; when the other comes late, there is, and the revision counts."""
    found = await _computed(store, [_lane("e1", count=12)], [_lane("e2", count=4)])
    assert (found[EAST, START]["flow_veh_h"], found[EAST, START]["revision"]) == (960, 1)


async def test_half_a_minute_halves_the_quality_of_a_lane(store: Settings) -> None:
    """A lane seen for half its minute has quality 0.5, and the cross-section of two lanes 0.75."""
    found = await _computed(store, [_lane("e1", count=12), _lane("e2", interval_s=30, count=4)])
    assert (found[EAST, START]["flow_veh_h"], found[EAST, START]["quality_ratio"]) == (1200, 0.75)


@pytest.mark.parametrize(
    "other",
    [
        {"status": {"count": "faulty"}, "speed_kmh": 50},
        {"count": 0, "heavy_count": 0, "heavy_speed_kmh": 50},
        {"count": 20, "minute": 5, "interval_s": 300},
    ],
    ids=["faulty", "contradiction", "other length"],
)
async def test_lane_that_cannot_be_added_leaves_no_sum(store: Settings, other: dict[str, Any]) -> None:
    """A fault, a speed without vehicles or an interval of another length leaves no sum, rather than a small one."""
    found = (await _computed(store, [_lane("e1", count=12), _lane("e2", **other)]))[EAST, START]
    assert found["flow_veh_h"] is None
    assert found["quality_ratio"] is None


async def test_cross_sections_are_open_with_their_units(store: Settings) -> None:
    """Anyone may ask for a site's cross-sections, and every number comes with its unit."""
    await _computed(store, [_lane("w1", count=6)])
    app = create(store)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://emscher") as client,
    ):
        span = {"from": START.isoformat(), "to": (START + timedelta(hours=1)).isoformat()}
        answer = (await client.get("/v1/indicators/cross_section", params={"site": "x", **span})).json()
    (row,) = answer["data"]
    assert (row["site"], row["bearing_deg"], row["flow_veh_h"]) == ("x", WEST, 360)
    assert (answer["units"]["bearing_deg"], answer["units"]["pcu_flow_pcu_h"]) == ("deg", "pcu/h")
