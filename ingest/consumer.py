"""The consumer: takes messages off MQTT and acknowledges them when it is told to.

aiomqtt acknowledges a message before anybody has seen it and drops messages when its queue is full. The client here
does neither: acknowledging is left to us (paho's ``manual_ack``), and what is un-acknowledged is bounded by the
receive maximum, so that a slow store makes the broker keep messages instead of us dropping them.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import aiomqtt
import structlog
from paho.mqtt.client import MQTT_CLEAN_START_FIRST_ONLY, ConnectFlags, MQTTMessage
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from emscher.settings import Settings

log = structlog.stdlib.get_logger()

SESSION_EXPIRY_S = 30 * 86_400
"""How long the broker is asked to keep our messages while we are away [s]."""
READ_AHEAD_BYTES = 65_536
BATCH_LIMIT_BYTES = 8 * 2**20
"""Most payload handed out at once, so that a batch of large arrays stays small in memory [bytes]."""


@dataclass(frozen=True, slots=True)
class Message:
    """Bytes on a topic, as they came."""

    topic: bytes
    payload: bytes
    mid: int
    qos: int


class ReadAhead:
    """A socket that reads ahead of paho, which asks for a packet's first bytes one by one.

    paho and aiomqtt go on reading while :meth:`pending` says that something is there, as they do for TLS.

    Parameters
    ----------
    sock : socket
        Connected and not blocking.
    """

    def __init__(self, sock: Any) -> None:  # noqa: ANN401 - plain or TLS
        self._sock = sock
        self._data = b""
        self._position = 0

    def recv(self, size: int) -> bytes:
        """Give up to that many bytes, from the socket only when nothing is left of what was read ahead."""
        if self._position == len(self._data):
            self._data, self._position = self._sock.recv(READ_AHEAD_BYTES), 0
        start = self._position
        self._position = min(start + size, len(self._data))
        return self._data[start : self._position]

    def pending(self) -> int:
        """Number of bytes that can be had without waiting."""
        below = self._sock.pending() if hasattr(self._sock, "pending") else 0
        return len(self._data) - self._position + int(below)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the socket has
        return getattr(self._sock, name)


class Client(aiomqtt.Client):
    """A client that hands out what has arrived and acknowledges only on demand.

    Parameters
    ----------
    settings : Settings
        Where the broker is, and how much may be un-acknowledged.
    """

    def __init__(self, settings: Settings) -> None:
        is_5 = settings.mqtt_protocol == "5"
        password = settings.mqtt_password
        super().__init__(
            settings.mqtt_host,
            settings.mqtt_port,
            identifier=settings.mqtt_client_id,
            username=settings.mqtt_username,
            password=None if password is None else password.get_secret_value(),
            protocol=aiomqtt.ProtocolVersion.V5 if is_5 else aiomqtt.ProtocolVersion.V311,
            clean_session=None if is_5 else False,
            clean_start=False if is_5 else MQTT_CLEAN_START_FIRST_ONLY,
            properties=_session(settings) if is_5 else None,
        )
        self._filter = f"{settings.mqtt_topic_prefix}/#"
        self._client.manual_ack_set(True)
        # What goes wrong is told by the worker; paho would call a connection that is gone an error.
        self._client.disable_logger()
        self._arrived: deque[Message] = deque()
        self._something = asyncio.Event()
        self.session_present = False

    async def listen(self) -> None:
        """Subscribe to all readings."""
        await self.subscribe(self._filter, qos=1)

    async def batch(self) -> list[Message]:
        """Wait for a message and give all that have arrived, in their order, up to :data:`BATCH_LIMIT_BYTES`.

        Raises
        ------
        aiomqtt.MqttError
            The connection is lost; what was handed out and not acknowledged will come again.
        """
        waiting = asyncio.ensure_future(self._something.wait())
        try:
            await asyncio.wait((waiting, self._disconnected), return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
        if self._disconnected.done():
            raise aiomqtt.MqttError("connection lost") from self._disconnected.exception()
        taken, size = [], 0
        while self._arrived and size < BATCH_LIMIT_BYTES:
            message = self._arrived.popleft()
            size += len(message.payload)
            taken.append(message)
        if not self._arrived:
            self._something.clear()
        return taken

    def acknowledge(self, messages: Sequence[Message]) -> None:
        """Tell the broker that messages are safe, in the order they came."""
        for message in messages:
            if message.qos:
                self._client.ack(message.mid, message.qos)

    def _on_message(self, client: Any, userdata: Any, message: MQTTMessage) -> None:  # noqa: ANN401 - paho's signature
        del client, userdata
        # The bytes of the topic: a topic that is no UTF-8 is a rejection like any other, not an exception in here.
        self._arrived.append(Message(message._topic, bytes(message.payload), message.mid, message.qos))  # noqa: SLF001
        self._something.set()

    def _on_socket_open(self, client: Any, userdata: Any, sock: Any) -> None:  # noqa: ANN401 - paho's signature
        client._sock = ReadAhead(sock)  # noqa: SLF001 - paho has no other way to be given a socket
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
