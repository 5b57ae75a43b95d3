"""Nobody can find a suppressed count: a month of public WLAN, as everything publishes it together, under attack."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from attack import Known, reach
from fix_api import serving
from fix_pipeline import rows
from httpx import AsyncClient

from api.app import create
from dashboards.expansion import Period, expanded
from dashboards.report.command import make, save
from emscher.settings import Settings, load
from emscher.store.pool import connect
from processing.publication import publish

SMALLEST = 5
CITY = ZoneInfo("Europe/Berlin")
MONTH = datetime(2026, 5, 1, tzinfo=CITY)
HOURS = 31 * 24
ZONES = 6
BYTES_PER_DEVICE = 1e8
"""What a device carries in each direction; the attacker knows it, which is more than anybody does."""
LATER = datetime(2026, 7, 2, tzinfo=UTC)
GRAFANA = Path(__file__).parents[2] / "dashboards" / "json"

ATTACKED_ROUTES = {"/v1/wlan/profile", "/v1/wlan/figures", "/v1/indicators/{family}"}
ATTACKED_VIEWS = {"wlan_public", "wlan_public_1d", "wlan_profile"}
WITHOUT_COUNTS = {"wlan_zone"}

# What would be published if a suppressed hour were left out of its own row only, not out of the sums over it.
UNPROTECTED_DAYS = """
CREATE OR REPLACE VIEW wlan_public_1d AS
SELECT p.site_id, time_bucket('1 day', p.window_start, 'Europe/Berlin') AS window_start,
       bool_or(p.simulated) AS simulated, round(avg(p.clients_concurrent_avg)) AS clients_concurrent_avg,
       max(p.clients_concurrent_max) AS clients_concurrent_max,
       sum(i.rx_bytes) AS rx_bytes, sum(i.tx_bytes) AS tx_bytes, round(avg(p.airtime_busy_pct)) AS airtime_busy_pct,
       avg(p.online_ratio) AS online_ratio, sum(p.energy_wh) AS energy_wh, avg(p.coverage_ratio) AS coverage_ratio,
       count(*) FILTER (WHERE NOT p.suppressed) AS shown_hours,
       count(*) FILTER (WHERE p.suppressed) AS suppressed_hours,
       max(p.computed_at) AS computed_at
FROM wlan_public AS p JOIN wlan_indicator AS i USING (site_id, window_start)
GROUP BY p.site_id, time_bucket('1 day', p.window_start, 'Europe/Berlin')
"""

Cell = tuple[str, datetime]
Row = dict[str, Any]


def test_the_attack_finds_what_a_sum_gives_away() -> None:
    """Case O9: of zones of 9 and 3 with their sum 12 the hidden one is 3; a second one suppressed hides both."""
    total_without_the_shown = Known(frozenset("b"), 3, 3)
    assert reach(["b"], SMALLEST, [total_without_the_shown], "b") == (3, 3)
    assert reach(["b", "c"], SMALLEST, [Known(frozenset("bc"), 5, 5)], "b") == (1, 4)
    assert reach(["b", "c"], SMALLEST, [Known(frozenset("bc"), 2, 2)], "b") == (1, 1)


class Attacker:
    """Someone who has read every published hour and weighs everything else against them.

    Parameters
    ----------
    hours : list of dict
        Rows of published hours.
    """

    def __init__(self, hours: list[Row]) -> None:
        self.shown = {_cell(row): float(row["clients_concurrent_avg"]) for row in hours if not row["suppressed"]}
        self.hidden = {_cell(row) for row in hours if row["suppressed"]}
        self.known: list[Known] = []

    @property
    def cells(self) -> set[Cell]:
        """Every hour of every zone."""
        return self.shown.keys() | self.hidden

    def weigh(self, cells: Iterable[Cell], total: float | None, tolerance: float) -> None:
        """Learn from a sum: what the shown hours do not make up, the suppressed ones do."""
        if total is None:
            return
        cells = set(cells)
        rest = total - sum(self.shown.get(one, 0.0) for one in cells)
        # A suppressed hour has a device at least: a sum that leaves nothing for it does not hold it.
        if abs(rest) > tolerance:
            self.known.append(Known(frozenset(cells & self.hidden), rest - tolerance, rest + tolerance))

    def pinned(self, cells: Iterable[Cell]) -> dict[Cell, tuple[int, int]]:
        """Give the suppressed hours of which more is known than that they are suppressed."""
        suppressed = sorted(self.hidden)
        found = {one: reach(suppressed, SMALLEST, self.known, one) for one in cells}
        return {one: reached for one, reached in found.items() if reached != (1, SMALLEST - 1)}


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
                    volume = count * BYTES_PER_DEVICE
                    await copy.write_row((site_id, at, 3600, True, count, count, volume, volume, 1, 3, 1, 0, at))
    assert await publish(store, MONTH + timedelta(days=60)) == ZONES * HOURS
    return truth


async def _pages(client: AsyncClient, path: str) -> list[Row]:
    found, following = [], f"/v1/{path}"
    while following:
        response = await client.get(following)
        assert response.status_code == 200
        found += response.json()["data"]
        following = response.json()["next"]
    return found


def _cell(row: Row) -> Cell:
    return row["site"], datetime.fromisoformat(row["window_start"]).astimezone(UTC)


def _devices(row: Row) -> float | None:
    """Devices times hours behind a row's volume."""
    if "volume_bytes" in row:
        # A mean over the hours that are shown.
        mean: float | None = row["volume_bytes"]
        return None if mean is None else mean * row["shown_hours"] / BYTES_PER_DEVICE / 2
    return None if row["rx_bytes"] is None else (row["rx_bytes"] + row["tx_bytes"]) / BYTES_PER_DEVICE / 2


