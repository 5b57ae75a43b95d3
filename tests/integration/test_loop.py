"""The platform in the loop and the loop in this process decide alike."""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from emscher import settings as settings_module
from emscher.city import City
from emscher.embedded.mosquitto import executable
from emscher.settings import Settings
from emscher.store.pool import connect
from simulators.loop.in_process import InProcess, limits
from simulators.loop.published import Published
from simulators.loop.run import Asked, run_once
from simulators.loop.tuning import frozen

START = datetime(2026, 1, 5, 7, 0, tzinfo=UTC)


def asked(scenario: Path, controller: str) -> Asked:
    """Twelve minutes with the first seed, a tenth of the messages lost."""
    return Asked(scenario, controller, 1, lambda _: START, 720.0, 0.1)


async def in_process(city: City, start: datetime) -> Published:
    """The loop without broker and database."""
    return InProcess(city, start)


@pytest.mark.mosquitto
async def test_the_platform_and_the_process_alone_decide_alike(crossing: Path, tmp_path: Path) -> None:
    """Every vehicle fares the same to the last digit, so every decision was the same."""
    from simulators.loop.platform import embedded, opened  # noqa: PLC0415 - needs what the test asks for

    if executable() is None:
        pytest.skip("Mosquitto is not installed")
    alone = tmp_path / "alone"
    through = tmp_path / "through"
    for folder in (alone, through):
        folder.mkdir()
    expected = await run_once(asked(crossing, "emscher"), frozen(), in_process, alone)
    async with embedded(settings_module.load(), lambda _: None) as reached, AsyncExitStack() as stack:

        async def opening(city: City, start: datetime) -> Published:
            return await stack.enter_async_context(opened(reached, city, start))

        found = await run_once(asked(crossing, "emscher"), frozen(), opening, through)
    assert found == expected
    assert (through / "trips.xml").read_text().split("-->")[-1] == (alone / "trips.xml").read_text().split("-->")[-1]
    assert found.vehicles > 100


async def test_the_controller_does_better_than_fixed_time(crossing: Path, tmp_path: Path) -> None:
    """On a crossing with most traffic from one side, by a good deal."""
    delays = {}
    for name in ("fixed", "emscher"):
        (tmp_path / name).mkdir()
        delays[name] = (await run_once(asked(crossing, name), frozen(), in_process, tmp_path / name)).delay_s
    assert delays["emscher"] < 0.9 * delays["fixed"]


async def test_limits_in_the_process_are_those_of_the_store(store: Settings) -> None:
    """A limit that changes in a migration changes here too."""
    async with await connect(store, "owner") as connection:
        cursor = await connection.execute("select name, scope, value from threshold where name like 'signal%%'")
        rows = {(name, scope): value for name, scope, value in await cursor.fetchall()}
    assert {whose: values[0][2] for whose, values in limits().rows.items()} == rows
