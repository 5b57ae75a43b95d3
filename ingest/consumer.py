"""The consumer: takes messages off MQTT and acknowledges them when it is told to.

aiomqtt acknowledges a message before anybody has seen it and drops messages when its queue is full. The client here
does neither: acknowledging is left to us (paho's ``manual_ack``), and what is un-acknowledged is bounded by the
receive maximum, so that a slow store makes the broker keep messages instead of us dropping them.
"""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from collections.abc import Sequence
from types import TracebackType
from typing import Any

import aiomqtt
import structlog
from paho.mqtt.client import MQTT_CLEAN_START_FIRST_ONLY, ConnectFlags, MQTTMessage
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from emscher import broker
from emscher.settings import Settings
from ingest import publish_packets, subscription
from ingest.message import Message
from ingest.publish_packets import ReadAhead

log = structlog.stdlib.get_logger()

SESSION_EXPIRY_S = 30 * 86_400
"""How long the broker is asked to keep our messages while we are away [s]."""
PIECE_BYTES = 2**16
"""While a batch is being written, about so much is decoded ahead at a time: some 500 readings, so that one is cheap,
and 2 ms, for which the writing waits [bytes]."""
QUIET_S = 5.0
"""An abandoned session from which nothing has come for so long is empty [s]."""
FIRST_FAILURE_CODE = 128


