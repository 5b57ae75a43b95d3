"""A city whose last two days are in the store, and a browser that looks at its page."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from emscher.settings import Settings
from emscher.store.pool import connect

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

WEB = Path(__file__).parents[1] / "dashboards" / "web"
BUILT = WEB / "built"
AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")

FEWEST_RULES = 20

CITY = """
INSERT INTO site (key, kind, name, longitude, latitude) VALUES
    ('wall-01', 'junction', 'Südwall', 7.4633, 51.5108), ('wall-02', 'junction', 'Ostwall', 7.4739, 51.5138),
    ('b1-01', 'junction', 'Westfalendamm', 7.4793, 51.5001), ('mute', 'junction', 'Stille Straße <b>', 7.4548, 51.4996),
    ('z1', 'wlan_zone', 'Alter Markt', 7.4669, 51.5145), ('z2', 'wlan_zone', 'Bibliothek', 7.4609, 51.5160),
    ('rz', 'server_room', 'Stadthaus', 7.4656, 51.5093);
INSERT INTO sensor (key, stream, site_id, configured, metadata)
SELECT 'rz.' || point, 'energy', site_id, true, jsonb_build_object('measurement_point', point)
FROM site, unnest(ARRAY['utility', 'ups_out']) AS point WHERE key = 'rz';
"""
TRAFFIC = """
INSERT INTO cross_section_indicator (site_id, bearing_deg, window_start, width_s, simulated, flow_veh_h, speed_kmh,
    quality_ratio, lane_count, state_nrw, interpolated, revision, computed_at)
SELECT site_id, bearing, at, 60, true, CASE WHEN key = 'wall-02' THEN 0 ELSE 600 END,
    CASE WHEN key = 'wall-02' THEN NULL ELSE 42 END, 1, 2, state, key = 'b1-01', 0, now()
FROM site JOIN (VALUES ('wall-01', 90, {state}), ('wall-01', 270, 3), ('wall-02', 0, 2), ('b1-01', 90, 6))
    AS direction (key, bearing, state) USING (key), unnest(%(minutes)s::timestamptz[]) AS at
ON CONFLICT (site_id, bearing_deg, window_start) DO UPDATE SET state_nrw = excluded.state_nrw, computed_at = now()
"""
UNFINISHED = """
INSERT INTO cross_section_indicator (site_id, bearing_deg, window_start, width_s, simulated, lane_count, revision,
    computed_at)
SELECT site_id, 90, %(minute)s, 60, true, 2, 0, now() FROM site WHERE key IN ('wall-01', 'b1-01')
ON CONFLICT DO NOTHING
"""
WLAN = """
INSERT INTO wlan_publication (site_id, window_start, width_s, simulated, zone_count, access_point_count,
    clients_concurrent_avg, clients_concurrent_max, rx_bytes, tx_bytes, online_ratio, coverage_ratio, reason,
    computed_at)
SELECT site_id, at, 3600, true, 1, 8, CASE key WHEN 'z1' THEN 41 END, CASE key WHEN 'z1' THEN 60 END,
    CASE key WHEN 'z1' THEN 1e9 END, CASE key WHEN 'z1' THEN 3e9 END, 1, 1,
    CASE key WHEN 'z2' THEN 'too_few_devices' END, at
FROM site, unnest(%(hours)s::timestamptz[]) AS at WHERE kind = 'wlan_zone'
"""
ENERGY = """
INSERT INTO energy_indicator (sensor_id, window_start, width_s, simulated, energy_kwh, coverage_ratio, method, revision,
    computed_at)
SELECT sensor_id, at, 900, true, CASE WHEN key LIKE '%%utility' THEN 0.75 ELSE 0.5 END, 1, 1, 0, at
FROM sensor, unnest(%(quarters)s::timestamptz[]) AS at WHERE stream = 'energy'
"""
BOOKS = """
INSERT INTO ingest_account (stream, minute, worker, received, stored, duplicate, rejected)
VALUES ('traffic', %(minute)s, 'one', 1500, 1498, 1, 1)
"""


async def lay(store: Settings, *, state: int = 2) -> None:
    """Lay a city into the store, its times counted back from now.

    Parameters
    ----------
    store : Settings
        Where to.
    state : int
        Traffic state of the first direction.
    """
    now = datetime.now(UTC)
    minute, hour = now.replace(second=0, microsecond=0), now.replace(minute=0, second=0, microsecond=0)
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute(CITY.encode())
        await pretend(store, state)
        every = {"hours": [hour - timedelta(hours=1 + one) for one in range(1, 25)]}
        await connection.execute(WLAN.encode(), every)
        quarters = [hour - timedelta(minutes=15 * one) for one in range(1, 4 * 46)]
        await connection.execute(ENERGY.encode(), {"quarters": quarters})
        await connection.execute(BOOKS.encode(), {"minute": minute - timedelta(hours=1)})


async def pretend(store: Settings, state: int) -> None:
    """Write the traffic of the last minutes and hours, and announce it as processing does.

    Of the running minute not all lanes have reported, so that it says nothing yet.
    """
    minute = datetime.now(UTC).replace(second=0, microsecond=0)
    minutes = [minute - timedelta(minutes=one) for one in (1, 2, 3, *range(15, 24 * 60, 15))]
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute(TRAFFIC.replace("{state}", str(state)).encode(), {"minutes": minutes})
        await connection.execute(UNFINISHED.encode(), {"minute": minute})
        await connection.execute(
            "select pg_notify('indicator', jsonb_build_object('family', 'cross_section', 'site_id', site_id,"
            " 'from', %s::text, 'to', %s::text)::text) from site where kind = 'junction'",
            ((minute - timedelta(minutes=3)).isoformat(), minute.isoformat()),
        )


@asynccontextmanager
async def browsing() -> AsyncIterator[Browser]:
    """Start the system's Chromium; skip where it or Playwright is missing."""
    playwright = pytest.importorskip("playwright.async_api", reason="Playwright is not installed")
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        pytest.skip("no Chromium on the PATH")
    async with playwright.async_playwright() as driver:
        # Where the tests run as root, as in a container, Chromium has no sandbox of its own.
        browser = await driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            await browser.close()


def heard(page: Page) -> list[str]:
    """Collect what the page complains of: errors, and what its policy forbids."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


async def settled(page: Page) -> None:
    """Wait until no part of the page is loading."""
    await page.wait_for_function(
        "() => ![...document.querySelectorAll('main .notice')]"
        ".some(one => /^(Wird geladen|Loading)/.test(one.textContent))"
    )


async def violations(page: Page) -> list[str]:
    """Let axe judge the page by WCAG 2.2 AA; skip where its package is missing."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed; run `npm ci` in dashboards/web")
    await page.evaluate(AXE.read_text())
    found: dict[str, Any] = await page.evaluate(
        "() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
    )
    assert len(found["passes"]) > FEWEST_RULES, "axe has looked at nothing"
    return [
        f"{one['id']}: {node['target']} {node.get('failureSummary')}"
        for one in found["violations"]
        for node in one["nodes"]
    ]
