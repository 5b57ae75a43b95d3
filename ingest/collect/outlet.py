"""Where collected readings leave: published at QoS 1, and sent again until the broker has them."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable

import aiomqtt
import structlog

from emscher import broker
from emscher.settings import Settings
from ingest.collect.collected import STREAM

log: structlog.stdlib.BoundLogger = structlog.get_logger()

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0

Sleep = Callable[[float], Awaitable[None]]


class Outlet:
    """Publishes readings, one connection at a time.

    Parameters
    ----------
    settings : Settings
        Address, user, protocol and topic prefix.
    sleep : callable, optional
        Waits the pause before a new attempt [s].
    stream : str, optional
        What the readings are of.

    Raises
    ------
    SettingError
        The broker may not be spoken to so.
    """

    def __init__(self, settings: Settings, sleep: Sleep = asyncio.sleep, stream: str = STREAM) -> None:
        broker.check(settings)
        self._settings = settings
        self._sleep = sleep
        self._stream = stream

    async def publish(self, payloads: list[tuple[str, bytes]]) -> None:
        """Send readings by sensor key; returns when the broker has acknowledged all of them."""
        left = list(payloads)
        pause_s = FIRST_PAUSE_S
        while left:
            try:
                async with aiomqtt.Client(
                    **broker.options(self._settings), identifier=f"emscher-collect-{secrets.token_hex(6)}"
                ) as client:
                    while left:
                        key, payload = left[0]
                        await client.publish(f"{self._settings.mqtt_topic_prefix}/{self._stream}/{key}", payload, qos=1)
                        del left[0]
            except aiomqtt.MqttError as exc:
                log.warning("the broker does not answer, readings are kept", readings=len(left), why=str(exc))
                await self._sleep(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
