"""The faults: each is something that happens to a city's machines, made to happen."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from emscher.embedded import EmbeddedBroker, EmbeddedPostgres
from soak.disk import Disk
from soak.failure import SoakError
from soak.process import IngestProcess
from soak.proxy import Proxy, Where

FULL_S = 3.0
"""How long the disk stays full after ingest has noticed [s]."""
TRIES = 10
PATIENCE_S = 180.0
NO_SPACE = "No space left on device"


@dataclass(frozen=True, slots=True)
class Target:
    """What the saw goes at."""

    ingest: IngestProcess
    broker: EmbeddedBroker
    postgres: EmbeddedPostgres
    proxy: Proxy
    disk: Disk | None
    draw: np.random.Generator


async def kill(target: Target) -> str:
    """Kill ingest outright at a random moment."""
    await asyncio.sleep(target.draw.uniform(0, 0.7))
    await target.ingest.kill()
    return ""


async def restart_broker(target: Target) -> str:
    """Stop the broker and start it again from what it kept."""
    await asyncio.to_thread(target.broker.stop)
    await asyncio.sleep(target.draw.uniform(0, 1.0))
    await asyncio.to_thread(target.broker.start)
    return ""


async def stop_database(target: Target) -> str:
    """Stop the database and start it again."""
    await asyncio.to_thread(target.postgres.stop)
    await asyncio.sleep(target.draw.uniform(0, 2.0))
    await asyncio.to_thread(target.postgres.start)
    return ""


async def cut_copy(target: Target) -> str:
    """Cut ingest off the database in the middle of a COPY."""
    return await _cut(target, "copy", 20)


async def lose_answer(target: Target) -> str:
    """Cut ingest off the database after a COMMIT, before it can know of it."""
    return await _cut(target, "answer", 5)


async def fill_disk(target: Target) -> str:
    """Fill the database's disk until ingest cannot write, then free it as an operator would."""
    if target.disk is None:
        raise SoakError("there is no disk to fill")
    lines = len(target.ingest.lines())
    filled_bytes = target.disk.fill()
    await target.ingest.said(NO_SPACE, lines)
    await asyncio.sleep(FULL_S)
    target.disk.free()
    for _ in range(TRIES):
        if await asyncio.to_thread(target.postgres.ready):
            return f"{filled_bytes:,} bytes taken; the database held out"
        await asyncio.sleep(FULL_S / TRIES)
    await asyncio.to_thread(target.postgres.stop)
    await asyncio.to_thread(target.postgres.start)
    return f"{filled_bytes:,} bytes taken; the database gave up and was started again"


async def _cut(target: Target, where: Where, most: int) -> str:
    after = int(target.draw.integers(0, most))
    try:
        async with asyncio.timeout(PATIENCE_S):
            await target.proxy.cut(where, after)
    except TimeoutError as exc:
        raise SoakError(f"there was nothing to cut at ({where}) within {PATIENCE_S:.0f} s") from exc
    return f"after {after} others"


DISK_FULL = "database's disk full"
Strike = Callable[[Target], Awaitable[str]]

FAULTS: Mapping[str, Strike] = MappingProxyType(
    {
        "ingest killed (SIGKILL)": kill,
        "broker restarted": restart_broker,
        "database stopped and started": stop_database,
        "connection cut in mid-COPY": cut_copy,
        "answer to a COMMIT lost": lose_answer,
        DISK_FULL: fill_disk,
    }
)
