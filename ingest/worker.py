"""The ingest worker: take what has arrived, write it in one transaction, then acknowledge it.

The next batch is whatever arrived while the last one was committing: large when busy, one message when idle, nothing to
tune. It is decoded while the database works on the last one.
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
from ingest.consumer import Client
from ingest.message import Message
from ingest.writer import Writer

log = structlog.stdlib.get_logger()

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 10.0
BATCH_LIMIT_BYTES = 2 * 2**20
"""About as much payload is written at once, so that batches of large arrays stay small in memory [bytes]."""

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
        self._decoder = Decoder(settings)
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
        """Write one batch after the other; what arrives while one is written is decoded meanwhile and is the next."""
        messages, batch, size_bytes = [], Batch(), 0
        writing: asyncio.Future[None] | None = None
        try:
            while True:
                arrived = await client.batch(BATCH_LIMIT_BYTES - size_bytes, writing)
                self._decode(arrived, batch)
                messages += arrived
                size_bytes += sum(len(one.payload) for one in arrived)
                if writing is not None and writing.done():
                    writing.result()
                    writing = None
                if writing is None and messages:
                    writing = asyncio.ensure_future(self._store(client, messages, batch))
                    messages, batch, size_bytes = [], Batch(), 0
        finally:
            if writing is not None:
                writing.cancel()
                await asyncio.wait((writing,))

    async def _store(self, client: Client, messages: list[Message], batch: Batch) -> None:
        await self._write(messages, batch)
        client.acknowledge(messages)

    def _decode(self, messages: list[Message], batch: Batch) -> Batch:
        return self._decoder.decode(messages, round(self._clock().timestamp() * SECOND_US), batch)

    async def _write(self, messages: list[Message], batch: Batch) -> None:
        """Write a batch for certain: wait out a database that is away, single out a message it chokes on."""
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                books = await self._writer.write(batch)
            except _POISON as exc:
                if len(messages) == 1:
                    await self._reject(messages[0], exc)
                    return
                half = len(messages) // 2
                for part in (messages[:half], messages[half:]):
                    await self._write(part, self._decode(part, Batch()))
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
        checked = self._decode([message], Batch()).checked
        stream = next(iter(checked), UNKNOWN)
        error = RejectedError(Reason.INCONSISTENT, f"the store refuses it: {type(why).__name__}")
        books = await self._writer.write(Batch(rejected=[Rejected(stream, None, error, message.payload)]))
        metrics.record(1, books)


def utc_now() -> datetime:
    """Give the time of day."""
    return datetime.now(UTC)
