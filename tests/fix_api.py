"""A small city in a store, and the API that serves it at eight o'clock."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from httpx import ASGITransport, AsyncClient
from pydantic import SecretStr

from api.app import create
from emscher.settings import Settings
from emscher.store.pool import connect
from emscher.streams import streams

KEY = "open sesame"
NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
INSIDER = {"X-API-Key": KEY}

SITES_AND_SENSORS = """
INSERT INTO site (key, kind, name, longitude, latitude, metadata) VALUES
    ('j1', 'junction', 'Junction', 7.46, 51.51, '{"road": "Wall"}'), ('z1', 'zone', 'Zone', 7.47, 51.50, '{}'),
    ('z2', 'zone', 'Small zone', NULL, NULL, '{}'), ('r1', 'server_room', 'Room', 7.48, 51.50, '{}');
INSERT INTO sensor (key, stream, site_id, configured, longitude, latitude, metadata)
SELECT key, stream, (SELECT site_id FROM site WHERE site.key = place), true, 7.46, 51.51, metadata::jsonb FROM (VALUES
    ('j1.d1', 'traffic', 'j1', '{}'), ('j1.d2', 'traffic', 'j1', '{}'), ('j1.d3', 'traffic', 'j1', '{}'),
    ('j1.c', 'signal', 'j1', '{}'), ('z1.ap1', 'wlan', 'z1', '{}'),
    ('r1.m1', 'energy', 'r1', '{"measurement_point": "utility"}'),
    ('r1.m2', 'energy', 'r1', '{}'), ('r1.app', 'workload', 'r1', '{}')) AS new (key, stream, place, metadata);
"""

# Ten minutes before eight; j1.d2 has no speed, and says why.
READINGS = """
INSERT INTO traffic_reading
SELECT sensor_id, at, true, 60, 5, NULL, 3.5, CASE WHEN key = 'j1.d2' THEN NULL ELSE 48.5 END, NULL, NULL, NULL, NULL,
       CASE WHEN key = 'j1.d2' THEN 64 ELSE 0 END
FROM sensor, generate_series(timestamptz '2026-01-05 07:50Z', '2026-01-05 07:59Z', '1 minute') AS at
WHERE stream = 'traffic';
INSERT INTO signal_reading SELECT sensor_id, '2026-01-05 07:55Z', true, code, 4
FROM sensor, unnest(ARRAY[1, 8, 1003]) AS code WHERE stream = 'signal';
INSERT INTO wlan_reading SELECT sensor_id, '2026-01-05 07:30Z', true, 900, 7, 6.5, 9, 1, 2, 3.0, true, 4, 5
FROM sensor WHERE stream = 'wlan';
INSERT INTO energy_reading SELECT sensor_id, '2026-01-05 07:45Z', true, 123, NULL, 1
FROM sensor WHERE stream = 'energy';
INSERT INTO workload_reading SELECT sensor_id, '2026-01-05 07:45Z', true, 10, 20, NULL
FROM sensor WHERE stream = 'workload';
"""

LATEST = """
INSERT INTO {0}_latest SELECT DISTINCT ON (sensor_id) * FROM {0}_reading ORDER BY sensor_id, observed_at DESC;
"""

INDICATORS = """
INSERT INTO traffic_indicator
SELECT sensor_id, at, 60, true, 300, NULL, 3.5, 48.5, 6.2, 1, 0, '2026-01-05 07:59Z'
FROM sensor, generate_series(timestamptz '2026-01-05 07:50Z', '2026-01-05 07:59Z', '1 minute') AS at
WHERE stream = 'traffic';
INSERT INTO signal_indicator (
    sensor_id, signal_group, window_start, width_s, simulated, cycle_s, green_ratio, cycle_count, revision, computed_at)
SELECT sensor_id, nr, '2026-01-05 07:45Z', 900, true, 90, 0.4, 10, 0, '2026-01-05 07:59Z'
FROM sensor, generate_series(1, 3) AS nr WHERE stream = 'signal';
INSERT INTO wlan_indicator
SELECT site_id, '2026-01-05 07:00Z', 3600, true, avg, 90, 1000, 2000, 1, aps, 1, 0, '2026-01-05 07:59Z'
FROM site JOIN (VALUES ('z1', 60.5, 8), ('z2', 60.5, 2)) AS zone (key, avg, aps) USING (key);
INSERT INTO wlan_publication
SELECT site_id, '2026-01-05 07:00Z', 3600, true, 1, 8, avg, avg, 1e9, 2e9, 3, 1, 40, 1, reason, '2026-01-05 09:01Z'
FROM site JOIN (VALUES ('z1', 61, NULL)) AS zone (key, avg, reason) USING (key);
INSERT INTO wlan_publication (
    site_id, window_start, width_s, simulated, zone_count, access_point_count, coverage_ratio, reason, computed_at)
SELECT site_id, '2026-01-05 07:00Z', 3600, true, 1, 2, 1, 'zone_too_small', '2026-01-05 09:01Z'
FROM site WHERE key = 'z2';
INSERT INTO energy_indicator SELECT sensor_id, '2026-01-05 07:00Z', 900, true, 1.5, 1, 1, 0, '2026-01-05 07:59Z'
FROM sensor WHERE stream = 'energy';
INSERT INTO workload_indicator SELECT sensor_id, '2026-01-05 07:00Z', 900, true, 0.5, 0.25, 1, 0, '2026-01-05 07:59Z'
FROM sensor WHERE stream = 'workload';
"""

BOOKS = r"""
INSERT INTO ingest_account VALUES
    ('traffic', '2026-01-05 07:10Z', 'one', 10, 7, 2, 1), ('traffic', '2026-01-05 07:10Z', 'two', 5, 5, 0, 0),
    ('traffic', '2026-01-05 07:20Z', 'one', 1, 0, 1, 0), ('wlan', '2026-01-05 07:10Z', 'one', 3, 3, 0, 0);
INSERT INTO rejected_message (received_at, stream, sensor_key, reason, detail, readings, payload, payload_bytes) VALUES
    ('2026-01-05 07:10Z', 'traffic', 'j1.d1', 'malformed', 'no JSON', 1, '{oops', 5),
    ('2026-01-05 07:11Z', 'traffic', 'j1.d1', 'malformed', 'no JSON', 1, '\xff41', 2),
    ('2026-01-05 07:12Z', 'wlan', NULL, 'unknown_field', 'no detail is kept of this stream', 1, NULL, 99),
    ('2026-01-05 07:13Z', 'garden of a person', NULL, 'unknown_topic', 'no such stream', 1, 'x', 1);
"""


@asynccontextmanager
async def serving(
    store: Settings, key: str | None = KEY, *, filled: bool = True, now: datetime = NOW
) -> AsyncIterator[AsyncClient]:
    """Run the application on a store, at eight o'clock."""
    if filled:
        latest = "".join(LATEST.format(name) for name in streams())
        async with await connect(store, "owner", autocommit=True) as connection:
            for text in (SITES_AND_SENSORS, READINGS, latest, INDICATORS, BOOKS):
                await connection.execute(text.encode())
    app = create(store.model_copy(update={"api_key": None if key is None else SecretStr(key)}), lambda: now)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://test") as client,
    ):
        yield client


async def pages(client: AsyncClient, path: str | None, headers: dict[str, str] | None = None) -> AsyncIterator[Any]:
    """Follow the pages of an answer and give every row."""
    while path:
        body = (await client.get(path, headers=headers)).json()
        for row in body["data"]:
            yield row
        path = body["next"]
