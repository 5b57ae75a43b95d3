"""The command ``emscher ingest``."""

from __future__ import annotations

import asyncio
import time

import typer

from emscher import log, settings
from emscher.running import until_stopped
from emscher.settings import Settings
from ingest import metrics
from ingest.errand import Errands
from ingest.redrive import Redrive
from ingest.sensors import Sensors
from ingest.worker import Worker, utc_now
from ingest.writer import Writer


def register(app: typer.Typer) -> None:
    """Add the command of this folder."""
    app.command("ingest")(ingest)


def ingest() -> None:
    """Take readings off MQTT, write them to the store, acknowledge them after the commit."""
    loaded = settings.load()
    log.configure(loaded, "ingest")
    metrics.serve(loaded.metrics_host, loaded.ingest_metrics_port)
    until_stopped(_run(loaded))


async def _run(loaded: Settings) -> None:
    writer = Writer(loaded, Sensors(loaded, time.monotonic), utc_now)
    await writer.open()
    errands = asyncio.ensure_future(Errands(loaded, Redrive(loaded, utc_now, time.monotonic), utc_now).run())
    try:
        await Worker(loaded, writer, utc_now).run()
    finally:
        errands.cancel()
        await asyncio.wait([errands])
        await writer.close()
