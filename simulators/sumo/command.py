"""The subcommand `emscher simulate sumo`."""

from __future__ import annotations

import asyncio
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import structlog
import typer
from rich.console import Console

from emscher import city as cities
from emscher import log as logs
from emscher import settings as settings_module
from emscher.errors import CityError, OperatorError
from emscher.running import until_stopped
from emscher.settings import Settings
from emscher.store.pool import pool
from simulators.pace import read_moment_us, read_speed
from simulators.progress import shown
from simulators.publisher import Publisher
from simulators.sumo.child import Sumo, SumoError
from simulators.sumo.description import geojson
from simulators.sumo.layout import Junction, lay_out
from simulators.sumo.name import name_of
from simulators.sumo.network import Order
from simulators.sumo.publishing import Sent, publish, total_s
from simulators.sumo.readings import Reports

log: structlog.stdlib.BoundLogger = structlog.get_logger()

HOUR_S = 3600.0
MINUTE_S = 60


def sumo(
    scenario: Annotated[Path, typer.Argument(help="A scenario: SCENARIO.sumocfg.")],
    speed: Annotated[str, typer.Option("--speed", help="`max`, or a factor: 1 is as it happens.")] = "1",
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**31 - 1, help="Seed of SUMO's random numbers.")] = 1,
    start: Annotated[
        str | None,
        typer.Option("--start", help="What time the beginning is, RFC 3339 with zone; default: so that it ends now."),
    ] = None,
    duration_s: Annotated[
        float | None,
        typer.Option("--duration", min=1, help="Seconds to simulate; default: to the end."),
    ] = None,
    write_city: Annotated[
        Path | None, typer.Option("--write-city", help="Write sites, sensors and approaches as GeoJSON, and end.")
    ] = None,
    load: Annotated[bool, typer.Option("--load-city", help="Load them into the store before publishing.")] = False,  # noqa: FBT002 - so typer declares a flag
    truth: Annotated[
        Path | None, typer.Option("--truth", help="Folder for what SUMO knows: trips, lanes, queues. Never published.")
    ] = None,
) -> None:
    """Publish a city that SUMO simulates: loops as detectors, signals as controllers.

    Where the scenario has no loops, each lane before a signal gets one at the stop line and one 80 m before it. Needs
    `pip install 'emscher[sumo]'`. For example:

      emscher simulate sumo town.sumocfg --write-city town.geojson

      emscher simulate sumo town.sumocfg --load-city --speed 10

      emscher simulate sumo town.sumocfg --speed max --seed 7 --truth truth
    """
    settings = settings_module.load()
    logs.configure(settings, "simulate")
    factor = read_speed(speed)
    began_us = read_moment_us("--start", start)
    given = None if began_us is None else datetime.fromtimestamp(began_us / 1e6, UTC)
    if write_city is not None:
        until_stopped(_write_city(scenario, seed, write_city))
    else:
        until_stopped(_simulate(settings, scenario, seed, factor, given, duration_s, truth, load=load))


async def _write_city(scenario: Path, seed: int, path: Path) -> None:
    async with Sumo(scenario, seed) as started:
        junctions = lay_out(started.network, name_of(scenario))
        _write(path, geojson(name_of(scenario), started.network, junctions))
    typer.echo(f"{path}: {_counted(junctions)}; load it with EMSCHER_CITY={path} emscher city load")


async def _simulate(
    settings: Settings,
    scenario: Path,
    seed: int,
    speed: float | None,
    start: datetime | None,
    duration_s: float | None,
    truth: Path | None,
    *,
    load: bool,
) -> None:
    async with Sumo(scenario, seed) as started:
        with tempfile.TemporaryDirectory() as scratch:
            junctions = lay_out(started.network, name_of(scenario))
            if load:
                city = Path(scratch) / "city.geojson"
                _write(city, geojson(name_of(scenario), started.network, junctions))
                async with pool(settings, "writer", 1) as connections, connections.connection() as connection:
                    await cities.write(connection, cities.read(str(city)))
            length_s = total_s(started, duration_s, HOUR_S)
            late_s = length_s if speed is None else length_s * max(0.0, 1 - 1 / speed)
            # Intervals end with minutes, as detectors' do.
            now = datetime.now(UTC).replace(second=0, microsecond=0)
            begins = start or now - timedelta(seconds=late_s - late_s % MINUTE_S)
            reports = Reports(junctions, started.network.begin_s, begins)
            folder = Path(scratch) if truth is None else truth
            folder.mkdir(parents=True, exist_ok=True)
            watched = tuple(dict.fromkeys(lane for one in junctions for group in one.groups for lane in group.lanes))
            order = Order(
                kind="start",
                folder=str(folder.absolute()),
                loops=reports.loops,
                signals=reports.signals,
                watched=watched,
            )
            await started.start(order)
            log.info("The scenario begins", scenario=str(scenario), start=begins.isoformat(), seconds=length_s)
            await _publish(settings, started, reports, length_s, speed)
            await started.end()


async def _publish(settings: Settings, started: Sumo, reports: Reports, length_s: float, speed: float | None) -> None:
    sent = Sent()
    began_s = time.monotonic()
    until_s = started.network.begin_s + length_s
    try:
        async with Publisher(settings) as publisher:
            with shown("Scenario [s]", round(length_s), Console(stderr=True), pause_s=5) as advance:
                await publish(started, reports, publisher, until_s, speed, sent, time.monotonic, asyncio.sleep, advance)
            await publisher.drain()
    except SumoError as exc:
        raise SumoError(exc.what, f"{sent.readings} readings were published before.") from exc
    except (asyncio.CancelledError, OperatorError):
        log.warning("The scenario is not published whole", readings=sent.readings, simulated_s=round(sent.simulated_s))
        raise
    took_s = time.monotonic() - began_s
    rate = sent.readings / max(took_s, 1e-9)
    typer.echo(
        f"{sent.readings:,} readings in {sent.messages:,} messages, {sent.simulated_s:,.0f} s simulated in"
        f" {took_s:.1f} s: {rate:,.0f} readings/s"
    )


def _write(path: Path, text: bytes) -> None:
    try:
        path.write_bytes(text)
    except OSError as exc:
        raise CityError(f"{path} cannot be written: {exc}.") from exc


def _counted(junctions: tuple[Junction, ...]) -> str:
    detectors = sum(len(one.detectors) for one in junctions)
    groups = sum(len(one.groups) for one in junctions)
    return f"{len(junctions)} junctions, {groups} signal groups, {detectors} detectors"
