"""The command ``emscher ingest``."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated

import typer

from emscher import broker, log, settings
from emscher.readiness import Readiness, serve
from emscher.running import until_stopped
from emscher.settings import Settings
from ingest import subscription, workers
from ingest.errand import Errands
from ingest.leftover import drain_by_name, drain_leftovers
from ingest.redrive import Redrive
from ingest.sensors import Sensors
from ingest.worker import Worker, utc_now
from ingest.writer import Writer


def register(app: typer.Typer) -> None:
    """Add the command of this folder."""
    app.command("ingest")(ingest)


def ingest(
    wanted: Annotated[
        int | None,
        typer.Option("--workers", min=1, max=64, help="Processes that share the readings; EMSCHER_INGEST_WORKERS."),
    ] = None,
    drain: Annotated[
        str | None,
        typer.Option("--drain", metavar="SESSION", help="Store what an unused session still holds, end it, and stop."),
    ] = None,
) -> None:
    """Take readings off MQTT, write them to the store, acknowledge them after the commit."""
    loaded = settings.load({} if wanted is None else {"ingest_workers": wanted})
    log.configure(loaded, "ingest")
    broker.check(loaded)
    subscription.wanted(loaded)
    if drain is not None:
        until_stopped(_drain(loaded, drain))
    elif loaded.ingest_workers > 1:
        until_stopped(workers.run(loaded))
    else:
        readiness = Readiness("broker", "database")
        serve(loaded.metrics_host, loaded.ingest_metrics_port, readiness, "EMSCHER_INGEST_METRICS_PORT")
        until_stopped(_run(loaded, readiness))


async def _run(loaded: Settings, readiness: Readiness) -> None:
    began = utc_now()
    writer = Writer(loaded, Sensors(loaded, time.monotonic), utc_now)
    worker = Worker(loaded, writer, utc_now, readiness)
    errands = Errands(loaded, Redrive(loaded, utc_now, time.monotonic), utc_now)

    async def after_listening() -> None:
        await worker.listening.wait()
        async with asyncio.TaskGroup() as group:
            group.create_task(drain_leftovers(loaded, [loaded.mqtt_client_id], began, asyncio.sleep))
            group.create_task(errands.run())

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(worker.run())
            group.create_task(after_listening())
    finally:
        await writer.close()


async def _drain(loaded: Settings, name: str) -> None:
    taken = await drain_by_name(loaded, name)
    typer.echo(f"{taken} messages were stored; the session {name} is ended.")
