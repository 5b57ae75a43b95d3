"""One connection to the broker, with acknowledgements that cost little."""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import Callable

import aiomqtt
import structlog
from paho.mqtt.client import MQTT_ERR_SUCCESS, Client, ConnectFlags
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from emscher import broker
from emscher.settings import Settings

log: structlog.stdlib.BoundLogger = structlog.get_logger()


class Connection(aiomqtt.Client):
    """One connection, whose acknowledgements go to a callback instead of waking one task each."""

    def __init__(self, settings: Settings, in_flight: int, acknowledged: Callable[[int, ReasonCode], None]) -> None:
        self._acknowledged = acknowledged
        self.receive_maximum = in_flight
        super().__init__(
            **broker.options(settings),
            identifier=f"emscher-simulators-{secrets.token_hex(6)}",
            # 0: paho does not count. We do, and its own search for waiting messages is linear in their number.
            max_inflight_messages=0,
            # Without it a small window of messages under way waits 40 ms for each delayed TCP acknowledgement.
            socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
        )
        # What goes wrong is told by the publisher.
        self._client.disable_logger()

    def send(self, topic: str, payload: bytes) -> int:
        """Hand a message to the socket and give its identifier.

        Raises
        ------
        MqttError
            The connection is gone.
        """
        info = self._client.publish(topic, payload, 1)
        if info.rc != MQTT_ERR_SUCCESS:
            raise aiomqtt.MqttError(f"publish failed with code {info.rc}")
        return info.mid

    @property
    def lost(self) -> asyncio.Future[None]:
        """Done when the connection is."""
        return self._disconnected

    def _on_connect(
        self,
        client: Client,
        userdata: object,
        flags: ConnectFlags,
        reason_code: ReasonCode,
        properties: Properties | None = None,
    ) -> None:
        # A broker cuts the connection of a client that has more under way than it allows.
        self.receive_maximum = getattr(properties, "ReceiveMaximum", self.receive_maximum)
        super()._on_connect(client, userdata, flags, reason_code, properties)

    def _on_socket_register_write(self, client: Client, userdata: object, sock: socket.socket) -> None:
        def write() -> None:
            try:
                client.loop_write()
            except OSError as exc:
                if not self._disconnected.done():
                    self._disconnected.set_exception(exc)

        def register() -> None:
            # paho may have closed the socket since; its number may by now belong to another one.
            if sock.fileno() >= 0:
                self._loop.add_writer(sock.fileno(), write)

        del userdata
        self._loop.call_soon_threadsafe(register)

    def _on_publish(
        self, client: Client, userdata: object, mid: int, reason_code: ReasonCode, properties: Properties
    ) -> None:
        del client, userdata, properties
        self._acknowledged(mid, reason_code)


async def close(connection: Connection) -> None:
    """Leave a connection, whatever state it is in."""
    lost = connection.lost
    if lost.done():
        # Look at its error, or the event loop complains that nobody did.
        lost.exception()
    try:
        await connection.__aexit__(None, None, None)
    except aiomqtt.MqttError:
        log.debug("The connection was already gone")
