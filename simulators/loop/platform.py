"""The platform really in the loop: broker, ingest, store, processing and API, reached by MQTT and HTTP alone.

A step waits until the books of ingest say that everything published is committed, and before indicators are asked for
until nothing is due.
"""

from __future__ import annotations

import asyncio
import socket
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from emscher import city as cities
from emscher.city import City
from emscher.embedded.folder import DataFolder
from emscher.embedded.milestones import Milestones
from emscher.embedded.platform import Platform
from emscher.errors import OperatorError
from emscher.settings import PREFIX, Settings
from emscher.store.pool import pool
from emscher.supervisor import Supervisor
from simulators.loop.published import Indicators, Told
from simulators.loop.watch import Event
from simulators.publisher import Publisher
from simulators.sumo.readings import Message

POLL_S = 0.004
PATIENCE_S = 60.0
"""A platform that does not commit or compute for so long has failed [s]."""
QUARTER_S = 900
MOST_ROWS = 50_000
EVENTS, INDICATORS, BOOKS = "/v1/readings/signal", "/v1/indicators/approach", "/v1/accounting"


@asynccontextmanager
async def embedded(settings: Settings, say: Callable[[str], None]) -> AsyncIterator[Settings]:
    """Run a platform of our own, in a folder and on ports of its own; gives the settings that reach it."""
    with tempfile.TemporaryDirectory(prefix="emscher-loop-") as scratch:
        folder = DataFolder(Path(scratch) / "platform")
        own = settings.model_copy(
            update={
                "data_dir": folder.path,
                "mqtt_port": _free_port(),
                "api_host": "127.0.0.1",
                "api_port": _free_port(),
            }
        )
        with folder.locked():
            async with Supervisor(folder.path, say) as supervisor:
                platform = Platform(own, folder, supervisor, say, empty=True, began_s=time.monotonic())
                await platform.begin(fresh=False)
                there = platform.environment()
                yield own.model_copy(
                    update={
                        "database_url": SecretStr(there[f"{PREFIX}DATABASE_URL"]),
                        "mqtt_host": there[f"{PREFIX}MQTT_HOST"],
                        "mqtt_protocol": there[f"{PREFIX}MQTT_PROTOCOL"],
                    }
                )


class ByPlatform:
    """Publishes to a platform and asks it; made by :func:`opened`.

    Parameters
    ----------
    settings : Settings
        Where it is.
    start : datetime
        What time the beginning of the scenario is meant to be.
    publisher : Publisher
        Connected to its broker.
    client : AsyncClient
        Of its API.
    received : int
        Readings that it had received before.
    """

    def __init__(
        self, settings: Settings, start: datetime, publisher: Publisher, client: httpx.AsyncClient, received: int
    ) -> None:
        self._start = start.astimezone(UTC)
        self._publisher = publisher
        self._client = client
        self._wanted = received
        self._milestones = Milestones(settings.database_url.get_secret_value())
        self._known: set[tuple[str, str, int, int]] = set()
        self._since = self._until = self._start

    async def put(self, messages: Sequence[Message]) -> None:
        """Publish messages, and wait until they are committed."""
        for message in messages:
            await self._publisher.publish(message.stream, message.key, message.payload)
            self._wanted += len(message.readings)
            last = message.readings[-1]
            self._until = max(self._until, datetime.fromisoformat(last.get("time") or last["end"]))
        await self._publisher.drain()
        async with asyncio.timeout(PATIENCE_S):
            while await received(self._client) < self._wanted:  # noqa: ASYNC110 - what another process does
                await asyncio.sleep(POLL_S)

    async def events(self) -> Mapping[str, Sequence[Event]]:
        """Ask the API for the events of the last step."""
        # A step's last readings may be of a tenth of a second before those that came with the step before.
        begin, end = self._since - timedelta(seconds=2), self._until + timedelta(seconds=1)
        rows = await self._rows(EVENTS, begin, end)
        found: dict[str, list[Event]] = {}
        known: set[tuple[str, str, int, int]] = set()
        for row in rows:
            key = (row["sensor"], row["observed_at"], row["code"], row["parameter"])
            known.add(key)
            if key not in self._known:
                at_s = (datetime.fromisoformat(row["observed_at"]) - self._start) / timedelta(microseconds=1) / 1e6
                found.setdefault(row["sensor"], []).append((at_s, row["code"], row["parameter"]))
        self._known = known
        self._since = self._until
        return {key: sorted(events) for key, events in found.items()}

    async def indicators(self) -> Indicators:
        """Wait until nothing is due, and ask for the last two quarter hours."""
        async with asyncio.timeout(PATIENCE_S):
            last = await asyncio.to_thread(self._milestones.last_due)
            while await asyncio.to_thread(self._milestones.still_due, last):  # noqa: ASYNC110 - the same
                await asyncio.sleep(POLL_S)
        quarter = self._until - (self._until - datetime(1970, 1, 1, tzinfo=UTC)) % timedelta(seconds=QUARTER_S)
        begin = max(quarter - timedelta(seconds=QUARTER_S), self._start)
        found: dict[tuple[str, int], Told] = {}
        for row in await self._rows(INDICATORS, begin, quarter + timedelta(seconds=1)):
            found[row["sensor"], row["signal_group"]] = Told(
                row["flow_veh_h"],
                row["saturation_ratio"],
                row["green_utilisation_ratio"],
                row["presence_reason"],
                row["arrival_reason"],
            )
        return found

    async def _rows(self, path: str, begin: datetime, end: datetime) -> list[dict[str, Any]]:
        span = {"from": begin.isoformat(), "to": end.isoformat(), "limit": str(MOST_ROWS)}
        return await _asked(self._client, path, span)


@asynccontextmanager
async def opened(settings: Settings, city: City, start: datetime) -> AsyncIterator[ByPlatform]:
    """Load a city into a platform's store, and connect."""
    async with pool(settings, "writer", 1) as connections, connections.connection() as connection:
        await cities.write(connection, city)
    base = f"http://{settings.api_host}:{settings.api_port}"
    async with httpx.AsyncClient(base_url=base, timeout=PATIENCE_S) as client, Publisher(settings) as publisher:
        yield ByPlatform(settings, start, publisher, client, await received(client))


async def received(client: httpx.AsyncClient) -> int:
    """How many readings the books say were received."""
    return sum(row["received"] for row in await _asked(client, BOOKS, {"bucket": "all"}))


async def _asked(client: httpx.AsyncClient, path: str, parameters: Mapping[str, str]) -> list[dict[str, Any]]:
    answer = await client.get(path, params=dict(parameters))
    if answer.is_error:
        raise OperatorError(f"The API does not answer {path}: {answer.status_code} {answer.text}.")
    rows: list[dict[str, Any]] = answer.json()["data"]
    return rows


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
