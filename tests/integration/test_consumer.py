"""The client at a real broker: being told to stop, whatever becomes of the connection meanwhile."""

from __future__ import annotations

import asyncio

import aiomqtt
import pytest

from emscher.embedded import EmbeddedBroker
from emscher.settings import load
from ingest.consumer import Client


@pytest.mark.parametrize("fault", [aiomqtt.MqttError("Operation timed out"), None], ids=["lost", "well"])
async def test_told_to_stop_stops_although_the_connection_is_lost(
    broker: EmbeddedBroker, fault: aiomqtt.MqttError | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cancellation during which the broker goes away ends as a cancellation, not as a lost connection."""
    inside = asyncio.Event()

    async def lost(*_: object, **__: object) -> None:
        assert fault is not None
        raise fault

    async def work() -> None:
        async with Client(load({"mqtt_port": broker.port, "mqtt_protocol": broker.protocol})) as client:
            if fault is not None:
                # What aiomqtt waits for is the broker's goodbye, which then never comes.
                monkeypatch.setattr(client, "_wait_for", lost)
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.ensure_future(work())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_lost_without_being_told_to_stop_is_said(broker: EmbeddedBroker, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that is lost on the way out of anything else is an error of MQTT."""

    async def lost(*_: object, **__: object) -> None:
        raise aiomqtt.MqttError("Operation timed out")

    with pytest.raises(aiomqtt.MqttError):
        async with Client(load({"mqtt_port": broker.port, "mqtt_protocol": broker.protocol})) as client:
            monkeypatch.setattr(client, "_wait_for", lost)
