"""The ingest worker: take what has arrived, write it in one transaction, then acknowledge it.

The next batch is whatever arrived while the last one was committing: large when busy, one message when idle, nothing to
tune.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import aiomqtt
import psycopg
import structlog

from emscher.errors import BrokerMissingError, DatabaseMissingError
from emscher.rejection import Reason, RejectedError
from emscher.settings import Settings
from emscher.stream import SECOND_US
from ingest import metrics
from ingest.batch import UNKNOWN, Batch, Decoder, Rejected
from ingest.consumer import Client, Message
from ingest.writer import Writer

log = structlog.stdlib.get_logger()

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 10.0

_POISON = (psycopg.DataError, psycopg.IntegrityError)
"""What the database says of a value; anything else is the database's trouble, not the message's."""


class Worker:
    """Moves messages from the broker to the store.

    Parameters
    ----------
    settings : Settings
        Where both are.
    writer : Writer
        Open connection to the store.
    clock : callable
        The time of day, with zone.
    sleep : callable
        Pause between tries [s].
    """

    def __init__(
        self,
        settings: Settings,
        writer: Writer,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._settings = settings
        self._decoder = Decoder(settings, writer.sources)
        self._writer = writer
        self._clock = clock
        self._sleep = sleep
        self.listening = asyncio.Event()

    async def run(self) -> None:
        """Work until cancelled; a broker that goes away is waited for.

        Raises
        ------
        BrokerMissingError
            The broker does not answer the first time.
        """
        connected_before = False
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                async with Client(self._settings) as client:
                    if connected_before and not client.session_present:
                        log.error("the broker forgot our session, messages it held for us are lost")
                    connected_before, pause_s = True, FIRST_PAUSE_S
                    await client.listen()
                    self.listening.set()
                    log.info("listening", host=self._settings.mqtt_host, port=self._settings.mqtt_port)
                    await self._consume(client)
            except aiomqtt.MqttError as exc:
                if not connected_before:
                    raise BrokerMissingError(
                        f"No MQTT broker answers at {self._settings.mqtt_host}:{self._settings.mqtt_port}: {exc}.",
                        "Start it, or set EMSCHER_MQTT_HOST and EMSCHER_MQTT_PORT.",
                    ) from exc
                log.warning(
                    "the broker went away, un-acknowledged messages will come again", pause_s=pause_s, why=str(exc)
                )
                await self._sleep(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    async def _consume(self, client: Client) -> None:
        while True:
            messages = await client.batch()
            await self._write(messages)
            client.acknowledge(messages)

    async def _write(self, messages: list[Message]) -> None:
        """Write messages for certain: wait out a database that is away, single out a message it chokes on."""
        pause_s = FIRST_PAUSE_S
        while True:
            now_us = round(self._clock().timestamp() * SECOND_US)
            try:
                await self._writer.refresh()
                batch = self._decoder.decode(messages, now_us)
                books = await self._writer.write(batch)
            except _POISON as exc:
                if len(messages) == 1:
                    await self._reject(messages[0], exc)
                    return
                half = len(messages) // 2
                await self._write(messages[:half])
                await self._write(messages[half:])
                return
            except (psycopg.Error, DatabaseMissingError) as exc:
                log.warning("the store does not take the batch, trying again", pause_s=pause_s, why=str(exc))
                await self._writer.close()
                await self._sleep(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
            else:
                metrics.record(len(messages), books)
                return

    async def _reject(self, message: Message, why: Exception) -> None:
        """Reject a message whose values the database refuses although they passed every check."""
        log.error("the store refuses a message that passed all checks", kind=type(why).__name__)
        checked = self._decoder.decode([message], round(self._clock().timestamp() * SECOND_US)).checked
        stream = next(iter(checked), UNKNOWN)
        error = RejectedError(Reason.INCONSISTENT, f"the store refuses it: {type(why).__name__}")
        books = await self._writer.write(Batch(rejected=[Rejected(stream, None, error, message.payload)]))
        metrics.record(1, books)


def utc_now() -> datetime:
    """Give the time of day."""
    return datetime.now(UTC)