async def _attack(store: Settings, folder: Path) -> Attacker:
    """Read everything that is published of the month, and weigh it."""
    span = "from=2026-04-30T00:00:00Z&to=2026-06-02T00:00:00Z"
    async with serving(store, filled=False) as client:
        hours = await _pages(client, f"indicators/wlan?{span}")
        days = await _pages(client, f"indicators/wlan?bucket=1d&{span}")
        profile = await _pages(client, "wlan/profile")
        tables = {
            path: (await client.get(f"/v1/{path}")).text
            for path in (f"indicators/wlan.csv?{span}&limit=10000", f"indicators/wlan.csv?bucket=1d&{span}")
        }
    attacker = Attacker(hours)
    groups: dict[Any, set[Cell]] = defaultdict(set)
    for site, at in attacker.cells:
        local = at.astimezone(CITY)
        groups[site, local.date()].add((site, at))
        groups[site, local.isoweekday(), local.hour].add((site, at))
    by_csv = [list(csv.DictReader(io.StringIO(text))) for text in tables.values()]
    for mine, theirs in zip((hours, days), by_csv, strict=True):
        assert [row["rx_bytes"] for row in theirs] == [
            "" if row["rx_bytes"] is None else str(row["rx_bytes"]) for row in mine
        ]
    for row in (*days, *profile):
        key = (
            (row["site"], row["weekday"], row["hour"])
            if "weekday" in row
            else (row["site"], _cell(row)[1].astimezone(CITY).date())
        )
        cells = groups[key]
        here = len(cells & attacker.shown.keys())
        assert (row["shown_hours"], row["suppressed_hours"]) == (here, len(cells) - here)
        attacker.weigh(cells, _devices(row), 1e-6)
        mean = row["clients_concurrent_avg"]
        attacker.weigh(cells, None if mean is None else mean * here, 0.5 * here + 1e-6)
    await _figures(store, attacker)
    await _report(store, attacker, folder)
    await _panels(store, attacker)
    return attacker


async def _figures(store: Settings, attacker: Attacker) -> None:
    """Weigh the figures of the month, of each zone and of the city."""
    async with serving(store, filled=False, now=LATER) as client:
        found = (await client.get("/v1/wlan/figures?period=2026-05")).json()["data"]
    seen = set()
    for row in found:
        cells = {one for one in attacker.cells if row["site"] in ("city", one[0])}
        shown = [one for one in cells if one in attacker.shown]
        if row["figure"] == "wlan_volume_gb":
            attacker.weigh(cells, row["value"] * 1e9 / BYTES_PER_DEVICE / 2, 1e-4)
        elif row["figure"] == "wlan_devices_avg":
            moments = len({at for _, at in shown}) if row["site"] == "city" else len(shown)
            attacker.weigh(cells, row["value"] * moments, 1e-4)
        elif row["figure"] == "wlan_suppressed_ratio":
            assert row["value"] == pytest.approx(1 - len(shown) / len(cells))
        seen.add((row["site"], row["figure"]))
    assert {site for site, _ in seen} == {"city", *(f"zone-{number + 1}" for number in range(ZONES))}


