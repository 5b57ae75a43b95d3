"""The platform for a benchmark: a real database and broker, and processes of ours beside them."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from pydantic import SecretStr

from emscher.embedded import EmbeddedBroker, EmbeddedPostgres
from emscher.settings import PREFIX, Settings, load
from emscher.store.migrate import migrate

PATIENCE_S = 120.0
PORT = int(os.environ.get("BENCH_MQTT_PORT", "18883"))
RECEIVED = "select coalesce(sum(received), 0)::bigint from ingest_account"


@contextmanager
def platform(kind: str = "mosquitto") -> Iterator[Settings]:
    """Start an embedded database with a fresh schema and an embedded broker."""
    with tempfile.TemporaryDirectory(prefix="emscher-bench-") as folder:
        place = Path(folder)
        with EmbeddedPostgres(place) as server, EmbeddedBroker(place, PORT, kind) as broker:  # type: ignore[arg-type] # a name of ours
            settings = load(
                {
                    "database_url": SecretStr(server.url),
                    "database_flavour": "plain",
                    "mqtt_port": broker.port,
                    "mqtt_protocol": broker.protocol,
                    "api_port": 18_080,
                }
            )
            asyncio.run(migrate(settings))
            yield settings


@contextmanager
def process(settings: Settings, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command of ours against the platform."""
    environment = {
        **os.environ,
        f"{PREFIX}DATABASE_URL": settings.database_url.get_secret_value(),
        f"{PREFIX}MQTT_PORT": str(settings.mqtt_port),
        f"{PREFIX}MQTT_PROTOCOL": settings.mqtt_protocol,
        f"{PREFIX}MQTT_CLIENT_ID": settings.mqtt_client_id,
        f"{PREFIX}MQTT_TOPIC_PREFIX": settings.mqtt_topic_prefix,
        f"{PREFIX}API_PORT": str(settings.api_port),
        f"{PREFIX}LOG_LEVEL": "WARNING",
    }
    running = subprocess.Popen([sys.executable, "-m", "emscher", *command], env=environment)
    try:
        yield running
    finally:
        running.terminate()
        running.wait()


def received(settings: Settings) -> int:
    """Readings accounted for so far."""
    with psycopg.connect(settings.database_url.get_secret_value()) as connection:
        row = connection.execute(RECEIVED).fetchone()
    return int(row[0]) if row else 0


def wait_for(settings: Settings, wanted: int) -> float:
    """Wait until that many readings are accounted for, and give the moment [s]."""
    return watch(settings, wanted)[-1][0]


def watch(settings: Settings, wanted: int) -> list[tuple[float, int]]:
    """Wait until that many readings are accounted for, and give how their number grew: moment [s], readings."""
    seen: list[tuple[float, int]] = []
    deadline = time.perf_counter() + PATIENCE_S
    with psycopg.connect(settings.database_url.get_secret_value(), autocommit=True) as connection:
        while not seen or seen[-1][1] < wanted:
            row = connection.execute(RECEIVED).fetchone()
            seen.append((time.perf_counter(), int(row[0]) if row else 0))
            if seen[-1][0] > deadline:
                sys.exit(f"{wanted} readings did not arrive within {PATIENCE_S:.0f} s")
            time.sleep(0.01)
    return seen
