"""The commands ``emscher process`` and ``emscher indicators``."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

import typer
from rich.console import Console
from rich.table import Table

from emscher import log, settings
from emscher.running import until_stopped
from emscher.settings import Settings
from processing import metrics
from processing.catalog import catalog
from processing.publication import keep_publishing
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
    metrics.serve(loaded.metrics_host, loaded.process_metrics_port)
    until_stopped(_run(loaded))


def indicators() -> None:
    """List every indicator with its unit, its formula's source and whether that source was verified."""
    shown = Table("indicator", "unit", "name", "Name", "window", "source", "status")
    for entry in catalog():
        one = entry.indicator
        shown.add_row(
            entry.name, one.unit, one.name_en, one.name_de, f"{entry.family.width_s} s", one.source, one.status
        )
    Console().print(shown)


async def _run(loaded: Settings) -> None:
    def clock() -> datetime:
        return datetime.now(UTC)

    workers = [Worker(loaded, clock, time.monotonic) for _ in range(loaded.process_workers)]
    for worker in workers:
        await worker.open()
    try:
        async with asyncio.TaskGroup() as group:
            for worker in workers:
                group.create_task(worker.run())
            group.create_task(keep_up(loaded, clock))
            group.create_task(keep_publishing(loaded, clock))
    finally:
        for worker in workers:
            await worker.close()
