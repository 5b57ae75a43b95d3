"""The subcommands `emscher simulate`, `emscher replay` and `emscher loop`."""

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
from emscher.settings import Settings
from simulators import recording as recordings
from simulators import scenery
from simulators.age import age
from simulators.live import HOUR_S, Live, full_minute, hour_blocks, publish_history
from simulators.loop.command import loop
from simulators.mapping import stream_of
from simulators.pace import read_moment_us, read_speed
from simulators.progress import shown
from simulators.publisher import Publisher
from simulators.recording import Recording
from simulators.replay import at_full_speed, at_speed, summary
from simulators.running import run
from simulators.sumo.command import sumo
from simulators.sumo.town.command import town
from simulators.synthetic import Source, sources

log: structlog.stdlib.BoundLogger = structlog.get_logger()

TOO_OLD = "The platform may reject these readings as too_old unless EMSCHER_HISTORY_DAYS there covers their age"
REPLAY_PAUSE_S = 5.0


def register(app: typer.Typer) -> None:
    """Add the subcommands of the simulators."""
    city = typer.Typer(invoke_without_command=True)
    city.callback()(simulate)
    city.command("sumo")(sumo)
    city.command("town")(town)
    app.add_typer(city, name="simulate")
    app.command("replay")(replay)
    app.command("loop")(loop)


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
    run(_simulate(settings, city, history_hours, once=once))


async def _simulate(settings: Settings, city: tuple[Source, ...], history_hours: float, *, once: bool) -> None:
    async with Publisher(settings) as publisher:
        end_s = full_minute(time.time())
        if history_hours:
            start_s = full_minute(end_s - history_hours * HOUR_S)
            _warn_of_age(settings, city, history_hours)
            title = "History [h]"
            with shown(title, len(hour_blocks(start_s, end_s)), Console(stderr=True)) as advance:
                began_s = time.monotonic()
                count = await publish_history(city, publisher, start_s, end_s, advance)
                await publisher.drain()
            log.info("The history is published", readings=count, seconds=round(time.monotonic() - began_s, 1))
        if not once:
            log.info("The city is live", city=settings.city, host=settings.mqtt_host, port=settings.mqtt_port)
            await Live(city, publisher, time.time, asyncio.sleep).run(end_s)


def _warn_of_age(settings: Settings, city: tuple[Source, ...], history_hours: float) -> None:
    """Say which streams the platform does not keep as long as the history reaches back."""
    for stream in (stream_of(one.stream) for one in city):
        kept_days = stream.keep_days if stream.private else max(stream.keep_days, settings.history_days)
        if history_hours > 24 * kept_days:
            log.warning(TOO_OLD, stream=stream.name, oldest_days=int(history_hours / 24), keep_days=kept_days)


def replay(
    file: Annotated[Path, typer.Argument(help="Newline JSON, CSV or Parquet; text may be compressed with gzip.")],
    stream: Annotated[str, typer.Option("--stream", help="Stream of the readings, like traffic.")],
    mapping: Annotated[
        str | None, typer.Option("--mapping", help="Mapping of the columns: a name that ships, or a TOML file.")
    ] = None,
    speed: Annotated[
        str, typer.Option("--speed", help="`max`, or a factor: 1 is the speed at which it happened.")
    ] = "max",
    start: Annotated[str | None, typer.Option("--from", help="First moment, RFC 3339 with zone.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Moment before which to stop, RFC 3339 with zone.")] = None,
    batch: Annotated[int, typer.Option("--batch", min=1, max=10_000, help="Most readings in one message.")] = 500,
) -> None:
    """Publish a recording over MQTT, in order of time.

    Newline JSON holds canonical readings with the sensor's key in the member `sensor`. Other files need a mapping,
    unless their columns have the names of the stream's fields. Four mappings ship: berlin-lanes, metr-la,
    controller-events and hamburg-cycles.

    For example:

      emscher replay day.jsonl --stream traffic

      emscher replay det_val_hr_2024_01.csv.gz --stream traffic --mapping berlin-lanes --speed max

      emscher replay events.parquet --stream signal --mapping controller-events --speed 10 --from 2024-05-13T16:00:00Z
    """
    settings = settings_module.load()
    logs.configure(settings, "replay")
    factor = read_speed(speed)
    found = recordings.read(file, stream, mapping).between(read_moment_us("--from", start), read_moment_us("--to", end))
    how_old = age(found, stream_of(stream), settings, time.time())
    if how_old.is_too_old:
        log.warning(TOO_OLD, oldest_days=how_old.oldest_days, keep_days=how_old.keep_days)
    run(_replay(settings, found, stream, factor, batch))


async def _replay(settings: Settings, found: Recording, stream: str, factor: float | None, batch: int) -> None:
    async with Publisher(settings) as publisher:
        began_s = time.monotonic()
        with shown(f"Replay of {stream}", found.order.size, Console(stderr=True), pause_s=REPLAY_PAUSE_S) as advance:
            if factor is None:
                limit = settings.ingest_payload_limit_bytes
                sent = await at_full_speed(
                    found, stream, publisher, batch=batch, payload_limit_bytes=limit, advance=advance
                )
            else:
                sent = await at_speed(
                    found, stream, publisher, factor, time.monotonic, asyncio.sleep, batch=batch, advance=advance
                )
            await publisher.drain()
        typer.echo(summary(sent, time.monotonic() - began_s, found))
