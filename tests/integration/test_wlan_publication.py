"""Publication of public WLAN on a real database: small zones join, an hour never changes, zero is not suppressed."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from fix_pipeline import compute
from readings import Inlet, message

from emscher.settings import Settings
from emscher.store.pool import connect
from ingest.message import Message
from processing.publication import publish

START = datetime(2026, 1, 5, 6, 0, tzinfo=UTC)
QUARTERS = 4
OVER = START + timedelta(hours=2, minutes=1)
"""The hour that begins at six is over and an hour has passed since."""


def _hour(points: Mapping[str, float], quarters: int = QUARTERS) -> list[Message]:
    """Quarter hours of access points, each with the same number of devices throughout."""
    return [
        message(
            "wlan",
            key,
            {
                "end": (START + timedelta(minutes=15 * (number + 1))).isoformat(),
                "interval_s": 900,
                "clients_avg": clients,
                "clients_max": round(clients),
                "rx_bytes": 2_600_000,
                "airtime_busy_pct": 12.0,
                "power_w": 8.0,
            },
        )
        for key, clients in points.items()
        for number in range(quarters)
    ]


async def _zone(store: Settings, key: str, points: int, longitude: float | None = None, **metadata: str) -> list[str]:
    """Configure a zone; give its access points."""
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute(
            "insert into site (key, kind, name, longitude, latitude, metadata)"
            " values (%s, 'wlan_zone', '', %s, %s, %s)",
            (key, longitude, None if longitude is None else 51.5, psycopg.types.json.Jsonb(metadata)),
        )
        names = [f"{key}.{number}" for number in range(points)]
        await connection.execute(
            "insert into sensor (key, stream, site_id, configured)"
            " select new.key, 'wlan', site_id, true from site, unnest(%s::text[]) as new (key) where site.key = %s",
            (names, key),
        )
    return names


async def _take(store: Settings, messages: list[Message], now: datetime = OVER) -> None:
    async with Inlet(store, now) as inlet:
        await inlet.take(messages)
    await compute(store, now)


async def _published(store: Settings) -> dict[str, dict[str, Any]]:
    async with await connect(store, "public") as connection:
        cursor = await connection.execute("select key, to_jsonb(w) from wlan_public as w join site using (site_id)")
        return dict(await cursor.fetchall())


async def test_small_counts_are_not_published(store: Settings) -> None:
    """Fewer than five devices are suppressed with everything that hints at them; zero is not, nor are five."""
    points: dict[str, float] = {}
    for zone, clients in {"few": 1.2, "five": 5 / 3, "none": 0.0}.items():
        points |= dict.fromkeys(await _zone(store, zone, 3), clients)
    await _take(store, _hour(points))
    assert await publish(store, OVER) == 3
    found = await _published(store)
    shown = ("suppressed", "reason", "clients_concurrent_avg", "clients_concurrent_max", "rx_bytes", "energy_wh")
    assert [found["few"][name] for name in shown] == [True, "too_few_devices", None, None, None, None]
    assert [found["five"][name] for name in shown] == [False, None, 5, 6, 31_000_000, 24]
    assert [found["none"][name] for name in shown] == [False, None, 0, 0, 31_000_000, 24]
    assert found["few"]["online_ratio"] == 1


async def test_zones_of_two_access_points_join_others(store: Settings) -> None:
    """A small zone joins the one it names, else the nearest large one, and has no figures of its own."""
    points = dict.fromkeys(await _zone(store, "west", 3, 7.40), 4.0)
    points |= dict.fromkeys(await _zone(store, "east", 3, 7.50), 4.0)
    points |= dict.fromkeys(await _zone(store, "kiosk", 2, 7.49), 10.0)
    points |= dict.fromkeys(await _zone(store, "hall", 1, 7.49, merge_into="west"), 10.0)
    await _take(store, _hour(points))
    await publish(store, OVER)
    found = await _published(store)
    assert set(found) == {"west", "east"}
    assert (found["east"]["clients_concurrent_avg"], found["east"]["zone_count"]) == (32, 2)
    assert (found["west"]["clients_concurrent_avg"], found["west"]["access_point_count"]) == (22, 4)


async def test_small_zones_without_a_large_one_join_each_other(store: Settings) -> None:
    """Two zones of two make one of four; a single one of two is never shown."""
    points = dict.fromkeys([*await _zone(store, "a", 2), *await _zone(store, "b", 2)], 5.0)
    await _take(store, _hour(points))
    await publish(store, OVER)
    assert {key: row["clients_concurrent_avg"] for key, row in (await _published(store)).items()} == {"a": 20}


async def test_a_lonely_small_zone_is_suppressed(store: Settings) -> None:
    """Nobody is near enough to hide among."""
    await _take(store, _hour(dict.fromkeys(await _zone(store, "a", 2), 50.0)))
    await publish(store, OVER)
    row = (await _published(store))["a"]
    assert (row["reason"], row["clients_concurrent_avg"], row["rx_bytes"]) == ("zone_too_small", None, None)


async def test_what_is_published_never_changes(store: Settings) -> None:
    """A late access point changes the indicator but not the publication: their difference would be its devices."""
    points = await _zone(store, "z", 4)
    await _take(store, _hour(dict.fromkeys(points[:3], 10.0)))
    assert await publish(store, OVER) == 0
    late = START + timedelta(hours=25, minutes=1)
    assert await publish(store, late) == 1
    before = await _published(store)
    await _take(store, _hour({points[3]: 7.0}), late)
    assert await publish(store, late + timedelta(days=2)) == 0
    assert await _published(store) == before
    assert before["z"]["clients_concurrent_avg"] == 30
    assert before["z"]["coverage_ratio"] == 0.75
    async with await connect(store, "owner") as connection:
        cursor = await connection.execute("select clients_concurrent_avg from wlan_indicator")
        assert await cursor.fetchall() == [(37.0,)]
        cursor = await connection.execute("select count(*) from wlan_unpublished")
        assert await cursor.fetchone() == (0,)
        with pytest.raises(psycopg.errors.RaiseException, match="never changed"):
            await connection.execute("update wlan_publication set clients_concurrent_avg = 37")


async def test_an_hour_waits_for_its_windows_to_be_computed(store: Settings) -> None:
    """While something is due for the zone's hour nothing is published, however late it is."""
    points = dict.fromkeys(await _zone(store, "z", 3), 10.0)
    await _take(store, _hour(points, 3))
    async with Inlet(store, OVER) as inlet:
        await inlet.take(_hour(points))
    assert await publish(store, OVER + timedelta(days=9)) == 0
    await _take(store, [])
    assert await publish(store, OVER) == 1


async def test_an_unfinished_hour_is_not_published(store: Settings) -> None:
    """An hour is published an hour after it is over at the earliest."""
    await _take(store, _hour(dict.fromkeys(await _zone(store, "z", 3), 10.0)))
    assert await publish(store, OVER - timedelta(minutes=2)) == 0
    assert await publish(store, OVER) == 1