class Client(aiomqtt.Client):
    """A client that hands out what has arrived and acknowledges only on demand.

    Parameters
    ----------
    settings : Settings
        Where the broker is, and how much may be un-acknowledged.
    """

    def __init__(self, settings: Settings) -> None:
        self._is_5 = is_5 = settings.mqtt_protocol == "5"
        super().__init__(
            **broker.options(settings),
            identifier=settings.mqtt_client_id,
            clean_session=None if is_5 else False,
            clean_start=False if is_5 else MQTT_CLEAN_START_FIRST_ONLY,
            properties=_session(settings) if is_5 else None,
        )
        self._settings = settings
        self._client.manual_ack_set(True)
        # What goes wrong is told by the worker; paho would call a connection that is gone an error.
        self._client.disable_logger()
        self._arrived: deque[Message] = deque()
        self._something: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting_bytes = 0
        self._enough_bytes = 1
        self.session_present = False

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Disconnect; who was told to stop meanwhile stops, even if the connection is lost."""
        try:
            await super().__aexit__(kind, exc, trace)
        except aiomqtt.MqttError:
            # aiomqtt would put the loss in place of the cancellation, and the worker would go on for ever.
            if not isinstance(exc, asyncio.CancelledError):
                raise

    async def listen(self, before: str | None) -> str:
        """Subscribe to our readings, and give up what the session was subscribed to before.

        Parameters
        ----------
        before : str or None
            Filter the session was last subscribed to, where that is known.

        Returns
        -------
        str
            The filter.

        Raises
        ------
        aiomqtt.MqttCodeError
            The broker refuses the subscription.
        """
        wanted = subscription.wanted(self._settings)
        granted: Any = await self.subscribe(wanted, qos=1)
        for code in granted:
            if code.value >= FIRST_FAILURE_CODE:
                raise aiomqtt.MqttCodeError(code)
        # Only now, so that there is no moment without a subscription.
        if self.session_present and (stale := subscription.stale(self._settings, before)):
            await self.unsubscribe(stale)
        return wanted

    async def rest(self, before: str | None, limit_bytes: int) -> list[Message]:
        """Give what an abandoned session still holds; nothing once it is empty.

        MQTT has no question for that. The broker sends what it holds as far as we acknowledge; a session is taken for
        empty when nothing has come for :data:`QUIET_S` and the broker then still answers.

        Parameters
        ----------
        before : str or None
            Filter the session was last subscribed to, where that is known.
        limit_bytes : int
            About as much payload is given at most [bytes].
        """
        own = [subscription.alone(self._settings), subscription.shared(self._settings, self._settings.mqtt_client_id)]
        filters = sorted({*own, subscription.wanted(self._settings), before or own[0]})
        # No new ones; and the answer, which comes after what was sent before it, shows that the broker is there.
        await self.unsubscribe(filters)
        try:
            async with asyncio.timeout(QUIET_S):
                return await self.batch(limit_bytes)
        except TimeoutError:
            await self.unsubscribe(filters)
        return await self.batch(limit_bytes) if self._arrived else []

    async def batch(self, limit_bytes: int, writing: asyncio.Future[None] | None = None) -> list[Message]:
        """Wait for messages and give what has arrived, in their order.

        Parameters
        ----------
        limit_bytes : int
            About as much payload is given at most; 0 waits for the writing alone [bytes].
        writing : future, optional
            The writing of the last batch, which goes on in between. Until it ends a piece of :data:`PIECE_BYTES` is
            given; when it ends, what there is, which may be nothing.

        Raises
        ------
        aiomqtt.MqttError
            The connection is lost; what was handed out and not acknowledged will come again.
        """
        self._enough_bytes = 1 if writing is None else PIECE_BYTES if limit_bytes > 0 else sys.maxsize
        if self._waiting_bytes < self._enough_bytes:
            self._something = asyncio.get_running_loop().create_future()
            awaited = [self._something, self._disconnected, *([] if writing is None else [writing])]
            await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
        elif writing is not None:
            # Each statement of the writing needs a turn of the event loop.
            await asyncio.sleep(0)
        if writing is not None and not writing.done():
            limit_bytes = min(limit_bytes, PIECE_BYTES)
        if self._disconnected.done():
            raise aiomqtt.MqttError("connection lost") from self._disconnected.exception()
        taken, size = [], 0
        while self._arrived and size < limit_bytes:
            message = self._arrived.popleft()
            self._waiting_bytes -= len(message.topic) + len(message.payload)
            size += len(message.payload)
            taken.append(message)
        return taken

    def acknowledge(self, messages: Sequence[Message]) -> None:
        """Tell the broker that messages are safe, in the order they came."""
        publish_packets.acknowledge(self._client, [message.mid for message in messages if message.qos])

    def _arrive(self, message: Message) -> None:
        self._arrived.append(message)
        self._waiting_bytes += len(message.topic) + len(message.payload)
        if self._waiting_bytes >= self._enough_bytes and not self._something.done():
            self._something.set_result(None)

    def _on_message(self, client: Any, userdata: Any, message: MQTTMessage) -> None:  # noqa: ANN401 - paho's signature
        del client, userdata
        # What the read-ahead left to paho; the topic's bytes, because a topic that is no UTF-8 is an exception.
        self._arrive(Message(message._topic, bytes(message.payload), message.mid, message.qos))  # noqa: SLF001

    def _on_socket_open(self, client: Any, userdata: Any, sock: Any) -> None:  # noqa: ANN401 - paho's signature
        client._sock = ReadAhead(sock, is_5=self._is_5, arrived=self._arrive)  # noqa: SLF001 - paho has no other way to be given a socket
        super()._on_socket_open(client, userdata, sock)

    def _on_connect(self, client: Any, userdata: Any, flags: ConnectFlags, *rest: Any) -> None:  # noqa: ANN401 - paho's signature
        self.session_present = flags.session_present
        granted_s = getattr(rest[1] if len(rest) > 1 else None, "SessionExpiryInterval", SESSION_EXPIRY_S)
        if granted_s < SESSION_EXPIRY_S:
            log.warning("the broker keeps our messages for less time than we asked for", granted_s=granted_s)
        super()._on_connect(client, userdata, flags, *rest)

    def _on_disconnect(self, *told: Any) -> None:  # noqa: ANN401 - paho's signature
        super()._on_disconnect(*told)
        if self._disconnected.done():
            # Look at it, or the event loop complains that nobody did: the worker learns of it in other ways, too.
            self._disconnected.exception()


def _session(settings: Settings) -> Properties:
    """Ask an MQTT 5 broker to keep our session, and to send no more than we may leave un-acknowledged."""
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call] # paho annotates it in part
    properties.SessionExpiryInterval = SESSION_EXPIRY_S
    properties.ReceiveMaximum = settings.ingest_receive_maximum
    return properties


async def end(settings: Settings) -> None:
    """End our session at the broker, and with it whatever it still held."""
    is_5 = settings.mqtt_protocol == "5"
    async with aiomqtt.Client(
        **broker.options(settings),
        identifier=settings.mqtt_client_id,
        clean_session=None if is_5 else True,
        clean_start=True if is_5 else MQTT_CLEAN_START_FIRST_ONLY,
    ):
        pass
