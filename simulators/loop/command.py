"""The command `emscher loop`."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import structlog
import typer

from emscher import log as logs
from emscher import settings as settings_module
from emscher.city import City
from emscher.running import until_stopped
from emscher.settings import Settings
from simulators.loop.controllers import CONTROLLED, OWN
from simulators.loop.in_process import InProcess
from simulators.loop.published import Published
from simulators.loop.run import Asked, Opening, run_once
from simulators.loop.table import lines
from simulators.loop.trips import Trips
from simulators.loop.tuning import Tuning, frozen
from simulators.sumo.child import SumoError, check
from simulators.sumo.name import name_of

log: structlog.stdlib.BoundLogger = structlog.get_logger()

QUARTER_S = 900
APART = timedelta(hours=2)
"""Runs lie so far apart in the platform's time that no indicator reads of two."""


class Name(StrEnum):
    """Controllers, and all of them."""

    FIXED = "fixed"
    ACTUATED = "actuated"
    MAXPRESSURE = "maxpressure"
    WEBSTER = "webster"
    EMSCHER = "emscher"
    ALL = "all"


class Through(StrEnum):
    """Which seeds run through the real platform."""

    ALL = "all"
    ONE = "one"
    NONE = "none"


class Calendar:
    """Gives each run a time of its own, one after the other, all of them past."""

    def __init__(self, now: datetime) -> None:
        self._next = now - timedelta(days=365)

    def __call__(self, length_s: float) -> datetime:
        """Take so much time [s]; it begins with a quarter of an hour."""
        begin = datetime.fromtimestamp(-(-self._next.timestamp() // QUARTER_S) * QUARTER_S, UTC)
        self._next = begin + timedelta(seconds=length_s) + APART
        return begin


def loop(
    scenarios: Annotated[list[Path], typer.Argument(help="Scenarios: SCENARIO.sumocfg ...")],
    controller: Annotated[
        list[Name] | None, typer.Option("--controller", help="Which, again and again for several; default: all.")
    ] = None,
    seeds: Annotated[int, typer.Option("--seeds", min=1, max=1000, help="Runs of each, with the seeds 1, 2, ...")] = 5,
    platform: Annotated[
        Through,
        typer.Option("--platform", help="Seeds that run through broker, store, processing and API; others in-process."),
    ] = Through.ALL,
    duration_s: Annotated[
        float | None,
        typer.Option("--duration", min=1, help="Seconds to simulate; default: to the end."),
    ] = None,
    loss_pct: Annotated[float, typer.Option("--loss", min=0, max=100, help="Messages lost on the way [%].")] = 0.0,
    stuck: Annotated[bool, typer.Option("--stuck", help="Let one loop at a stop line be on for ever.")] = False,  # noqa: FBT002 - so typer declares a flag
    jobs: Annotated[int, typer.Option("--jobs", min=1, max=64, help="In-process runs at once.")] = 2,
) -> None:
    """Control SUMO's signals by what the platform publishes of SUMO's detectors, and print how vehicles fared.

    `fixed` is the scenario's own program, `actuated` SUMO's own control on the same phases, with detectors of its own.
    The others see published readings and indicators only. A platform of its own is started for them. For example:

      emscher loop town.sumocfg --controller fixed --controller emscher --seeds 1

      emscher loop a.sumocfg b.sumocfg --seeds 5 --platform one
    """
    settings = settings_module.load()
    logs.configure(settings, "loop")
    wanted = controller or [Name.ALL]
    names = (*OWN, *CONTROLLED) if Name.ALL in wanted else tuple(dict.fromkeys(one.value for one in wanted))
    for scenario in scenarios:
        check(scenario)
    if len({name_of(one) for one in scenarios}) < len(set(scenarios)):
        raise SumoError("Two scenarios have the same name, by which the platform knows them.", "Run them one by one.")
    calendar = Calendar(datetime.now(UTC))
    asked = [
        Asked(scenario, name, seed, calendar, duration_s, loss_pct / 100, stuck)
        for scenario in scenarios
        for name in names
        for seed in range(1, seeds + 1)
    ]
    until_stopped(_run(settings, asked, platform, jobs))


async def _run(settings: Settings, asked: Sequence[Asked], platform: Through, jobs: int) -> None:
    tuning = frozen()
    results: dict[Asked, Trips] = {}
    through = [one for one in asked if _is_through(one, platform)]
    room = asyncio.Semaphore(jobs)

    async def beside(one: Asked) -> None:
        async with room:
            results[one] = await _one(one, tuning, _in_process, "in-process")

    tasks = [asyncio.create_task(beside(one)) for one in asked if one not in through]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    if through:
        await _through(settings, through, tuning, results)
    ordered: dict[tuple[str, str], list[Trips]] = {}
    for one in asked:
        ordered.setdefault((name_of(one.scenario), one.controller), []).append(results[one])
    for line in lines(ordered):
        typer.echo(line)


async def _through(settings: Settings, asked: Sequence[Asked], tuning: Tuning, results: dict[Asked, Trips]) -> None:
    """Run through a platform of our own, one after the other."""
    from simulators.loop.platform import embedded, opened  # noqa: PLC0415 - httpx comes with the extra

    async with embedded(settings, lambda line: log.info("The platform says", line=line)) as reached:
        for one in asked:
            async with AsyncExitStack() as stack:

                async def opening(city: City, start: datetime, stack: AsyncExitStack = stack) -> Published:
                    return await stack.enter_async_context(opened(reached, city, start))

                results[one] = await _one(one, tuning, opening, "platform")


async def _one(one: Asked, tuning: Tuning, opening: Opening, how: str) -> Trips:
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="emscher-loop-") as scratch:
        trips = await run_once(one, tuning, opening, Path(scratch))
    log.info(
        "A run has ended",
        scenario=name_of(one.scenario),
        controller=one.controller,
        seed=one.seed,
        how=how if one.controller in CONTROLLED else "SUMO alone",
        delay_s=round(trips.delay_s, 2),
        never_departed=trips.never_departed,
        unfinished=trips.vehicles - trips.arrived,
        seconds=round(time.monotonic() - began_s, 1),
    )
    return trips


async def _in_process(city: City, start: datetime) -> Published:
    return InProcess(city, start)


def _is_through(one: Asked, platform: Through) -> bool:
    """Whether a run goes through the real platform; what needs no platform does not."""
    if one.controller not in CONTROLLED or platform is Through.NONE:
        return False
    return platform is Through.ALL or one.seed == 1
