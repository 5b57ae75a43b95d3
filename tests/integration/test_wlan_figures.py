"""Figures of public WLAN: from published hours, per zone and for the city, with a name for whatever is not there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fix_api import serving
from fix_pipeline import rows

from emscher.settings import Settings
from emscher.store.pool import connect

BEGIN = datetime(2025, 11, 30, 23, tzinfo=UTC)
HOURS = 744
ZONES = """
INSERT INTO site (key, kind, name, metadata) VALUES
    ('a', 'wlan_zone', '', '{"district": "north"}'), ('b', 'wlan_zone', '', '{"district": "south"}'),
    ('bare', 'wlan_zone', '', '{"district": "west"}'), ('silent', 'wlan_zone', '', '{"district": "east"}');
INSERT INTO sensor (key, stream, site_id, configured)
SELECT site.key || '.' || n, 'wlan', site_id, true FROM site, generate_series(1, 3) AS n
WHERE site.key IN ('a', 'b', 'silent');
"""
ENTERED = """
INSERT INTO site_quantity VALUES
    ('city', 'mobile_volume_gb', '2025-12-01', '2026-01-01', 3720, 'GB', 'operators'),
    ('city', 'district_count', '2025-12-01', '2026-01-01', 4, '1', 'statute');
"""


async def _fill(store: Settings, hours: int = HOURS) -> None:
    """Zone a has 10 devices, 1 GB and 30 Wh an hour, every fourth hour suppressed; zone b 20 and all hours."""
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute(ZONES.encode())
        for zone, devices in (("a", 10), ("b", 20)):
            for hour in range(hours):
                hidden = zone == "a" and hour % 4 == 0
                shown = [None] * 6 if hidden else [devices, devices + 2, 4e8, 6e8, 15.0, 30.0]
                await connection.execute(
                    "insert into wlan_publication (site_id, window_start, width_s, simulated, zone_count,"
                    " access_point_count, clients_concurrent_avg, clients_concurrent_max, rx_bytes, tx_bytes,"
                    " airtime_busy_pct, energy_wh, online_ratio, coverage_ratio, reason, computed_at)"
                    " select site_id, %s, 3600, true, 1, 3, %s, %s, %s, %s, %s, %s, 0.9, 1, %s, now() from site"
                    " where key = %s",
                    (BEGIN + timedelta(hours=hour), *shown, "too_few_devices" if hidden else None, zone),
                )


def _of(body: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["site"], row["figure"]): row for row in body["data"]}


async def test_month_of_two_zones(store: Settings) -> None:
    """Sums and means are those of the hours that are shown, how many are not is said, and nobody needs a key."""
    await _fill(store)
    async with serving(store, filled=False) as client:
        before = _of((await client.get("/v1/wlan/figures?period=2025-12")).json())
        async with await connect(store, "owner", autocommit=True) as connection:
            await connection.execute(ENTERED.encode())
        found = _of((await client.get("/v1/wlan/figures?period=2025-12")).json())
        alone = (await client.get("/v1/wlan/figures?period=2025-12&site=a")).json()["data"]
        wrong = await client.get("/v1/wlan/figures?period=2025-12&site=c")
        named = {row["figure"] for row in (await client.get("/v1/figures")).json()["data"]}
    shown = HOURS * 3 // 4
    expected = {
        ("a", "wlan_availability_ratio"): 0.9,
        ("a", "wlan_devices_avg"): 10,
        ("a", "wlan_devices_max"): 12,
        ("a", "wlan_volume_gb"): shown,
        ("a", "wlan_airtime_busy_pct"): 15,
        ("a", "wlan_access_point_kwh"): shown * 0.03,
        ("a", "wlan_access_point_kwh_per_gb"): 0.03,
        ("a", "wlan_suppressed_ratio"): 0.25,
        ("b", "wlan_suppressed_ratio"): 0,
    }
    assert {key: found[key]["value"] for key in expected} == pytest.approx(expected)
    assert found["a", "wlan_volume_gb"]["state"] == "hours_suppressed"
    assert "186 of 744 hours are suppressed" in found["a", "wlan_volume_gb"]["reason"]
    assert found["a", "wlan_availability_ratio"]["state"] == found["b", "wlan_volume_gb"]["state"] == "ok"
    coverage = before["city", "wlan_district_coverage_ratio"]
    assert (coverage["value"], coverage["state"]) == (None, "no_data")
    # A third of the city is silent.
    assert (found["city", "wlan_volume_gb"]["value"], found["city", "wlan_volume_gb"]["state"]) == (None, "incomplete")
    assert "66.7 % of the time" in found["city", "wlan_volume_gb"]["reason"]
    assert {row["site"] for row in alone} == {"a"}
    assert wrong.status_code == 422
    assert {figure for _, figure in found} <= named


async def _forget_mobile_volume(store: Settings) -> None:
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute("delete from site_quantity where name = 'mobile_volume_gb'")


async def test_city_without_its_silent_zone(store: Settings) -> None:
    """Offload is what WLAN carried of all mobile volume; two of four districts have a zone at work."""
    await _fill(store)
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute("delete from sensor where key like 'silent%'")
        await connection.execute(ENTERED.encode())
    async with serving(store, filled=False) as client:
        found = _of((await client.get("/v1/wlan/figures?period=2025-12")).json())
        await _forget_mobile_volume(store)
        without = _of((await client.get("/v1/wlan/figures?period=2025-12")).json())["city", "wlan_offload_ratio"]
    assert (without["value"], without["state"]) == (None, "no_data")
    volume = HOURS * 7 / 4
    assert found["city", "wlan_volume_gb"]["value"] == pytest.approx(volume)
    assert found["city", "wlan_devices_avg"]["value"] == pytest.approx(27.5)
    assert found["city", "wlan_devices_max"]["value"] == 12 + 22
    assert found["city", "wlan_offload_ratio"]["value"] == pytest.approx(volume / (volume + 3720))
    assert found["city", "wlan_district_coverage_ratio"]["value"] == 0.5
    assert "districts: statute" in found["city", "wlan_district_coverage_ratio"]["sources"]


async def test_what_is_not_there_has_a_name(store: Settings) -> None:
    """A zone without access points, one that never reported, and a month that is not covered: three states, no zero."""
    await _fill(store, 400)
    async with serving(store, filled=False) as client:
        found = _of((await client.get("/v1/wlan/figures?period=2025-12")).json())
    for zone, state in (("bare", "no_access_point"), ("silent", "no_data"), ("a", "incomplete"), ("b", "incomplete")):
        row = found[zone, "wlan_volume_gb"]
        assert (row["value"], row["state"]) == (None, state), zone
    assert "53.8 % of the time is covered, 90 % is the least" in found["b", "wlan_volume_gb"]["reason"]
    assert await rows(store, "select count(*) from wlan_public where site_id is null") == [(0,)]
