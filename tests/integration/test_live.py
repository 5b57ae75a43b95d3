"""/v1/live on a real database and a real web server: what is announced, to whom, and what becomes of who was away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fix_api import INDICATORS, NOW, READINGS, SITES_AND_SENSORS
from fix_served import served
from httpx import AsyncClient
from psycopg.types.json import Jsonb

from emscher.settings import Settings
from emscher.store.pool import connect

PATIENCE_S = 60.0


class Stream:
    """Reads a stream of events."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines
        self.last = ""

    async def next(self, kind: str = "") -> tuple[str, dict[str, Any]]:
        """Give the next event, or the next of a kind."""
        found: dict[str, str] = {}
        async with asyncio.timeout(PATIENCE_S):
            async for line in self._lines:
                if line:
                    name, _, value = line.partition(": ")
                    found[name] = value
                    continue
                self.last = found.get("id", self.last)
                if kind in ("", found["event"]):
                    return found["event"], json.loads(found["data"])
                found = {}
        raise EOFError

    async def ended(self) -> bool:
        """Whether nothing comes any more."""
        async with asyncio.timeout(PATIENCE_S):
            async for _ in self._lines:
                pass
        return True


@asynccontextmanager
async def _listening(address: str, query: str = "", **headers: str) -> AsyncIterator[Stream]:
    async with (
        AsyncClient(timeout=PATIENCE_S) as client,
        client.stream("GET", f"{address}/v1/live{query}", headers=headers) as response,
    ):
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers.get("content-encoding") == (None if "Accept-Encoding" in headers else "gzip")
        stream = Stream(response.aiter_lines())
        assert (await stream.next())[0] == "ready"
        yield stream


@pytest.fixture
async def city(store: Settings) -> Settings:
    """Lay a small city into the store."""
    async with await connect(store, "owner", autocommit=True) as connection:
        for text in (SITES_AND_SENSORS, READINGS, INDICATORS):
            await connection.execute(text.encode())
    return store


async def _announce(
    store: Settings, family: str, site: str, since: str = "2026-01-05T07:58:00Z", channel: str = "indicator"
) -> None:
    async with await connect(store, "writer", autocommit=True) as connection:
        await connection.execute(
            "select pg_notify(%s, (%s || jsonb_build_object('site_id', site_id))::text) from site where key = %s",
            (channel, Jsonb({"family": family, "from": since, "to": "2026-01-05T08:00:00Z"}), site),
        )


@asynccontextmanager
async def _hearing(store: Settings, **changes: int) -> AsyncIterator[tuple[str, FastAPI]]:
    """Serve a store at eight o'clock; its announcements are heard."""
    async with served(store.model_copy(update=changes), lambda: NOW) as (address, app):
        async with asyncio.timeout(PATIENCE_S):
            # The first word of a process is that everyone is to read anew.
            while app.state.hub.position.endswith("-0"):
                await asyncio.sleep(0.02)
        yield address, app


async def test_rows_are_pushed_as_the_route_gives_them(city: Settings) -> None:
    """An announcement brings what is newly computed at the site, as /v1/indicators gives it, with units."""
    async with await connect(city, "owner", autocommit=True) as connection:
        await connection.execute(
            "update traffic_indicator set computed_at = '2026-01-05 07:30Z' where window_start = '2026-01-05 07:58Z'"
        )
    async with _hearing(city) as (address, _), _listening(address) as stream:
        await _announce(city, "traffic", "j1")
        _, said = await stream.next("indicators")
        async with AsyncClient() as client:
            route = f"{address}/v1/indicators/traffic?site=j1&from=2026-01-05T07:59:00Z&to=2026-01-05T08:00:00Z"
            asked = (await client.get(route)).json()
    assert (said["family"], said["site"], said["bucket"]) == ("traffic", "j1", "base")
    assert said["data"] == asked["data"]
    assert len(said["data"]) == 3
    assert said["units"] == asked["units"]


async def test_only_what_is_open_is_told(city: Settings) -> None:
    """Internal families are told to nobody, nor is nonsense; WLAN is told when it is published, never when computed."""
    async with _hearing(city) as (address, _), _listening(address) as stream:
        for internal in ("energy", "workload", "wlan", "nonsense"):
            await _announce(city, internal, "r1")
            await _announce(city, internal, "z1")
        async with await connect(city, "writer", autocommit=True) as connection:
            for nonsense in ("", "{", "{}", '{"family":1}', "x" * 7000):
                await connection.execute("select pg_notify('indicator', %s)", (nonsense,))
            await connection.execute(
                "insert into wlan_publication select site_id, '2026-01-05 08:00Z', 3600, true, 1, 8, 40, 50, 1e9, 2e9,"
                " 3, 1, 40, 1, null, '2026-01-05 10:01Z' from site where key = 'z1'"
            )
        await _announce(city, "traffic", "j1")
        heard = [await stream.next(), await stream.next()]
    assert {(one["family"], one["site"]) for _, one in heard} == {("wlan", "z1"), ("traffic", "j1")}
    (row,) = next(one["data"] for _, one in heard if one["family"] == "wlan")
    assert (row["clients_concurrent_avg"], row["window_start"]) == (40, "2026-01-05T08:00:00Z")


