"""Publish at QoS 1 with many messages under way, and send again what a lost connection left unacknowledged."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

import aiomqtt
import structlog
from paho.mqtt.reasoncodes import ReasonCode

from emscher import broker
from emscher.errors import BrokerMissingError, SettingError
from emscher.settings import Settings
from simulators.connection import Connection, close

log: structlog.stdlib.BoundLogger = structlog.get_logger()

IN_FLIGHT = 512
SMALL_WINDOW = 64
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 10.0
FIRST_FAILURE_CODE = 128

Sleep = Callable[[float], Awaitable[None]]


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
        self._connection: Connection | None = None
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
        SettingError
            The connection would be anonymous or show a password (:func:`emscher.broker.check`).
        """
        broker.check(self._settings)
        try:
            await self._connect()
        except aiomqtt.MqttError as exc:
            raise BrokerMissingError(
                f"The MQTT broker at {broker.address(self._settings)} does not let us in ({exc}).",
                "Start it, or mend EMSCHER_MQTT_HOST, _PORT, _USERNAME and _PASSWORD.",
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
                await close(self._connection)
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

    @property
    def under_way(self) -> int:
        """Messages that are sent and not acknowledged [1]."""
        return len(self._unacknowledged)

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
        connection = Connection(self._settings, self._in_flight, self._on_acknowledged)
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
                await close(broken)
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
