"""The commands ``emscher quarantine list | show | export | redrive``."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

import msgspec
import psycopg
import typer
from rich.console import Console
from rich.table import Table

from emscher import log, settings
from emscher.errors import OperatorError
from emscher.rejection import Reason
from emscher.settings import Settings
from emscher.store.pool import Connection, connect
from ingest import refused
from ingest.redrive import Redrive
from ingest.refused import Refused, State, Wanted
from ingest.worker import utc_now

quarantine_app = typer.Typer(help="What was refused: see why, mend it, send it again.", no_args_is_help=True)

SHOWN = 50
Found = TypeVar("Found")

Begin = Annotated[str | None, typer.Option("--from", help="Received from then on: RFC 3339, or a date.")]
End = Annotated[str | None, typer.Option("--to", help="Received before then: RFC 3339, or a date.")]
StreamName = Annotated[str | None, typer.Option("--stream", help="Only this stream, also `unknown`.")]
WantedReason = Annotated[Reason | None, typer.Option("--reason", help="Only this reason, the last one there was.")]
SensorKey = Annotated[str | None, typer.Option("--sensor", help="Only this sensor, by its key.")]
WantedState = Annotated[State | None, typer.Option("--state", help="kept is what is still refused.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON lines, for machines.")]
Number = Annotated[int, typer.Argument(help="Number of the message, as `list` shows it.")]


def register(app: typer.Typer) -> None:
    """Add the commands of the quarantine."""
    app.add_typer(quarantine_app, name="quarantine")


@quarantine_app.command("list")
def list_refused(
    begin: Begin = None,
    end: End = None,
    stream: StreamName = None,
    reason: WantedReason = None,
    sensor: SensorKey = None,
    state: WantedState = None,
    limit: Annotated[int, typer.Option(min=1, help="Most messages shown.")] = SHOWN,
    as_json: AsJson = False,  # noqa: FBT002 - typer reads the default
) -> None:
    """List refused messages, oldest first, and how many were counted and not kept."""
    loaded = _load()
    wanted = _wanted(loaded, begin, end, stream, reason, sensor, state)

    async def read(connection: Connection) -> tuple[list[Refused], list[tuple[str, str, int]]]:
        rows = [one async for one in refused.read(connection, wanted, limit + 1)]
        return rows, await refused.dropped(connection, wanted)

    rows, dropped = _ask(loaded, read)
    if as_json:
        for one in rows[:limit]:
            _print_json(one.record)
        for dropped_stream, dropped_reason, count in dropped:
            _print_json({"stream": dropped_stream, "reason": dropped_reason, "readings_not_kept": count})
        return
    shown = Table("id", "received", "stream", "sensor", "reason", "tries", "state", "detail")
    for one in rows[:limit]:
        why, detail = one.last_reason or one.reason, one.last_detail or one.detail
        moment = one.received_at.strftime("%Y-%m-%d %H:%M:%SZ")
        became = one.state if one.mended_stream in (None, one.stream) else f"{one.state} as {one.mended_stream}"
        shown.add_row(str(one.id), moment, one.stream, one.sensor or one.topic, why, str(one.tries), became, detail)
    console = Console(width=None if sys.stdout.isatty() else 200)
    console.print(shown if rows else "Nothing of that is in quarantine.")
    if len(rows) > limit:
        console.print(f"There are more; --limit shows more than {limit}.")
    for dropped_stream, dropped_reason, count in dropped:
        console.print(f"Counted and not kept: {count:,} readings, {dropped_stream}, {dropped_reason}.")


@quarantine_app.command("show")
def show(number: Number, as_json: AsJson = False) -> None:  # noqa: FBT002 - typer reads the default
    """Show one refused message with its payload."""
    loaded = _load()

    async def read(connection: Connection) -> list[Refused]:
        return [one async for one in refused.read(connection, Wanted(numbers=[number]))]

    found = _ask(loaded, read)
    if not found:
        raise OperatorError(f"There is no refused message {number}.", "`emscher quarantine list` lists them.")
    record = found[0].record
    if as_json:
        _print_json(record)
        return
    for name, value in record.items():
        if value is not None:
            typer.echo(f"{typer.style(f'{name:15}', bold=True)} {value}")
    if found[0].payload is None:
        typer.echo("Nothing of its content is kept.")


@quarantine_app.command("export")
def export(
    begin: Begin = None,
    end: End = None,
    stream: StreamName = None,
    reason: WantedReason = None,
    sensor: SensorKey = None,
    state: WantedState = None,
    to: Annotated[Path | None, typer.Option("--file", "-o", help="File to write; by default standard output.")] = None,
) -> None:
    """Write refused messages as JSON lines, without loss: a payload that is no UTF-8 stands as base64."""
    loaded = _load()
    wanted = _wanted(loaded, begin, end, stream, reason, sensor, state)

    async def write(connection: Connection) -> int:
        count = 0
        try:
            with nullcontext(sys.stdout.buffer) if to is None else to.open("wb") as out:
                async for one in refused.read(connection, wanted):
                    out.write(msgspec.json.encode(one.record) + b"\n")
                    count += 1
        except OSError as exc:
            raise OperatorError(f"{to} cannot be written: {exc.strerror}.", "Name another file.") from exc
        return count

    count = _ask(loaded, write)
    typer.echo(f"{count} refused messages written.", err=True)


@quarantine_app.command("redrive")
def redrive(
    numbers: Annotated[list[int] | None, typer.Argument(help="Only these messages, by number.")] = None,
    begin: Begin = None,
    end: End = None,
    stream: StreamName = None,
    reason: WantedReason = None,
    sensor: SensorKey = None,
    as_json: AsJson = False,  # noqa: FBT002 - typer reads the default
) -> None:
    """Send refused messages through the same checks again, after a decoder, a sensor or a limit was corrected.

    What passes is stored and marked, what does not keeps its new reason; nothing is ever stored twice.
    """
    loaded = _load()
    wanted = _wanted(loaded, begin, end, stream, reason, sensor, None, numbers)

    async def run(connection: Connection) -> dict[str, object]:
        del connection
        work = Redrive(loaded, utc_now, time.monotonic)
        try:
            result = await work.run(wanted)
        finally:
            await work.close()
        counts = {"tried": result.tried, "stored": result.stored, "duplicate": result.duplicate}
        return {**counts, "refused": dict(result.refused.most_common())}

    result = _ask(loaded, run)
    if as_json:
        _print_json(result)
        return
    typer.echo(
        f"{result['tried']} messages tried: {result['stored']} readings stored, {result['duplicate']} duplicates."
    )
    for why, count in dict(result["refused"]).items():  # type: ignore[call-overload] # made a few lines above
        typer.echo(f"Still refused: {count}, {why}.")


def _load() -> Settings:
    loaded = settings.load()
    log.configure(loaded, "quarantine")
    return loaded


def _ask(loaded: Settings, work: Callable[[Connection], Awaitable[Found]]) -> Found:
    async def run() -> Found:
        async with await connect(loaded, "writer", autocommit=True) as connection:
            return await work(connection)

    try:
        return asyncio.run(run())
    except psycopg.errors.UndefinedTable as exc:
        raise OperatorError("The store has no quarantine.", "Run `emscher migrate`.") from exc


def _wanted(
    loaded: Settings,
    begin: str | None,
    end: str | None,
    stream: str | None,
    reason: Reason | None,
    sensor: str | None,
    state: State | None,
    numbers: list[int] | None = None,
) -> Wanted:
    zone = ZoneInfo(loaded.time_zone)
    return Wanted(
        _moment("--from", begin, zone),
        _moment("--to", end, zone),
        stream,
        None if reason is None else reason.value,
        sensor,
        state,
        numbers or None,
    )


def _moment(name: str, given: str | None, zone: ZoneInfo) -> datetime | None:
    """Read a time; one without a zone is the city's."""
    if given is None:
        return None
    try:
        read = datetime.fromisoformat(given)
    except ValueError as exc:
        raise OperatorError(f"{name} {given!r} is no time.", "Write 2026-05-04T06:00:00Z, or 2026-05-04.") from exc
    return read if read.tzinfo else read.replace(tzinfo=zone)


def _print_json(record: object) -> None:
    typer.echo(msgspec.json.encode(record).decode())
