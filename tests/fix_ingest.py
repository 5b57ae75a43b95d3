"""An ingest worker beside a test, and the books it keeps."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from emscher.embedded import EmbeddedBroker
from emscher.settings import Settings
from emscher.store.pool import connect
from ingest import testing
from ingest.worker import utc_now

PATIENCE_S = 60.0
"""A test that waits longer than this has failed; it says nothing about speed [s]."""


def at_broker(store: Settings, broker: EmbeddedBroker) -> Settings:
    """Settings of a store and a broker."""
    return store.model_copy(update={"mqtt_port": broker.port, "mqtt_protocol": broker.protocol})


@asynccontextmanager
async def ingesting(settings: Settings) -> AsyncIterator[None]:
    """Run an ingest worker beside the test."""
    async with testing.ingesting(settings, utc_now):
        yield


async def account(settings: Settings) -> tuple[int, int, int, int]:
    """Received, stored, duplicate and rejected so far."""
    async with await connect(settings, "owner") as connection:
        cursor = await connection.execute(
            "select coalesce(sum(received), 0)::int, coalesce(sum(stored), 0)::int, coalesce(sum(duplicate), 0)::int,"
            " coalesce(sum(rejected), 0)::int from ingest_account"
        )
        row = await cursor.fetchone()
        assert row is not None
        return row[0], row[1], row[2], row[3]


async def received(settings: Settings, wanted: int) -> tuple[int, int, int, int]:
    """Wait until that many readings are accounted for."""
    async with asyncio.timeout(PATIENCE_S):
        while (books := await account(settings))[0] < wanted:
            await asyncio.sleep(0.05)
    return books