async def _report(store: Settings, attacker: Attacker, folder: Path) -> None:
    """Weigh the council's report: its JSON and its CSV; of the quarter only this month has WLAN."""
    report, content = await make(store, "2026Q2", LATER)
    paths = {path.suffix: path for path in save(report, content, folder, store.time_zone)}
    said = json.loads(paths[".json"].read_text())
    assert said["wlan"]["suppressed_hours"] == len(attacker.hidden)
    attacker.weigh(attacker.cells, said["wlan"]["volume_bytes"] / BYTES_PER_DEVICE / 2, 1e-6)
    named = [row for row in said["rows"] if row["indicator"] == "wlan_volume_gb"]
    table = csv.DictReader(io.StringIO(paths[".csv"].read_text()))
    lines = [line for line in table if line["figure"] == "wlan_volume_gb"]
    assert len(named) == 1
    assert len(lines) == 3
    for value in (named[0]["quarter"]["value"], *(line["value"] for line in lines)):
        if value not in (None, ""):
            attacker.weigh(attacker.cells, float(value) * 1e9 / BYTES_PER_DEVICE / 2, 1e-4)


async def _panels(store: Settings, attacker: Attacker) -> None:
    """Weigh what Grafana's panels show of WLAN: attacked views alone, hours as they are published."""
    found = []
    for path in sorted(GRAFANA.rglob("*.json")):
        for query in re.findall(r'"rawSql": (".*?(?<!\\)")', path.read_text()):
            text = json.loads(query)
            relations = set(re.findall(r'(?:FROM|JOIN)\s+"?(wlan_[a-z_0-9]+)', text))
            assert relations <= ATTACKED_VIEWS | WITHOUT_COUNTS, path.name
            if "wlan_public" in relations and re.search(r'avg\(\w+."clients_concurrent_avg"\) AS "value"', text):
                found.append(text)
    assert found
    month = Period(MONTH.astimezone(UTC), LATER)
    for text in found:
        for number in range(1, ZONES + 1):
            zone = f"zone-{number}"
            asked = text.replace("'$site'", f"'{zone}'").replace("$zone", f"'{zone}'")
            shown = {}
            for at_s, _, value in await rows(store, expanded(asked, month, 3_600, timescaledb=False)):
                shown[zone, datetime.fromtimestamp(float(at_s), UTC)] = value
            assert shown == {cell: value for cell, value in attacker.shown.items() if cell[0] == zone}


async def test_no_suppressed_count_can_be_found(store: Settings, tmp_path: Path) -> None:
    """Of every suppressed hour an attacker knows 1 to 4 and nothing else, from all that is published together."""
    truth = await _month(store)
    attacker = await _attack(store, tmp_path)
    assert attacker.hidden == {cell for cell, count in truth.items() if 0 < count < SMALLEST}
    assert attacker.shown == {cell: count for cell, count in truth.items() if cell not in attacker.hidden}
    assert len(attacker.hidden) > 500
    suppressed = sorted(attacker.hidden)
    drawn = [suppressed[one] for one in np.random.default_rng(7).choice(len(suppressed), 40, replace=False)]
    assert attacker.known == []
    assert attacker.pinned(drawn) == {}


async def test_without_protection_of_sums_the_attack_succeeds(store: Settings, tmp_path: Path) -> None:
    """The same attack pins counts, and truly, once days are summed with their suppressed hours in them."""
    truth = await _month(store)
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute(UNPROTECTED_DAYS.encode())
    attacker = await _attack(store, tmp_path)
    assert len(attacker.known) > 100
    fewest = sorted(attacker.known, key=lambda one: len(one.cells))[:3]
    pinned = attacker.pinned(cell for one in fewest for cell in one.cells)
    assert pinned
    assert all(least <= truth[cell] <= most for cell, (least, most) in pinned.items())


async def test_everything_published_is_attacked(store: Settings) -> None:
    """A new view that the public may read, or a new route that speaks of WLAN, fails here until it is attacked too."""
    found = await rows(
        store,
        "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'v', 'm', 'p')"
        " and relname like 'wlan%' and has_table_privilege('emscher_public', oid, 'SELECT')",
    )
    assert {name for (name,) in found} == ATTACKED_VIEWS | WITHOUT_COUNTS
    paths = create(load()).openapi()["paths"]
    internal = {"/v1/greenit/wlan"}
    assert {path for path in paths if "wlan" in path} - internal == {one for one in ATTACKED_ROUTES if "wlan" in one}
    assert paths.keys() >= ATTACKED_ROUTES
