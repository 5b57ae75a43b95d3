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
from typing import Any

import aiomqtt
import structlog
from paho.mqtt.client import MQTT_CLEAN_START_FIRST_ONLY, ConnectFlags, MQTTMessage
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from emscher.settings import Settings
from ingest import publish_packets
from ingest.message import Message
from ingest.publish_packets import ReadAhead

log = structlog.stdlib.get_logger()

SESSION_EXPIRY_S = 30 * 86_400
"""How long the broker is asked to keep our messages while we are away [s]."""
ENOUGH = 500
"""While a batch is being written, so many messages are worth the trouble of being decoded ahead."""


class Client(aiomqtt.Client):
    """A client that hands out what has arrived and acknowledges only on demand.

    Parameters
    ----------
    settings : Settings
        Where the broker is, and how much may be un-acknowledged.
    """

    def __init__(self, settings: Settings) -> None:
        self._is_5 = is_5 = settings.mqtt_protocol == "5"
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
        self._arrived: deque[Message] = deque()
        self._something: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._enough = 1
        self.session_present = False

    async def listen(self) -> None:
        """Subscribe to all readings."""
        await self.subscribe(self._filter, qos=1)

    async def batch(self, limit_bytes: int, writing: asyncio.Future[None] | None = None) -> list[Message]:
        """Wait for messages and give what has arrived, in their order.

        Parameters
        ----------
        limit_bytes : int
            About as much payload is given at most; 0 waits for the writing alone [bytes].
        writing : future, optional
            The writing of the last batch. Until it ends nothing is given but at least :data:`ENOUGH` messages, so that
            few of them cost little; when it ends, what there is, which may be nothing.

        Raises
        ------
        aiomqtt.MqttError
            The connection is lost; what was handed out and not acknowledged will come again.
        """
        self._enough = 1 if writing is None else ENOUGH if limit_bytes > 0 else sys.maxsize
        if len(self._arrived) < self._enough:
            self._something = asyncio.get_running_loop().create_future()
            awaited = [self._something, self._disconnected, *([] if writing is None else [writing])]
            await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
        if self._disconnected.done():
            raise aiomqtt.MqttError("connection lost") from self._disconnected.exception()
        taken, size = [], 0
        while self._arrived and size < limit_bytes:
            message = self._arrived.popleft()
            size += len(message.payload)
            taken.append(message)
        return taken

    def acknowledge(self, messages: Sequence[Message]) -> None:
        """Tell the broker that messages are safe, in the order they came."""
        publish_packets.acknowledge(self._client, [message.mid for message in messages if message.qos])

    def _arrive(self, message: Message) -> None:
        self._arrived.append(message)
        if len(self._arrived) >= self._enough and not self._something.done():
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


def _session(settings: Settings) -> Properties:
    """Ask an MQTT 5 broker to keep our session, and to send no more than we may leave un-acknowledged."""
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call] # paho annotates it in part
    properties.SessionExpiryInterval = SESSION_EXPIRY_S
    properties.ReceiveMaximum = settings.ingest_receive_maximum
    return properties
