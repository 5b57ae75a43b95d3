"""The subcommand `emscher simulate`, and the registration of all subcommands of the simulators."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Annotated

import structlog
import typer
from rich.console import Console

from emscher import log as logs
from emscher import settings as settings_module
from emscher.running import until_stopped
from emscher.settings import Settings
from simulators import replay_command, scenery
from simulators.age import TOO_OLD
from simulators.faults import command as faults_command
from simulators.faults.inject import Faulty, faulty
from simulators.faults.recipe import Recipe
from simulators.faults.recipe import load as load_recipe
from simulators.live import HOUR_S, Live, full_minute, hour_blocks, publish_history
from simulators.loop.command import loop
from simulators.mapping import stream_of
from simulators.progress import shown
from simulators.publisher import Publisher
from simulators.replay_command import FAULT_LOG, FaultLog, Recipes
from simulators.sumo.command import sumo
from simulators.sumo.town.command import town
from simulators.synthetic import Source, sources

log: structlog.stdlib.BoundLogger = structlog.get_logger()


def register(app: typer.Typer) -> None:
    """Add the subcommands of the simulators."""
    city = typer.Typer(invoke_without_command=True)
    city.callback()(simulate)
    city.command("sumo")(sumo)
    city.command("town")(town)
    app.add_typer(city, name="simulate")
    app.command("loop")(loop)
    replay_command.register(app)
    faults_command.register(app)


def simulate(
    context: typer.Context,
    history_hours: Annotated[
        float,
        typer.Option("--history-hours", min=0, max=24 * 365, help="First publish this many past hours at full speed."),
    ] = 0.0,
    seed: Annotated[
        int | None,
        typer.Option("--seed", min=0, max=2**32 - 1, help="Seed of the city; default EMSCHER_SIMULATE_SEED."),
    ] = None,
    faults: Recipes = None,
    fault_log: FaultLog = FAULT_LOG,
    once: Annotated[bool, typer.Option("--once", help="Stop after the history instead of going live.")] = False,  # noqa: FBT002 - so typer declares a flag
) -> None:
    """Publish a pretend city over MQTT: its past first, then live.

    The same seed gives the same readings, whenever they are published. Every reading says that it is simulated.

    For example:

      emscher simulate

      emscher simulate --history-hours 24

      emscher simulate --history-hours 168 --once --seed 7

    `emscher simulate sumo SCENARIO.sumocfg` publishes a city that SUMO simulates.
    """
    if context.invoked_subcommand:
        return
    settings = settings_module.load()
    logs.configure(settings, "simulate")
    city = sources(scenery.load(settings.city), settings.simulate_seed if seed is None else seed)
    recipe = None if faults is None else load_recipe(faults, seed)
    until_stopped(_simulate(settings, city, history_hours, recipe, fault_log, once=once))


async def _simulate(
    settings: Settings,
    city: tuple[Source, ...],
    history_hours: float,
    recipe: Recipe | None,
    fault_log: Path,
    *,
    once: bool,
) -> None:
    async with Publisher(settings) as publisher:
        with faulty(publisher, recipe, fault_log) as sink:
            end_s = full_minute(time.time())
            if history_hours:
                start_s = full_minute(end_s - history_hours * HOUR_S)
                _warn_of_age(settings, city, history_hours)
                title = "History [h]"
                with shown(title, len(hour_blocks(start_s, end_s)), Console(stderr=True)) as advance:
                    began_s = time.monotonic()
                    count = await publish_history(city, sink, start_s, end_s, advance)
                    await publisher.drain()
                log.info("The history is published", readings=count, seconds=round(time.monotonic() - began_s, 1))
            if not once:
                log.info("The city is live", city=settings.city, host=settings.mqtt_host, port=settings.mqtt_port)
                await Live(city, sink, time.time, asyncio.sleep).run(end_s)
            elif isinstance(sink, Faulty):
                await sink.flush()


def _warn_of_age(settings: Settings, city: tuple[Source, ...], history_hours: float) -> None:
    """Say which streams the platform does not keep as long as the history reaches back."""
    for stream in (stream_of(one.stream) for one in city):
        kept_days = stream.keep_days if stream.private else max(stream.keep_days, settings.history_days)
        if history_hours > 24 * kept_days:
            log.warning(TOO_OLD, stream=stream.name, oldest_days=int(history_hours / 24), keep_days=kept_days)
