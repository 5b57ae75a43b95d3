"""The bare client to compare with: paho alone, which subscribes to a kept backlog and throws every message away."""

from __future__ import annotations

import time

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from bench.load import Load
from bench.messages import single_readings
from bench.platform import PORT


def bare_client(count: int) -> float:
    """Rate at which it receives [1/s]."""
    arrived = 0
    moments: list[float] = []

    def on_message(*_: object) -> None:
        nonlocal arrived
        arrived += 1
        if arrived in (count // 10, count):
            moments.append(time.perf_counter())

    def client() -> mqtt.Client:
        made = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="emscher-bench-bare", protocol=mqtt.MQTTv5)
        made.on_message = on_message
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call] # paho annotates it in part
        properties.SessionExpiryInterval = 600
        made.connect("127.0.0.1", PORT, clean_start=False, properties=properties)
        return made

    first = client()
    first.subscribe("emscher/#", qos=1)
    deadline = time.perf_counter() + 1
    while time.perf_counter() < deadline:
        first.loop(0.1)
    first.disconnect()
    with Load(PORT) as load:
        load.publish(single_readings(count))
    second = client()
    while arrived < count:
        second.loop(1.0)
    second.disconnect()
    return (count - count // 10) / (moments[1] - moments[0])
