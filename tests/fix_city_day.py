"""A day of the pretend Dortmund in a store, with targets, refused messages and an incident besides."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest
from fix_database import clone
from fix_pipeline import compute
from readings import Inlet, message

import dashboards.report
from dashboards.report.command import write
from dashboards.report.target import read
from emscher import city
from emscher.settings import Settings
from emscher.store.migrate import Flavour
from emscher.store.pool import connect
from ingest.message import Message
from processing.publication import publish
from simulators import scenery
from simulators.live import hour_blocks
from simulators.synthetic import Source, sources

BATCH = 400
READINGS = 1000
NONSENSE = (
    Message(b"emscher/traffic/wall-01.d01", b'{"end":"2009-01-05T07:01:00Z","interval_s":60,"count":12}', 1, 1),
    Message(b"emscher/traffic/wall-02.d01", b"not JSON", 1, 1),
    Message(b"emscher/energy/rz-a.utility", b'{"time":"2009-01-05T07:01:00Z","energy_wh":"many"}', 1, 1),
)
ENDS = (4, 4, 5, 5, 5, 6)
"""How the greens of one junction end, in turn: by a gap, at their maximum, as the plan demands (Indiana codes)."""
BLOCK_S = 600
"""How much arrives at once [s]."""
SECONDS_LATE = 2
"""How late they arrive after its end [s]."""

INCIDENT = """
UPDATE incident_indicator SET state_california_7 = 7, state_california_8 = 7, reason = 0
WHERE section = 1 AND part = 1
  AND window_start BETWEEN %(end)s - interval '5 hours' AND %(end)s - interval '4 hours 40 minutes'
"""
CONTRACT = """
INSERT INTO supply_contract (supplier, product, valid_from, g_per_kwh, gas, renewable_ratio, proof, source)
VALUES ('DEW21', 'pretend green', '2020-01-01', 25, 'CO2', 0.8, 'guarantees of origin (pretend)', 'pretend')
"""


@pytest.fixture(scope="session")
def day_stores(server_url: str, templates: dict[str, str]) -> Iterator[Callable[[Flavour], Settings]]:
    """Give stores with a day in them by flavour, made when first asked for; tests only read them."""
    made: dict[Flavour, Settings] = {}
    with ExitStack() as stack:

        def of(flavour: Flavour) -> Settings:
            if flavour not in made:
                made[flavour] = stack.enter_context(contextmanager(clone)(server_url, flavour, templates))
                asyncio.run(fill(made[flavour], recent()))
            return made[flavour]

        yield of


@pytest.fixture
def city_day(flavour: Flavour, day_stores: Callable[[Flavour], Settings]) -> Settings:
    """Give a store with a day in it, the same to every test that asks."""
    return day_stores(flavour)


async def fill(store: Settings, end: datetime, hours: int = 24, energy_days: int = 0) -> None:
    """Write some hours of the pretend city up to a moment, and compute them.

    Parameters
    ----------
    store : Settings
        A migrated store.
    end : datetime
        Full minute at which the history ends.
    hours : int
        How much of it there is [h].
    energy_days : int
        How much more there is of meters, servers and WLAN before that [d].
    """
    async with await connect(store, "owner", autocommit=True) as connection:
        await city.write(connection, city.read(store.city))
        await connection.execute(CONTRACT.encode())
    await write(store, read(Path(dashboards.report.__file__).parent / "dortmund.toml"))
    pretend = sources(scenery.load(store.city), store.simulate_seed)
    end_s = round(end.timestamp())
    async with Inlet(store, end) as inlet:
        begin_s = end_s - hours * 3600
        metered = tuple(one for one in pretend if one.stream in {"energy", "workload", "wlan"})
        for low_s, high_s in hour_blocks(begin_s - energy_days * 86400, begin_s):
            inlet.now = datetime.fromtimestamp(high_s + SECONDS_LATE, UTC)
            await inlet.take(list(messages(metered, low_s, high_s)))
        for low_s, high_s in pairwise((*range(begin_s, end_s, BLOCK_S), end_s)):
            inlet.now = datetime.fromtimestamp(high_s + SECONDS_LATE, UTC)
            held = [*messages(pretend, low_s, high_s), terminations(low_s, high_s)]
            held += NONSENSE if high_s % 3600 < BLOCK_S else ()
            for first in range(0, len(held), BATCH):
                await inlet.take(held[first : first + BATCH])
    await compute(store, end)
    await publish(store, end)
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute(INCIDENT.encode(), {"end": end})
        await refresh(connection)


def messages(pretend: tuple[Source, ...], low_s: int, high_s: int) -> Iterator[Message]:
    """Give an hour's messages, each an array of readings."""
    for source in pretend:
        for key, readings in source.readings(low_s, high_s):
            for first in range(0, len(readings), READINGS):
                yield message(source.stream, key, readings[first : first + READINGS])


def terminations(low_s: int, high_s: int) -> Message:
    """Give how the greens of two signal groups ended, every 90 seconds of an hour."""
    readings = [
        {
            "time": datetime.fromtimestamp(second, UTC).isoformat(),
            "code": ENDS[second // 90 % len(ENDS)],
            "parameter": group,
        }
        for second in range(low_s, high_s, 90)
        for group in (2, 6)
    ]
    return message("signal", "wall-01.ctl", readings)


async def refresh(connection: psycopg.AsyncConnection[psycopg.rows.TupleRow]) -> None:
    """Bring roll-ups up to date, as the store's own jobs do now and then, and the planner's statistics."""
    for (name,) in await (await connection.execute("SELECT roll_ups()")).fetchall():
        await connection.execute("CALL refresh_roll_up(%s, NULL, NULL)", (name,))
    await connection.execute("ANALYZE")


def recent(hours: int = 0) -> datetime:
    """Give the last full minute, or one some hours ago."""
    return datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=hours)
