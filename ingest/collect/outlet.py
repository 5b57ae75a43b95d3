"""Where collected readings leave: published at QoS 1, and sent again until the broker has them."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable

import aiomqtt
import structlog

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
    """

    def __init__(self, settings: Settings, sleep: Sleep = asyncio.sleep) -> None:
        self._settings = settings
        self._sleep = sleep

    async def publish(self, payloads: list[tuple[str, bytes]]) -> None:
        """Send readings by sensor key; returns when the broker has acknowledged all of them."""
        left = list(payloads)
        pause_s = FIRST_PAUSE_S
        while left:
            try:
                async with _client(self._settings) as client:
                    while left:
                        key, payload = left[0]
                        await client.publish(f"{self._settings.mqtt_topic_prefix}/{STREAM}/{key}", payload, qos=1)
                        del left[0]
            except aiomqtt.MqttError as exc:
                log.warning("the broker does not answer, readings are kept", readings=len(left), why=str(exc))
                await self._sleep(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)


def _client(settings: Settings) -> aiomqtt.Client:
    password = settings.mqtt_password
    is_5 = settings.mqtt_protocol == "5"
    return aiomqtt.Client(
        settings.mqtt_host,
        settings.mqtt_port,
        username=settings.mqtt_username,
        password=password.get_secret_value() if password else None,
        identifier=f"emscher-collect-{secrets.token_hex(6)}",
        protocol=aiomqtt.ProtocolVersion.V5 if is_5 else aiomqtt.ProtocolVersion.V311,
    )
