"""The ingest worker: take what has arrived, write it in one transaction, then acknowledge it.

The next batch is whatever arrived while the last one was committing: large when busy, one message when idle, nothing to
tune. It is decoded and laid out as rows while the database works on the last one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial

import aiomqtt
import psycopg
import structlog

from emscher import broker
from emscher.errors import BrokerMissingError, DatabaseMissingError
from emscher.patience import Patience
from emscher.readiness import Readiness
from emscher.rejection import Reason, RejectedError
from emscher.settings import Settings
from emscher.store.opening import open_patiently
from emscher.stream import SECOND_US
from ingest import metrics, session
from ingest.batch import UNKNOWN, Batch, Decoder, Rejected
from ingest.consumer import Client, end
from ingest.message import Message
from ingest.writer import Writer

log = structlog.stdlib.get_logger()

BATCH_LIMIT_BYTES = 2 * 2**20
"""About as much payload is written at once, so that batches of large arrays stay small in memory [bytes]."""

CANCEL_AGAIN_S = 1.0

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
    readiness : Readiness
        Is told whether broker and database are there.
    sleep : callable
        Pause between tries [s].
    """

    def __init__(
        self,
        settings: Settings,
        writer: Writer,
        clock: Callable[[], datetime],
        readiness: Readiness | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._settings = settings
        self._decoder = Decoder(settings, writer.sources)
        self._writer = writer
        self._clock = clock
        self._sleep = sleep
        self._readiness = readiness or Readiness("broker", "database")
        self.listening = asyncio.Event()

    async def run(self) -> None:
        """Work until cancelled; a broker and a database that are away are waited for, from the start on.

        Raises
        ------
        BrokerMissingError
            The broker refuses us the first time: waiting would not help.
        DatabaseRefusedError
            The database does.
        MigrationError
            The schema is not the one this version writes.
        """
        await open_patiently(self._writer.open, self._readiness, self._sleep)
        connected_before = False
        patience = Patience(self._sleep)
        while True:
            try:
                async with Client(self._settings) as client:
                    if connected_before and not client.session_present:
                        log.error("the broker forgot our session, messages it held for us are lost")
                    await self._listen(client)
                    connected_before = True
                    patience.reset()
                    await self._consume(client)
            except aiomqtt.MqttError as exc:
                self._readiness.lacks("broker", str(exc))
                if not connected_before and broker.refuses(exc):
                    raise BrokerMissingError(
                        f"The MQTT broker at {broker.address(self._settings)} does not let us in: {exc}.",
                        broker.MEND,
                    ) from exc
                await patience.pause(partial(self._say_away, str(exc), known=connected_before))

    async def drain(self) -> int | None:
        """Take what our session still holds, without subscribing to anything, and end it.

        Returns
        -------
        int or None
            How many messages there were; None where the broker knows no such session.

        Raises
        ------
        aiomqtt.MqttError
            The broker is away; what is not acknowledged stays in the session.
        """
        taken = None
        async with Client(self._settings) as client:
            before = await session.known_filter(self._settings)
            if client.session_present:
                taken = 0
                while messages := await client.rest(before, BATCH_LIMIT_BYTES):
                    await self._refresh()
                    await self._write(messages, self._decode(messages, Batch()))
                    client.acknowledge(messages)
                    taken += len(messages)
        await end(self._settings)
        await session.forget(self._settings, self._settings.mqtt_client_id)
        return taken

    async def _listen(self, client: Client) -> None:
        try:
            subscribed = await client.listen(await session.known_filter(self._settings))
            await session.note(self._settings, subscribed, self._clock())
        except (psycopg.Error, DatabaseMissingError) as exc:
            # Without the book a filter of an earlier start may stay, which costs duplicates until the next connection.
            log.warning("the book of sessions cannot be reached", why=" ".join(str(exc).split()))
            subscribed = await client.listen(None)
        self.listening.set()
        self._readiness.has("broker")
        where = {"host": self._settings.mqtt_host, "port": self._settings.mqtt_port}
        log.info("listening", **where, filter=subscribed, session=self._settings.mqtt_client_id)

    def _say_away(self, why: str, *, known: bool) -> None:
        where = broker.address(self._settings)
        if known:
            log.warning("the broker went away, un-acknowledged messages will come again", broker=where, why=why)
        else:
            log.warning("the broker does not answer yet, trying again", broker=where, why=why)

    async def _consume(self, client: Client) -> None:
        """Write one batch after the other; what arrives while one is written is decoded meanwhile and is the next."""
        messages, batch, size_bytes = [], Batch(), 0
        writing: asyncio.Future[None] | None = None
        try:
            while True:
                # What the database waits for comes first, decoding ahead is for while we wait for the database.
                await self._writer.idle.wait()
                arrived = await client.batch(BATCH_LIMIT_BYTES - size_bytes, writing)
                if writing is None:
                    await self._refresh()
                self._decode(arrived, batch)
                self._writer.lay(batch)
                messages += arrived
                size_bytes += sum(len(one.payload) for one in arrived)
                if writing is not None and writing.done():
                    writing.result()
                    writing = None
                if writing is None and messages:
                    writing = asyncio.ensure_future(self._store(client, messages, batch))
                    await asyncio.sleep(0)
                    messages, batch, size_bytes = [], Batch(), 0
        finally:
            # More than once, because psycopg may put a broken connection in place of the cancellation.
            while writing is not None and not writing.done():
                writing.cancel()
                await asyncio.wait((writing,), timeout=CANCEL_AGAIN_S)

    async def _store(self, client: Client, messages: list[Message], batch: Batch) -> None:
        await self._write(messages, batch)
        client.acknowledge(messages)

    async def _refresh(self) -> None:
        """Bring what foreign messages are decoded by up to date; a database that is away is the writing's matter."""
        try:
            await self._writer.refresh()
        except (psycopg.Error, DatabaseMissingError):
            await self._writer.close()

    def _decode(self, messages: list[Message], batch: Batch) -> Batch:
        return self._decoder.decode(messages, round(self._clock().timestamp() * SECOND_US), batch)

    async def _write(self, messages: list[Message], batch: Batch) -> None:
        """Write a batch for certain: wait out a database that is away, single out a message it chokes on."""
        patience = Patience(self._sleep)
        while True:
            try:
                await self._writer.refresh()
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
                why = " ".join(str(exc).split())
                self._readiness.lacks("database", why)
                await self._writer.close()
                await patience.pause(partial(log.warning, "the store does not take the batch, trying again", why=why))
            else:
                self._readiness.has("database")
                metrics.record(len(messages), books)
                return

    async def _reject(self, message: Message, why: Exception) -> None:
        """Reject a message whose values the database refuses although they passed every check."""
        log.error("the store refuses a message that passed all checks", kind=type(why).__name__)
        checked = self._decode([message], Batch()).checked
        stream = next(iter(checked), UNKNOWN)
        error = RejectedError(Reason.INCONSISTENT, f"the store refuses it: {type(why).__name__}")
        books = await self._writer.write(
            Batch(rejected=[Rejected(stream, None, error, message.payload, message.topic)])
        )
        metrics.record(1, books)


def utc_now() -> datetime:
    """Give the time of day."""
    return datetime.now(UTC)
