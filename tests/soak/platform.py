"""The platform under the saw: a broker, a database on a disk of its own, and ingest, which sees it through a proxy."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import SecretStr

from emscher import city
from emscher.embedded import EmbeddedBroker, EmbeddedPostgres
from emscher.embedded.port import require_free
from emscher.errors import PortInUseError
from emscher.settings import Settings, load
from emscher.store.copy import Column
from emscher.store.migrate import migrate
from emscher.store.pool import connect
from emscher.store.table import reading_columns
from emscher.streams import streams
from soak.disk import Disk
from soak.failure import SoakError
from soak.fault import Target
from soak.process import IngestProcess
from soak.proxy import Proxy
from soak.store import Store

# Below the ports that the system gives to outgoing connections: one of them could take the broker's while it is away.
FIRST_PORT, LAST_PORT = 20_000, 30_000
SOCKET = ".s.PGSQL.5432"
LISTENING = "listening"


@dataclass(frozen=True, slots=True)
class Platform:
    """What runs.

    Parameters
    ----------
    target : Target
        What the saw goes at.
    store : Store
        The database as it is.
    columns : dict
        Columns of each stream's table.
    """

    target: Target
    store: Store
    columns: dict[str, tuple[Column, ...]]


@asynccontextmanager
async def platform(disk_bytes: int, draw: np.random.Generator, say: Callable[[str], None]) -> AsyncIterator[Platform]:
    """Start everything, and end it.

    Parameters
    ----------
    disk_bytes : int
        Size of the database's disk.
    draw : numpy.random.Generator
        For the faults.
    say : callable
        Gets each line about what was done.
    """
    with _folder() as folder, _disk(folder / "database", disk_bytes, say) as disk:
        postgres, broker = EmbeddedPostgres(folder / "database"), EmbeddedBroker(folder, _free_port(draw), "mosquitto")
        postgres.start()
        broker.start()
        try:
            settings = _settings(postgres.url, broker.port)
            await migrate(settings)
            columns = await _fill(settings)
            async with Proxy(postgres.folder / SOCKET) as proxy:
                url = f"postgresql://postgres@127.0.0.1:{proxy.port}/emscher?sslmode=disable&gssencmode=disable"
                async with IngestProcess(_settings(url, broker.port), folder) as ingest:
                    await ingest.said(LISTENING)
                    say("everything is up")
                    yield Platform(Target(ingest, broker, postgres, proxy, disk, draw), Store(postgres.url), columns)
        finally:
            broker.stop()
            postgres.stop()


def _settings(url: str, port: int) -> Settings:
    return load({"database_url": SecretStr(url), "database_flavour": "plain", "mqtt_port": port})


async def _fill(settings: Settings) -> dict[str, tuple[Column, ...]]:
    """Load the city, and read the tables' columns."""
    async with await connect(settings, "writer", autocommit=True) as connection:
        await city.write(connection, city.read("dortmund"))
        return {name: await reading_columns(connection, stream) for name, stream in streams().items()}


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="emscher-soak-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _disk(folder: Path, size_bytes: int, say: Callable[[str], None]) -> Iterator[Disk | None]:
    disk = Disk(folder, size_bytes)
    if why := disk.mount():
        say(f"the disk will not be full: {why}")
        yield None
        return
    try:
        yield disk
    finally:
        disk.unmount()


def _free_port(draw: np.random.Generator) -> int:
    for port in draw.permutation(np.arange(FIRST_PORT, LAST_PORT)).tolist():
        try:
            require_free("127.0.0.1", port, "EMSCHER_MQTT_PORT")
        except PortInUseError:
            continue
        return int(port)
    raise SoakError("no port is free")