async def test_only_the_new_is_pushed_again(city: Settings) -> None:
    """A second announcement brings what was computed since the first, to listeners with compression and without."""
    later = NOW + timedelta(minutes=1)
    async with (
        _hearing(city) as (address, _),
        _listening(address) as stream,
        _listening(address, **{"Accept-Encoding": "identity"}) as plain,
    ):
        await _announce(city, "traffic", "j1")
        first = (await stream.next("indicators"))[1]["data"]
        async with await connect(city, "owner", autocommit=True) as connection:
            await connection.execute(
                "update traffic_indicator set computed_at = %s, revision = 1 where window_start = '2026-01-05 07:59Z'"
                " and sensor_id = (select sensor_id from sensor where key = 'j1.d1')",
                (later,),
            )
        await _announce(city, "traffic", "j1")
        second = (await stream.next("indicators"))[1]["data"]
        assert [(await plain.next("indicators"))[1]["data"] for _ in range(2)] == [first, second]
    assert len(first) == 6
    assert [(row["sensor"], row["revision"]) for row in second if row["revision"]] == [("j1.d1", 1)]


async def test_older_windows_are_named_and_not_pushed(city: Settings) -> None:
    """Of windows long ago, as a backfill writes them by the thousand, only that they changed."""
    async with _hearing(city) as (address, _), _listening(address, "?family=traffic&site=j1") as stream:
        await _announce(city, "traffic", "j1", "2026-01-01T00:00:00Z")
        kind, said = await stream.next()
    assert kind == "changed"
    assert "data" not in said
    assert said["from"] == "2026-01-01T00:00:00Z"


async def test_who_comes_back_misses_nothing(city: Settings) -> None:
    """With the last identifier, in the header or the query, a listener hears what it missed, and nothing twice."""
    async with _hearing(city) as (address, app):
        async with _listening(address) as stream:
            await _announce(city, "traffic", "j1")
            await stream.next("indicators")
            last = stream.last
        before = app.state.hub.position
        await _announce(city, "signal", "j1", "2026-01-05T07:45:00Z")
        while app.state.hub.position == before:
            await asyncio.sleep(0.05)
        for query, headers in (("", {"Last-Event-ID": last}), (f"?last_event_id={last}", {})):
            async with _listening(address, query, **headers) as stream:
                kind, said = await stream.next()
            assert (kind, said["family"]) == ("indicators", "signal")
        async with _listening(address, "?last_event_id=elsewhere-7") as stream:
            assert (await stream.next())[0] == "resync"


async def test_nobody_is_told_nothing(city: Settings) -> None:
    """While nobody listens nothing is read; who comes with an identifier from before is told to read anew."""
    async with _hearing(city) as (address, app):
        before = app.state.hub.position
        await _announce(city, "traffic", "j1")
        async with asyncio.timeout(PATIENCE_S):
            while app.state.hub.position == before:
                await asyncio.sleep(0.05)
        async with _listening(address, f"?last_event_id={before}") as stream:
            assert (await stream.next())[0] == "resync"


async def test_lost_database_is_told_and_heard_again(city: Settings) -> None:
    """When the connection that hears breaks, everyone is told to read anew, and later events arrive."""
    async with _hearing(city) as (address, _), _listening(address) as stream:
        async with await connect(city, "owner", autocommit=True) as connection:
            await connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
                " and pid <> pg_backend_pid()"
            )
        assert (await stream.next())[0] == "resync"
        await _announce(city, "traffic", "j1")
        assert (await stream.next("indicators"))[1]["family"] == "traffic"


async def test_limit_wrong_choice_and_head(city: Settings) -> None:
    """Beyond the limit a listener is sent away for a while; a wrong name is told; a HEAD ends."""
    async with (
        _hearing(city, api_live_listeners=1) as (address, app),
        AsyncClient(base_url=address) as client,
    ):
        async with _listening(address):
            refused = await client.get("/v1/live")
            assert (refused.status_code, refused.json()["type"]) == (503, "/docs#problem-too-many-listeners")
            assert int(refused.headers["retry-after"]) > 0
        while app.state.hub.count:
            await asyncio.sleep(0.02)
        for query, hint in (("family=trafic", "'traffic'"), ("site=nowhere", "/v1/sites"), ("famly=x", "'family'")):
            wrong = await client.get(f"/v1/live?{query}")
            assert wrong.status_code == 422
            assert hint in wrong.text
        head = await client.head("/v1/live")
        assert (head.status_code, head.headers["cache-control"]) == (200, "no-store")
        assert not app.state.hub.count


async def test_the_end_of_the_server_ends_the_stream(city: Settings) -> None:
    """A server that stops ends its streams at once instead of waiting for them."""
    async with AsyncClient(timeout=PATIENCE_S) as client:
        async with _hearing(city) as (address, _):
            request = client.build_request("GET", f"{address}/v1/live")
            response = await client.send(request, stream=True)
            stream = Stream(response.aiter_lines())
            assert (await stream.next())[0] == "ready"
        assert await stream.ended()
        await response.aclose()
