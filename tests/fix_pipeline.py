"""From messages to indicators, as ingest and processing do it, at a moment of the test's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb
from readings import Inlet, message

from emscher.settings import Settings
from emscher.store.pool import connect
from ingest.message import Message
from processing.testing import computing

BATCH = 2000


async def register(store: Settings, site: str, sensors: Mapping[str, Mapping[str, Any]], **metadata: object) -> None:
    """Write a site with meters and applications: facts by key, ``stream`` among them where it is not ``energy``."""
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute(
            "insert into site (key, kind, name, metadata) values (%s, 'server_room', %s, %s)",
            (site, site, Jsonb(metadata)),
        )
        for key, facts in sensors.items():
            rest = {name: value for name, value in facts.items() if name != "stream"}
            await connection.execute(
                "insert into sensor (key, stream, site_id, configured, metadata)"
                " select %s, %s, site_id, true, %s from site where key = %s",
                (key, facts.get("stream", "energy"), Jsonb(rest), site),
            )


async def compute(store: Settings, now: datetime | None = None) -> None:
    """Compute until nothing is due, by the clock or at a moment."""
    async with computing(store, lambda: now or datetime.now(UTC)) as everything:
        await everything()


async def follow(store: Settings, batches: Iterable[Sequence[Message]], received_at: datetime) -> None:
    """Take batches in one after the other, and compute what each makes due before the next comes."""
    async with Inlet(store, received_at) as inlet:
        for batch in batches:
            await inlet.take(batch)
            await compute(store)


async def run(
    store: Settings, received: Mapping[str, Sequence[Mapping[str, Any]]], now: datetime, stream: str = "energy"
) -> dict[str, int]:
    """Take readings in by sensor, compute what is due, and give the books."""
    books = {"received": 0, "stored": 0, "duplicate": 0, "rejected": 0}
    async with Inlet(store, now) as inlet:
        for key, readings in received.items():
            for first in range(0, len(readings), BATCH):
                await inlet.take([message(stream, key, list(readings[first : first + BATCH]))])
    async with await connect(store, "owner") as connection:
        cursor = await connection.execute(
            "select sum(received)::int, sum(stored)::int, sum(duplicate)::int, sum(rejected)::int from ingest_account"
            " where stream = %s",
            (stream,),
        )
        row = await cursor.fetchone()
    assert row is not None
    await compute(store, now)
    return dict(zip(books, row, strict=True))


async def rows(store: Settings, statement: str) -> list[tuple[Any, ...]]:
    """Read rows as the owner."""
    async with await connect(store, "owner") as connection:
        return await (await connection.execute(statement.encode())).fetchall()


def counter(
    start: datetime, hours: float, power_w: float, *, step_s: int = 1800, facts: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """Readings of a counter that a constant power drives, both ends included."""
    return [
        {
            "time": (start + timedelta(seconds=step * step_s)).isoformat(),
            "energy_wh": 1000 + power_w * step * step_s / 3600,
            **(facts or {}),
        }
        for step in range(int(hours * 3600 / step_s) + 1)
    ]
