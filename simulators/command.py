"""The subcommands `emscher simulate` and `emscher replay`."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Coroutine
from typing import Annotated, Any

import structlog
import typer
import uvloop
from rich.console import Console

from emscher import log as logs
from emscher import settings as settings_module
from emscher.settings import Settings
from simulators import scenery
from simulators.live import HOUR_S, Live, full_minute, hour_blocks, publish_history
from simulators.progress import shown
from simulators.publisher import Publisher
from simulators.synthetic import Source, sources

log: structlog.stdlib.BoundLogger = structlog.get_logger()


def register(app: typer.Typer) -> None:
    """Add the subcommands of the simulators."""
    app.command("simulate")(simulate)


def simulate(
    history_hours: Annotated[
        float, typer.Option("--history-hours", min=0, max=24 * 365, help="First publish this many past hours at full speed.")
    ] = 0.0,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, max=2**32 - 1, help="Seed of the city; default EMSCHER_SIMULATE_SEED.")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Stop after the history instead of going live.")] = False,  # noqa: FBT002
) -> None:
    r"""Publish a pretend city over MQTT: its past first, then live.

    The same seed gives the same readings, whenever they are published. Every reading says that it is simulated.

    Examples:
      emscher simulate
      emscher simulate --history-hours 24
      emscher simulate --history-hours 168 --once --seed 7
    """
    settings = settings_module.load()
    logs.configure(settings, "simulate")
    city = sources(scenery.load(settings.city), settings.simulate_seed if seed is None else seed)
    run(_simulate(settings, city, history_hours, once=once))


async def _simulate(settings: Settings, city: tuple[Source, ...], history_hours: float, *, once: bool) -> None:
    async with Publisher(settings) as publisher:
        end_s = full_minute(time.time())
        if history_hours:
            start_s = full_minute(end_s - history_hours * HOUR_S)
            title = "History [h]"
            with shown(title, len(hour_blocks(start_s, end_s)), Console(stderr=True)) as advance:
                began_s = time.monotonic()
                count = await publish_history(city, publisher, start_s, end_s, advance)
                await publisher.drain()
            log.info("The history is published", readings=count, seconds=round(time.monotonic() - began_s, 1))
        if not once:
            log.info("The city is live", city=settings.city, host=settings.mqtt_host, port=settings.mqtt_port)
            await Live(city, publisher, time.time, asyncio.sleep).run(end_s)


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run to the end, or until SIGTERM or SIGINT, which end it cleanly."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_until_signalled(work))


async def _until_signalled(work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        log.info("Stopped")
