"""The newest readings on a real database: what is kept between requests is never older than what is stored."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from httpx import ASGITransport, AsyncClient

from api.app import create
from emscher.settings import Settings
from emscher.store.pool import Connection, connect

CITY = """
INSERT INTO site (key, kind, name) SELECT 's' || nr, 'junction', 'S' FROM generate_series(1, 3) AS nr;
INSERT INTO sensor (key, stream, site_id, configured)
SELECT 's' || site || '.' || stream || nr, stream, (SELECT site_id FROM site WHERE key = 's' || site), true
FROM generate_series(1, 3) AS site, unnest(ARRAY['traffic', 'signal']) AS stream, generate_series(1, 4) AS nr;
INSERT INTO traffic_latest
SELECT sensor_id, '2026-01-05 08:00Z', true, 60, sensor_id, NULL, 1.5, NULL, NULL, NULL, NULL, NULL, 64
FROM sensor WHERE stream = 'traffic';
INSERT INTO signal_latest SELECT sensor_id, '2026-01-05 08:00Z', true, 1003, 2 FROM sensor WHERE stream = 'signal';
"""
UPDATE = (
    "UPDATE traffic_latest SET count = %s, observed_at = observed_at + interval '1 minute' WHERE sensor_id ="
    " (SELECT sensor_id FROM sensor WHERE stream = 'traffic' ORDER BY sensor_id OFFSET %s LIMIT 1)"
)


@asynccontextmanager
async def _serving(store: Settings) -> AsyncIterator[tuple[AsyncClient, Connection]]:
    app = create(store)
    async with (
        await connect(store, "owner", autocommit=True) as connection,
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://test") as client,
    ):
        await connection.execute(CITY.encode())
        yield client, connection


async def _kept(client: AsyncClient, stream: str = "") -> dict[str, Any]:
    answer: dict[str, Any] = (await client.get(f"/v1/latest{stream}")).json()
    return answer


async def _read_anew(client: AsyncClient) -> list[dict[str, Any]]:
    """Read site by site, which keeps nothing between requests."""
    rows: list[dict[str, Any]] = []
    for site in (await client.get("/v1/sites")).json()["data"]:
        rows += (await client.get("/v1/latest", params={"site": site["key"]})).json()["data"]
    return rows


async def _agrees(client: AsyncClient) -> bool:
    def order(row: dict[str, Any]) -> str:
        return str(row["sensor"])

    return sorted((await _kept(client))["data"], key=order) == sorted(await _read_anew(client), key=order)


async def test_what_changed_is_seen_at_once(store: Settings) -> None:
    """After each update, insert, delete and change of a sensor's site, the next answer shows it."""
    async with _serving(store) as (client, connection):
        assert len((await _kept(client))["data"]) == 24
        assert await _agrees(client)
        await connection.execute(UPDATE, (777, 3))
        answer = await _kept(client)
        assert 777 in {row.get("count") for row in answer["data"]}
        assert answer["as_of"] == "2026-01-05T08:01:00Z"
        await connection.execute("DELETE FROM traffic_latest WHERE count = 777")
        assert len((await _kept(client))["data"]) == 23
        await connection.execute("UPDATE sensor SET site_id = (SELECT site_id FROM site WHERE key = 's1')")
        assert {row["site"] for row in (await _kept(client))["data"]} == {"s1"}
        await connection.execute(
            "WITH one AS (INSERT INTO sensor (key, stream, site_id, configured) SELECT 'new', 'signal', site_id, false"
            " FROM site WHERE key = 's2' RETURNING sensor_id)"
            " INSERT INTO signal_latest SELECT sensor_id, '2026-01-05 09:00Z', false, 1, 2 FROM one"
        )
        assert "new" in {row["sensor"] for row in (await _kept(client))["data"]}
        assert await _agrees(client)
        await connection.execute("TRUNCATE traffic_latest")
        assert {row["stream"] for row in (await _kept(client))["data"]} == {"signal"}


async def test_change_of_names_reaches_every_stream(store: Settings) -> None:
    """A sensor's site that changes while only one stream is asked for is right when the others are asked for again."""
    async with _serving(store) as (client, connection):
        await _kept(client, "?stream=traffic")
        await connection.execute("UPDATE sensor SET site_id = (SELECT site_id FROM site WHERE key = 's1')")
        await _kept(client, "?stream=signal")
        assert {row["site"] for row in (await _kept(client, "?stream=traffic"))["data"]} == {"s1"}


async def test_transaction_that_commits_late_is_seen(store: Settings) -> None:
    """What a long transaction wrote before others began, and committed after they were seen, is shown then."""
    async with _serving(store) as (client, connection), await connect(store, "owner") as slow:
        await slow.execute(UPDATE, (111, 0))
        for number in range(1, 5):
            await connection.execute(UPDATE, (200 + number, number))
            assert await _agrees(client)
        await slow.commit()
        assert 111 in {row.get("count") for row in (await _kept(client))["data"]}
        async with await connect(store, "owner") as undone:
            await undone.execute(UPDATE, (999, 6))
            assert await _agrees(client)
            await undone.rollback()
        assert await _agrees(client)


async def test_frozen_rows_are_seen(store: Settings) -> None:
    """A row that was changed and then frozen by a vacuum before anybody asked is shown."""
    async with _serving(store) as (client, connection):
        await _kept(client)
        await connection.execute(UPDATE, (555, 2))
        await connection.execute("VACUUM (FREEZE) traffic_latest")
        assert 555 in {row.get("count") for row in (await _kept(client))["data"]}


async def test_requests_at_once_agree_with_the_store(store: Settings) -> None:
    """Requests that overlap with writers and one another never leave an older row behind."""
    chance = random.Random(44135)  # noqa: S311 - a test that repeats itself
    async with _serving(store) as (client, _):

        async def write() -> None:
            async with await connect(store, "owner") as connection:
                for _ in range(40):
                    # Always in one order, so that two writers do not wait for each other.
                    for number in sorted(chance.sample(range(12), 3)):
                        await connection.execute(UPDATE, (chance.randrange(1_000_000), number))
                    await connection.commit()

        async def ask() -> None:
            for _ in range(40):
                await client.get("/v1/latest")

        await asyncio.gather(write(), write(), ask(), ask(), ask())
        assert await _agrees(client)
