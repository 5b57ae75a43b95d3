"""Nobody can find a suppressed count: a month of public WLAN as API, CSV and database publish it, under attack."""

import csv
import io
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from attack import Known, reach
from fix_api import serving
from httpx import AsyncClient

from emscher.settings import Settings
from emscher.store.pool import connect
from processing.publication import publish

SMALLEST = 5
MONTH = datetime(2026, 5, 1, tzinfo=ZoneInfo("Europe/Berlin"))
HOURS = 31 * 24
ZONES = 6
CITY = ZoneInfo("Europe/Berlin")
Cell = tuple[str, datetime]
Row = dict[str, Any]


def test_the_attack_finds_what_a_sum_gives_away() -> None:
    """Zones of 9 and 3 with their sum 12: the one that is not shown is 3; a second one suppressed hides both."""
    total_without_the_shown = Known(frozenset("b"), 3, 3)
    assert reach(["b"], SMALLEST, [total_without_the_shown], "b") == (3, 3)
    assert reach(["b", "c"], SMALLEST, [Known(frozenset("bc"), 5, 5)], "b") == (1, 4)
    assert reach(["b", "c"], SMALLEST, [Known(frozenset("bc"), 2, 2)], "b") == (1, 1)


async def _month(store: Settings) -> dict[Cell, float]:
    """Publish a month of zones whose nights are nearly empty; give what is true."""
    chance = np.random.default_rng(5)
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute(
            "insert into site (key, kind, name) select 'zone-' || n, 'wlan_zone', '' from generate_series(1, %s) as n",
            (ZONES,),
        )
        await connection.execute(
            "insert into sensor (key, stream, site_id, configured)"
            " select site.key || '.' || n, 'wlan', site_id, true from site, generate_series(1, 3) as n"
            " where kind = 'wlan_zone'"
        )
        cursor = await connection.execute("select key, site_id from site where kind = 'wlan_zone'")
        zones: dict[str, int] = dict(await cursor.fetchall())
        truth = {}
        async with (
            connection.cursor() as cursor,
            cursor.copy(
                "copy wlan_indicator (site_id, window_start, width_s, simulated, clients_concurrent_avg,"
                " clients_concurrent_max, rx_bytes, tx_bytes, online_ratio, access_point_count, coverage_ratio,"
                " revision, computed_at) from stdin"
            ) as copy,
        ):
            for key, site_id in zones.items():
                for hour in range(HOURS):
                    at = MONTH.astimezone(UTC) + timedelta(hours=hour)
                    busy = 7 <= at.astimezone(CITY).hour <= 21
                    count = int(chance.integers(3, 61) if busy else chance.integers(0, 7))
                    truth[key, at] = float(count)
                    volume = count * 1e8
                    await copy.write_row((site_id, at, 3600, True, count, count, volume, volume, 1, 3, 1, 0, at))
    assert await publish(store, MONTH + timedelta(days=60)) == ZONES * HOURS
    return truth


async def _rows(client: AsyncClient, path: str) -> list[Row]:
    found, following = [], f"/v1/{path}"
    while following:
        body = (await client.get(following)).json()
        found += body["data"]
        following = body["next"]
    return found


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _sums(
    rows: list[Row],
    members: dict[Any, list[Cell]],
    key: Callable[[Row], Any],
    shown: dict[Cell, float],
    hidden: set[Cell],
) -> list[Known]:
    """Read what each published mean says of the suppressed cells of its group."""
    found = []
    for row in rows:
        cells = members[key(row)]
        here, there = [cell for cell in cells if cell in shown], [cell for cell in cells if cell in hidden]
        mean = row["clients_concurrent_avg"]
        assert (row["shown_hours"], row["suppressed_hours"]) == (len(here), len(there))
        total = sum(shown[cell] for cell in here)
        if mean is None:
            assert not here
            continue
        # The mean is the mean of the shown hours to the last digit: it says nothing of the others.
        assert mean == pytest.approx(total / len(here), abs=0.5 + 1e-9)
        found.append(Known(frozenset(cells) - frozenset(here), 0, float("inf")))
    return found


async def test_no_suppressed_count_can_be_found(store: Settings) -> None:
    """Of every suppressed hour an attacker knows 1 to 4 and nothing else, from all that is published together."""
    truth = await _month(store)
    span = "from=2026-04-30T00:00:00Z&to=2026-06-02T00:00:00Z"
    async with serving(store, filled=False) as client:
        hours = await _rows(client, f"indicators/wlan?{span}")
        days = await _rows(client, f"indicators/wlan?bucket=1d&{span}")
        profile = await _rows(client, "wlan/profile")
        text = (await client.get(f"/v1/indicators/wlan.csv?{span}&limit=10000")).text
    table = list(csv.DictReader(io.StringIO(text)))
    assert [row["clients_concurrent_avg"] for row in table] == [
        "" if row["clients_concurrent_avg"] is None else str(row["clients_concurrent_avg"]) for row in hours
    ]
    shown = {
        (row["site"], _time(row["window_start"])): row["clients_concurrent_avg"]
        for row in hours
        if not row["suppressed"]
    }
    hidden = {(row["site"], _time(row["window_start"])) for row in hours if row["suppressed"]}
    assert shown.keys() | hidden == truth.keys()
    assert hidden == {cell for cell, count in truth.items() if 0 < count < SMALLEST}
    assert all(truth[cell] == count for cell, count in shown.items())
    for row in hours:
        if row["suppressed"]:
            assert {row[name] for name in ("clients_concurrent_max", "rx_bytes", "tx_bytes", "energy_wh")} == {None}
    by_day, by_hour = defaultdict(list), defaultdict(list)
    for site, at in truth:
        local = at.astimezone(CITY)
        by_day[site, local.date()].append((site, at))
        by_hour[site, local.isoweekday(), local.hour].append((site, at))
    known = _sums(
        days, by_day, lambda row: (row["site"], _time(row["window_start"]).astimezone(CITY).date()), shown, hidden
    )
    known += _sums(profile, by_hour, lambda row: (row["site"], row["weekday"], row["hour"]), shown, hidden)
    assert len(hidden) > 500
    suppressed = sorted(hidden)
    for number in np.random.default_rng(7).choice(len(suppressed), 40, replace=False):
        assert reach(suppressed, SMALLEST, known, suppressed[number]) == (1, SMALLEST - 1)
