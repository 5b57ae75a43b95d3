"""Several workers: child processes that share the readings, started again when they end."""

from __future__ import annotations

import asyncio
import os
import sys

import aiomqtt
import structlog

from emscher import broker
from emscher.embedded.program import Program
from emscher.errors import BrokerMissingError, DatabaseMissingError, DatabaseRefusedError, SettingError
from emscher.settings import PREFIX, Settings
from emscher.supervisor import Supervisor
from ingest import subscription
from ingest.leftover import drain_leftovers
from ingest.sensors import Sensors
from ingest.worker import utc_now
from ingest.writer import Writer

log = structlog.stdlib.get_logger()

LAST_PORT = 65_535


async def run(settings: Settings) -> None:
    """Run as many workers as the settings say, until cancelled.

    Parameters
    ----------
    settings : Settings
        ``ingest_workers`` is above one.

    Raises
    ------
    OperatorError
        Something that every worker would stumble over.
    """
    began = utc_now()
    each = [of_worker(settings, number) for number in range(1, settings.ingest_workers + 1)]
    await _look_ahead(each[0])
    folder = settings.data_dir / f"ingest-{settings.mqtt_client_id}"
    async with Supervisor(folder, lambda line: log.warning("a word about a worker", said=line)) as supervisor:
        for number, one in enumerate(each, 1):
            await supervisor.start(_program(one, number))
        log.info("workers started", workers=len(each), share=each[0].mqtt_share)
        await drain_leftovers(settings, [one.mqtt_client_id for one in each], began, asyncio.sleep)
        await asyncio.Event().wait()


def of_worker(settings: Settings, number: int) -> Settings:
    """Give the settings of one of several workers: a session and a port of its own, a share of the readings.

    Raises
    ------
    SettingError
        There is no room for so many ports.
    """
    port = settings.ingest_metrics_port
    if port and port + number - 1 > LAST_PORT:
        raise SettingError("EMSCHER_INGEST_METRICS_PORT leaves no room for every worker's own.", "Set a smaller one.")
    return settings.model_copy(
        update={
            "mqtt_client_id": f"{settings.mqtt_client_id}-{number}",
            # Of our own name: a group of a fixed one would take readings from another installation at the same broker.
            "mqtt_share": settings.mqtt_share or settings.mqtt_client_id,
            "ingest_workers": 1,
            "ingest_metrics_port": port and port + number - 1,
        }
    )


def _program(one: Settings, number: int) -> Program:
    changed = ("mqtt_client_id", "mqtt_share", "ingest_workers", "ingest_metrics_port")
    own = {PREFIX + name.upper(): str(getattr(one, name)) for name in changed}
    argv = (sys.executable, "-m", "emscher", "ingest")
    return Program(f"worker {number}", argv, env={**os.environ, **own}, speaks=True)


async def _look_ahead(one: Settings) -> None:
    """See that database and broker let us in, so that what a person must mend is said once and not by every worker."""
    subscription.wanted(one)
    writer = Writer(one, Sensors(one, lambda: 0.0), utc_now)
    try:
        await writer.open()
    except DatabaseRefusedError:
        raise
    except DatabaseMissingError as exc:
        log.info("the database is not there yet", why=str(exc))
    finally:
        await writer.close()
    try:
        async with aiomqtt.Client(**broker.options(one), identifier=f"{one.mqtt_client_id}-ahead"):
            pass
    except aiomqtt.MqttError as exc:
        if broker.refuses(exc):
            raise BrokerMissingError(
                f"The MQTT broker at {broker.address(one)} does not let us in: {exc}.", broker.MEND
            ) from exc
        log.info("the broker is not there yet", why=str(exc))
