"""The subcommands `emscher replay` and `emscher export`."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import structlog
import typer
from rich.console import Console

from emscher import log as logs
from emscher import settings as settings_module
from emscher.errors import RecordingError
from emscher.running import until_stopped
from emscher.settings import Settings
from emscher.store import version
from emscher.store.pool import connect
from emscher.stream import SECOND_US
from simulators import recording as recordings
from simulators.age import TOO_OLD, age
from simulators.course import Course, course
from simulators.export import export as write
from simulators.faults.inject import Faulty, faulty
from simulators.faults.recipe import load as load_recipe
from simulators.live import Sink
from simulators.mapping import stream_of
from simulators.pace import read_moment_us, read_speed
from simulators.play import play
from simulators.progress import shown
from simulators.publisher import Publisher
from simulators.recording import Recording
from simulators.replay import summary
from simulators.stored import Filter, stored
from simulators.tape import Read, Tape

log: structlog.stdlib.BoundLogger = structlog.get_logger()

REPLAY_PAUSE_S = 5.0

Streams = Annotated[list[str] | None, typer.Option("--stream", help="Stream, like traffic; may be given again.")]
Sensors = Annotated[list[str] | None, typer.Option("--sensor", help="Sensor's key, or a pattern like wall-01.*.")]
Sites = Annotated[list[str] | None, typer.Option("--site", help="Site's key, or a pattern; only --from-store.")]
Start = Annotated[str | None, typer.Option("--from", help="First moment, RFC 3339 with zone.")]
End = Annotated[str | None, typer.Option("--to", help="Moment before which to stop, RFC 3339 with zone.")]
Recipes = Annotated[Path | None, typer.Option("--faults", help="Recipe of faults to put in, a YAML file.")]
FaultLog = Annotated[Path, typer.Option("--fault-log", help="Where to write down which faults were put in.")]
FAULT_LOG = Path("faults.jsonl")


def register(app: typer.Typer) -> None:
    """Add the subcommands."""
    app.command("replay")(replay)
    app.command("export")(export)


def replay(  # noqa: PLR0913, PLR0917 - the options of a command
    file: Annotated[
        Path | None, typer.Argument(help="Newline JSON, CSV or Parquet; text may be compressed with gzip.")
    ] = None,
    from_store: Annotated[  # noqa: FBT002 - so typer declares a flag
        bool, typer.Option("--from-store", help="What the store (EMSCHER_DATABASE_URL) holds, instead of a file.")
    ] = False,
    stream: Streams = None,
    sensor: Sensors = None,
    site: Sites = None,
    mapping: Annotated[
        str | None, typer.Option("--mapping", help="Mapping of the columns: a name that ships, or a TOML file.")
    ] = None,
    speed: Annotated[
        str, typer.Option("--speed", help="`max`, or a factor: 1 is the speed at which it happened.")
    ] = "max",
    shift: Annotated[
        str, typer.Option("--shift", help="`none`, `now`, or how far times are moved, like 7d or -1h30min.")
    ] = "none",
    loop: Annotated[int, typer.Option("--loop", min=0, help="How often, each time later; 0 is for ever.")] = 1,
    start: Start = None,
    end: End = None,
    batch: Annotated[int, typer.Option("--batch", min=1, max=10_000, help="Most readings in one message.")] = 500,
    faults: Recipes = None,
    fault_log: FaultLog = FAULT_LOG,
) -> None:
    """Publish a recording, or what the store holds, over MQTT, in order of time.

    Newline JSON holds canonical readings with the sensor's key in the member `sensor`, and the stream in `stream` or
    in --stream. Other files need a mapping, unless their columns have the names of the stream's fields. Four mappings
    ship: berlin-lanes, metr-la, controller-events and hamburg-cycles. The same call sends the same messages in the
    same order.

    For example:

      emscher replay day.jsonl

      emscher replay det_val_hr_2024_01.csv.gz --stream traffic --mapping berlin-lanes --speed max

      emscher replay events.parquet --stream signal --mapping controller-events --speed 10 --from 2024-05-13T16:00:00Z

      emscher replay --from-store --site 'wall-*' --shift now --speed 1 --loop 0
    """
    settings = settings_module.load()
    logs.configure(settings, "replay")
    factor = read_speed(speed)
    recipe = None if faults is None else load_recipe(faults)
    wanted = _filter(stream, sensor, site, start, end)
    if from_store == (file is not None):
        raise RecordingError("A replay takes either a file or the store.", "Give FILE or --from-store.")
    if from_store and mapping is not None:
        raise RecordingError("The store needs no mapping.", "Leave out --mapping.")
    tape = None if file is None else Read(_read(file, mapping, wanted))

    async def work() -> None:
        async with _opened(settings, wanted, tape) as found:
            planned = course(shift, loop or None, found.streams, found.span_us, factor, round(time.time() * SECOND_US))
            if shift == "none":
                _warn_of_age(settings, found)
            async with Publisher(settings) as publisher:
                with faulty(publisher, recipe, fault_log) as sink:
                    await _publish(settings, found, planned, factor, batch, publisher, sink)
            if isinstance(sink, Faulty):
                typer.echo(f"{sink.told} They are written down in {fault_log}.")

    until_stopped(work())


def export(
    file: Annotated[Path, typer.Argument(help="Newline JSON to write; a name that ends in .gz is compressed.")],
    stream: Streams = None,
    sensor: Sensors = None,
    site: Sites = None,
    start: Start = None,
    end: End = None,
) -> None:
    """Write what the store (EMSCHER_DATABASE_URL) holds to a file that `emscher replay` reads.

    Readings stand in the order in which they became known; the same readings give the same file. What they mean to
    the city, its sites and sensors, is written by `emscher city export`.

    For example:

      emscher export day.jsonl.gz --from 2026-07-01T00:00:00Z --to 2026-07-02T00:00:00Z

      emscher export wall.jsonl --stream traffic --stream signal --site 'wall-*'
    """
    settings = settings_module.load()
    logs.configure(settings, "export")
    wanted = _filter(stream, sensor, site, start, end)

    async def work() -> None:
        async with _opened(settings, wanted, None) as found:
            with shown("Export", found.count, Console(stderr=True), pause_s=REPLAY_PAUSE_S) as advance:
                count = await write(found, file, advance)
        typer.echo(f"{count:,} readings of {', '.join(sorted(found.streams))} are in {file}.")

    until_stopped(work())


async def _publish(
    settings: Settings,
    tape: Tape,
    planned: Course,
    factor: float | None,
    batch: int,
    publisher: Publisher,
    sink: Sink,
) -> None:
    """Play a tape, and say what was sent."""
    began_s = time.monotonic()
    title = f"Replay of {', '.join(sorted(tape.streams))}"
    total = tape.count * (planned.passes or 1)
    with shown(title, total, Console(stderr=True), pause_s=REPLAY_PAUSE_S) as advance:
        sent = await play(
            tape,
            sink,
            planned,
            factor,
            batch=batch,
            payload_limit_bytes=settings.ingest_payload_limit_bytes,
            advance=advance,
        )
        if isinstance(sink, Faulty):
            await sink.flush()
        await publisher.drain()
    typer.echo(summary(sent, time.monotonic() - began_s, planned.reach_us(tape.span_us)))


@asynccontextmanager
async def _opened(settings: Settings, wanted: Filter, tape: Tape | None) -> AsyncIterator[Tape]:
    """Give a tape that is read already, or that of the store."""
    if tape is not None:
        yield tape
        return
    async with await connect(settings, "reader", autocommit=True) as connection:
        await version.check(connection)
        yield await stored(connection, wanted)


def _read(file: Path, mapping: str | None, wanted: Filter) -> Recording:
    """Read a file, and keep of it what is wanted."""
    if wanted.sites:
        raise RecordingError("A file does not say of which site a sensor is.", "Use --sensor.")
    says_streams = file.name.endswith(recordings.JSON_LINES) and len(wanted.streams) != 1
    if len(wanted.streams) > 1 and not says_streams:
        raise RecordingError("Such a file is of one stream.", "Give --stream once.")
    of = None if says_streams else next(iter(wanted.streams), None)
    found = recordings.read(file, of, mapping)
    if wanted.streams or wanted.sensors:
        found = found.of(wanted.streams, wanted.sensors)
    return found.between(wanted.start_us, wanted.end_us)


def _filter(
    stream: list[str] | None, sensor: list[str] | None, site: list[str] | None, start: str | None, end: str | None
) -> Filter:
    for one in stream or ():
        stream_of(one)
    return Filter(stream or (), sensor or (), site or (), read_moment_us("--from", start), read_moment_us("--to", end))


def _warn_of_age(settings: Settings, tape: Tape) -> None:
    """Say it once if the platform may not keep readings as old as these."""
    ages = [age(tape.span_us[0], stream_of(one), settings, time.time()) for one in sorted(tape.streams)]
    old = [one for one in ages if one.is_too_old]
    if old:
        log.warning(TOO_OLD, oldest_days=old[0].oldest_days, keep_days=min(one.keep_days for one in old))
