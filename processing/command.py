"""The commands ``emscher process`` and ``emscher indicators``."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from functools import partial
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from emscher import log, settings
from emscher.errors import SettingError
from emscher.readiness import Readiness, serve
from emscher.running import until_stopped
from emscher.settings import Settings
from emscher.store.opening import open_patiently
from processing.backfill import backfill
from processing.catalog import catalog
from processing.crew import work_off
from processing.publication import keep_publishing
from processing.upkeep import keep_up
from processing.worker import Worker

WIDEST = 400
"""Of a table that is not read in a terminal [characters]."""


def register(app: typer.Typer) -> None:
    """Add the commands of this folder."""
    app.command("process")(process)
    app.command("indicators")(indicators)


def process(
    span: Annotated[
        tuple[str, str] | None,
        typer.Option(
            "--backfill",
            metavar="FROM TO",
            help="Compute a span anew and end: times as 2026-05-04T06:00:00Z, or dates for midnight in the city.",
        ),
    ] = None,
) -> None:
    """Compute the indicators of due windows, and keep the store's retention."""
    loaded = settings.load()
    log.configure(loaded, "processing")
    if span is not None:
        since, until = (_time(said, loaded) for said in span)
        if since >= until:
            raise SettingError(f"--backfill: {span[0]} is not before {span[1]}.", "Give the earlier time first.")
        until_stopped(_backfill(loaded, since, until))
        return
    readiness = Readiness("database")
    serve(loaded.metrics_host, loaded.process_metrics_port, readiness, "EMSCHER_PROCESS_METRICS_PORT")
    until_stopped(_run(loaded, readiness))


def indicators() -> None:
    """List every indicator with unit, inputs, window, its formula's source, whether it was verified, and priority."""
    shown = Table("indicator", "unit", "name", "Name", "inputs", "window", "source", "status", "priority")
    for entry in catalog():
        one = entry.indicator
        shown.add_row(
            entry.name,
            one.unit,
            one.name_en,
            one.name_de,
            ", ".join(entry.inputs),
            entry.window,
            one.source,
            one.status,
            one.priority,
        )
    console = Console()
    # Into a file or a pipe the table goes as wide as it is.
    (console if console.is_terminal else Console(width=WIDEST)).print(shown)


def _time(said: str, loaded: Settings) -> datetime:
    """Read a time with a zone, or a date as midnight in the city."""
    try:
        read = datetime.fromisoformat(said)
    except ValueError as exc:
        raise SettingError(f"--backfill: {said!r} is no time.", "Write 2026-05-04T06:00:00Z, or 2026-05-04.") from exc
    if read.tzinfo is None and len(said) > len("2026-05-04"):
        raise SettingError(f"--backfill: {said!r} has no zone.", "Write it in UTC with a Z.")
    return read if read.tzinfo else read.replace(tzinfo=ZoneInfo(loaded.time_zone))


async def _backfill(loaded: Settings, since: datetime, until: datetime) -> None:
    """Compute a span with as many processes as the setting says, and print how it goes and what came of it."""
    console = Console()
    # What a person must mend is said once, and not by every process.
    worker = Worker(loaded, _now, time.monotonic)
    await worker.open()
    await worker.close()
    with Progress(console=console) as progress:
        bar = progress.add_task("windows", total=None)
        figures = await backfill(
            loaded,
            partial(work_off, loaded, loaded.process_workers),
            since,
            until,
            lambda done, total: progress.update(bar, completed=done, total=total),
            time.monotonic,
        )
    shown = Table("family", "rows", "rows/s")
    for name, rows in sorted(figures.rows.items()):
        shown.add_row(name, f"{rows:,}", f"{rows / figures.taken_s:,.0f}")
    console.print(shown)
    console.print(f"{figures.windows:,} windows made due, computed in {figures.taken_s:.1f} s")


def _now() -> datetime:
    return datetime.now(UTC)


async def _run(loaded: Settings, readiness: Readiness) -> None:
    workers = [Worker(loaded, _now, time.monotonic, readiness) for _ in range(loaded.process_workers)]
    for worker in workers:
        await open_patiently(worker.open, readiness, asyncio.sleep)
    try:
        async with asyncio.TaskGroup() as group:
            for worker in workers:
                group.create_task(worker.run())
            group.create_task(keep_up(loaded, _now))
            group.create_task(keep_publishing(loaded, _now))
    finally:
        for worker in workers:
            await worker.close()
