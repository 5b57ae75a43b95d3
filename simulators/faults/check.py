"""Run a recipe through the whole platform, embedded and by a clock of its own, and see what of it is detected.

Broker, database, ingest and processing are the real ones; only the time of day is told to them, so that hours pass in
minutes. Ingest has stored everything that was sent before the clock goes on by more than :data:`STEP_S`, and everything
due is computed each minute, as it would be live.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from emscher import city
from emscher.embedded import EmbeddedBroker, EmbeddedPostgres
from emscher.embedded.port import free_port
from emscher.settings import Settings
from emscher.store.migrate import migrate
from emscher.store.pool import connect
from ingest.testing import ingesting
from processing.testing import computing
from simulators import scenery
from simulators.counting import Counting
from simulators.faults.inject import Faulty, Record
from simulators.faults.recipe import Recipe
from simulators.faults.sight import Account, Sight
from simulators.live import MINUTE_S, Live
from simulators.publisher import Publisher
from simulators.synthetic import sources

STEP_S = 10.0
BEGIN = datetime(2026, 7, 15, 5, 0, tzinfo=UTC)
"""A workday in the pretend city, seven in the morning."""


async def check(
    settings: Settings, recipe: Recipe, hours: float, seed: int, advance: Callable[[int], None]
) -> tuple[list[Record], Sight, list[Account]]:
    """Run a recipe on the pretend city.

    Parameters
    ----------
    settings : Settings
        Which city.
    recipe : Recipe
        The faults.
    hours : float
        How long the city is watched [h].
    seed : int
        Seed of the city.
    advance : callable
        Told 1 after each minute.

    Returns
    -------
    records, sight, books : list of dict, Sight, list of Account
        What was injected, what was seen of it, and what became of all readings.
    """
    records: list[Record] = []
    now_s = BEGIN.timestamp()

    def clock() -> datetime:
        return datetime.fromtimestamp(now_s, UTC)

    with platform(settings) as here:
        await migrate(here)
        async with await connect(here, "writer", autocommit=True) as connection:
            await city.write(connection, city.read(here.city))
        async with (
            ingesting(here, clock) as intake,
            computing(here, clock) as compute,
            Publisher(here) as publisher,
            await connect(here, "reader", autocommit=True) as connection,
        ):
            sink, sight = Counting(publisher), Sight(connection, BEGIN)
            kept_up_s = seen_s = now_s

            async def sleep(pause_s: float) -> None:
                nonlocal now_s, kept_up_s, seen_s
                until_s = now_s + pause_s
                while now_s < until_s:
                    if now_s - kept_up_s >= STEP_S:
                        await publisher.drain()
                        await intake.until(sink.readings)
                        kept_up_s = now_s
                    if now_s - seen_s >= MINUTE_S:
                        await compute()
                        await sight.look(clock())
                        seen_s = now_s
                        advance(1)
                    now_s = min(until_s, kept_up_s + STEP_S)

            faulty = Faulty(sink, recipe, records.append)
            live = Live(sources(scenery.load(here.city), seed), faulty, lambda: now_s, sleep)
            end_s = now_s + hours * 3600
            await live.run(int(now_s), end_s)
            await faulty.flush()
            # What was computed last is seen once more.
            await sleep(2 * MINUTE_S)
            return records, sight, await sight.books()


@contextmanager
def platform(settings: Settings) -> Iterator[Settings]:
    """Run an embedded database and broker while the context lasts, and give the settings of both."""
    with (
        tempfile.TemporaryDirectory(prefix="emscher-faults-") as folder,
        EmbeddedPostgres(Path(folder)) as postgres,
        EmbeddedBroker(Path(folder), free_port()) as broker,
    ):
        yield settings.model_copy(
            update={
                "database_url": SecretStr(postgres.url),
                "database_flavour": "plain",
                "mqtt_host": "127.0.0.1",
                "mqtt_port": broker.port,
                "mqtt_protocol": broker.protocol,
                "mqtt_username": None,
                "mqtt_tls": False,
            }
        )
