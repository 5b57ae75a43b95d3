"""Publish at QoS 1 with many messages under way, and send again what a lost connection left unacknowledged."""

from __future__ import annotations

import asyncio
import os
import socket
from collections import deque
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Self

import aiomqtt
import structlog
from paho.mqtt.client import MQTT_ERR_SUCCESS, Client
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from emscher.errors import BrokerMissingError, SettingError
from emscher.settings import Settings

log: structlog.stdlib.BoundLogger = structlog.get_logger()

PROTOCOLS = {"5": aiomqtt.ProtocolVersion.V5, "3.1.1": aiomqtt.ProtocolVersion.V311}
IN_FLIGHT = 512
SMALL_WINDOW = 64
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 10.0
FIRST_FAILURE_CODE = 128

Sleep = Callable[[float], Awaitable[None]]


class _Connection(aiomqtt.Client):
    """One connection, whose acknowledgements go to a callback instead of waking one task each."""

    def __init__(self, settings: Settings, in_flight: int, acknowledged: Callable[[int, ReasonCode], None]) -> None:
        password = settings.mqtt_password
        self._acknowledged = acknowledged
        self.receive_maximum = in_flight
        super().__init__(
            settings.mqtt_host,
            settings.mqtt_port,
            username=settings.mqtt_username,
            password=password.get_secret_value() if password else None,
            identifier=f"emscher-simulators-{os.getpid()}",
            protocol=PROTOCOLS[settings.mqtt_protocol],
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

    def _on_connect(  # noqa: PLR0913, PLR0917 - paho's signature
        self, client: Client, userdata: Any, flags: Any, reason_code: ReasonCode, properties: Properties | None = None
    ) -> None:
        # A broker cuts the connection of a client that has more under way than it allows.
        self.receive_maximum = getattr(properties, "ReceiveMaximum", self.receive_maximum)
        super()._on_connect(client, userdata, flags, reason_code, properties)

    def _on_socket_register_write(self, client: Client, userdata: Any, sock: Any) -> None:
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

    def _on_publish(  # noqa: PLR0913, PLR0917 - paho's signature
        self, client: Client, userdata: Any, mid: int, reason_code: ReasonCode, properties: Properties
    ) -> None:
        del client, userdata, properties
        self._acknowledged(mid, reason_code)


class Publisher:
    """Publishes readings; used as an asynchronous context.

    :meth:`publish` returns as soon as the message is under way and waits only while too many are, or while there is
    no connection. Leaving the context without an error waits for every acknowledgement.

    Parameters
    ----------
    settings : Settings
        Address, user, protocol and topic prefix.
    in_flight : int, optional
        Most messages without acknowledgement [1].
    sleep : callable, optional
        Waits the pause before a new attempt to connect [s].
    """

    def __init__(self, settings: Settings, *, in_flight: int = IN_FLIGHT, sleep: Sleep = asyncio.sleep) -> None:
        self._settings = settings
        self._in_flight = in_flight
        self._sleep = sleep
        self._limit = 0
        self._unacknowledged: dict[int, tuple[str, bytes]] = {}
        self._again: deque[tuple[str, bytes]] = deque()
        self._connection: _Connection | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._refused: ReasonCode | None = None
        self.acknowledged_count = 0

    async def __aenter__(self) -> Self:
        """Connect.

        Raises
        ------
        BrokerMissingError
            The broker does not answer, or refuses the connection.
        """
        try:
            await self._connect()
        except aiomqtt.MqttError as exc:
            address = f"{self._settings.mqtt_host}:{self._settings.mqtt_port}"
            raise BrokerMissingError(
                f"The MQTT broker at {address} does not let us in ({exc}).",
                "Start it, or set EMSCHER_MQTT_HOST, EMSCHER_MQTT_PORT, EMSCHER_MQTT_USERNAME and EMSCHER_MQTT_PASSWORD.",
            ) from exc
        self._keeper = asyncio.create_task(self._keep_connected())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for what is under way, unless an error ends us, and disconnect."""
        try:
            if kind is None:
                await self.drain()
        finally:
            if self._keeper is not None:
                self._keeper.cancel()
                await asyncio.gather(self._keeper, return_exceptions=True)
            if self._connection is not None:
                await _close(self._connection)
                self._connection = None

    async def publish(self, stream: str, key: str, payload: bytes) -> None:
        """Send one message.

        Parameters
        ----------
        stream, key : str
            Stream and sensor, which make the topic.
        payload : bytes
            One reading or an array of readings, JSON.

        Raises
        ------
        SettingError
            The broker refuses what we publish.
        """
        topic = f"{self._settings.mqtt_topic_prefix}/{stream}/{key}"
        while self._again or self._connection is None or len(self._unacknowledged) >= self._limit:
            await self._wait(self._has_room)
        self._send(topic, payload)

    async def drain(self) -> None:
        """Wait until every message is acknowledged."""
        while self._again or self._unacknowledged:
            await self._wait(self._is_drained)

    def _has_room(self) -> bool:
        # Waking for every single acknowledgement costs more than the message: wait for half of the room. A small window
        # is kept full instead, because what we send carries the TCP acknowledgement that the broker waits for.
        room = self._limit // 2 if self._limit > SMALL_WINDOW else 1
        return self._connection is not None and not self._again and len(self._unacknowledged) <= self._limit - room

    def _is_drained(self) -> bool:
        return not self._again and not self._unacknowledged

    async def _wait(self, ready: Callable[[], bool]) -> None:
        """Wait until something changes; the acknowledging side checks nothing but a flag."""
        while not ready():
            self._check_refusal()
            self._changed.clear()
            await self._changed.wait()
        self._check_refusal()

    def _check_refusal(self) -> None:
        if self._refused is not None:
            raise SettingError(
                f"The broker refuses our messages: {self._refused}.", "Give the user write access to the topic prefix."
            )

    def _send(self, topic: str, payload: bytes) -> None:
        """Send on the connection there is; if it breaks in this moment, the message waits for the next one."""
        if self._connection is not None:
            try:
                mid = self._connection.send(topic, payload)
            except (aiomqtt.MqttError, OSError):
                self._again.append((topic, payload))
            else:
                self._unacknowledged[mid] = (topic, payload)

    def _on_acknowledged(self, mid: int, reason: ReasonCode) -> None:
        if reason.value >= FIRST_FAILURE_CODE:
            self._refused = reason
        if self._unacknowledged.pop(mid, None) is not None:
            self.acknowledged_count += 1
        self._changed.set()
        self._send_again()

    def _send_again(self) -> None:
        """Send what a lost connection left, as far as the limit allows."""
        while self._again and self._connection is not None and len(self._unacknowledged) < self._limit:
            before = len(self._again)
            topic, payload = self._again.popleft()
            self._send(topic, payload)
            if len(self._again) == before:
                # It went back to the end of the line: the connection is gone, its order is restored on reconnecting.
                self._again.rotate(1)
                return

    async def _connect(self) -> None:
        connection = _Connection(self._settings, self._in_flight, self._on_acknowledged)
        await connection.__aenter__()
        self._limit = min(self._in_flight, connection.receive_maximum)
        self._connection = connection

    async def _keep_connected(self) -> None:
        """Wait for the connection's end, connect anew with growing pauses, and send again what is open."""
        pause_s = FIRST_PAUSE_S
        while True:
            if self._connection is not None:
                await asyncio.wait([self._connection.lost])
                broken, self._connection = self._connection, None
                self._again.extendleft(reversed(self._unacknowledged.values()))
                self._unacknowledged.clear()
                log.warning("The broker is gone; connecting again", unacknowledged=len(self._again))
                await _close(broken)
            try:
                await self._connect()
            except aiomqtt.MqttError as exc:
                log.debug("The broker does not answer yet", error=str(exc), pause_s=pause_s)
                await self._sleep(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
                continue
            pause_s = FIRST_PAUSE_S
            log.info("The broker is back", unacknowledged=len(self._again))
            self._send_again()
            self._changed.set()


async def _close(connection: _Connection) -> None:
    """Leave a connection, whatever state it is in."""
    lost = connection.lost
    if lost.done():
        # Look at its error, or the event loop complains that nobody did.
        lost.exception()
    try:
        await connection.__aexit__(None, None, None)
    except aiomqtt.MqttError:
        log.debug("The connection was already gone")
