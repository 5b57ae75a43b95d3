"""The commands ``emscher process`` and ``emscher indicators``."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

import typer
from rich.console import Console
from rich.table import Table

from emscher import log, settings
from emscher.readiness import Readiness, serve
from emscher.running import until_stopped
from emscher.settings import Settings
from emscher.store.opening import open_patiently
from processing.catalog import catalog
from processing.upkeep import keep_up
from processing.worker import Worker


def register(app: typer.Typer) -> None:
    """Add the commands of this folder."""
    app.command("process")(process)
    app.command("indicators")(indicators)


def process() -> None:
    """Compute the indicators of due windows, and keep the store's retention."""
    loaded = settings.load()
    log.configure(loaded, "processing")
    readiness = Readiness("database")
    serve(loaded.metrics_host, loaded.process_metrics_port, readiness, "EMSCHER_PROCESS_METRICS_PORT")
    until_stopped(_run(loaded, readiness))


def indicators() -> None:
    """List every indicator with its unit, its formula's source and whether that source was verified."""
    shown = Table("indicator", "unit", "name", "Name", "window", "source", "status")
    for entry in catalog():
        one = entry.indicator
        shown.add_row(
            entry.name, one.unit, one.name_en, one.name_de, f"{entry.family.width_s} s", one.source, one.status
        )
    Console().print(shown)


async def _run(loaded: Settings, readiness: Readiness) -> None:
    def clock() -> datetime:
        return datetime.now(UTC)

    workers = [Worker(loaded, clock, time.monotonic, readiness) for _ in range(loaded.process_workers)]
    for worker in workers:
        await open_patiently(worker.open, readiness, asyncio.sleep)
    try:
        async with asyncio.TaskGroup() as group:
            for worker in workers:
                group.create_task(worker.run())
            group.create_task(keep_up(loaded, clock))
    finally:
        for worker in workers:
            await worker.close()
