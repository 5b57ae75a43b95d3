"""Messages per second through a broker into the store, acknowledged after their commit."""

from __future__ import annotations

import statistics
import time
from datetime import UTC, datetime, timedelta

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from bench.load import Load
from bench.platform import PORT, children_cpu_s, platform, process, received, wait_for, watch
from emscher.settings import Settings

SENSORS = 1000
Row = tuple[str, str, str]


def single_readings(count: int, offset: int = 0) -> list[tuple[bytes, bytes]]:
    """Messages of one reading each, of a thousand lanes."""
    newest = datetime.now(UTC).replace(second=0, microsecond=0)
    found = []
    for number in range(offset, offset + count):
        end = newest - timedelta(minutes=number // SENSORS)
        values = f'"count":{number % 40},"occupancy_pct":7.5,"speed_kmh":48.5'
        payload = f'{{"end":"{end:%Y-%m-%dT%H:%M:%SZ}","interval_s":60,{values}}}'
        found.append((f"emscher/traffic/bench.{number % SENSORS}".encode(), payload.encode()))
    return found


def backlog(count: int, runs: int) -> list[Row]:
    """Let ingest drain what Mosquitto kept while it was away; beside it the bare client that throws all away."""
    rates, cpu_us, bare = [], [], []
    for _ in range(runs):
        with platform() as settings:
            with process(settings, "ingest"):
                _until_listening(settings)
            known = received(settings)
            with Load(PORT) as load:
                load.publish(single_readings(count))
            before_s = children_cpu_s()
            with process(settings, "ingest"):
                seen = watch(settings, known + count)
                first_s, first = next(one for one in seen if one[1] > known)
                rates.append((known + count - first) / (seen[-1][0] - first_s))
            cpu_us.append((children_cpu_s() - before_s) / count * 1e6)
            bare.append(_bare_client(count))
    return [
        (
            "Mosquitto, backlog, bare paho client",
            f"{statistics.median(bare):,.0f} messages/s",
            "throws every message away",
        ),
        (
            "Mosquitto, backlog, ingest",
            f"{statistics.median(rates):,.0f} messages/s",
            f"stored and acknowledged after commit; {statistics.median(cpu_us):.0f} us CPU each",
        ),
        (
            "ingest over bare client",
            f"{statistics.median([ours / theirs for ours, theirs in zip(rates, bare, strict=True)]):.2f}",
            "ratio of each run, median",
        ),
    ]


def concurrent(kind: str, count: int) -> Row:
    """Publish as fast as the broker acknowledges while ingest stores."""
    with platform(kind) as settings, process(settings, "ingest"):
        _until_listening(settings)
        before, start_s = received(settings), time.perf_counter()
        with Load(PORT) as load:
            load.publish(single_readings(count))
            rate = count / (wait_for(settings, before + count) - start_s)
    return (f"{kind}, publisher and ingest together", f"{rate:,.0f} messages/s", f"{count:,} messages of one reading")


def _until_listening(settings: Settings) -> None:
    """Send the sensors' first readings again and again until one arrives, so that all are known and ingest listens."""
    with Load(PORT) as load:
        while not received(settings):
            load.publish(single_readings(SENSORS, 10_000 * SENSORS))
            time.sleep(0.3)
        time.sleep(1.0)


def _bare_client(count: int) -> float:
    """Rate of a paho client that subscribes to a kept backlog and throws every message away [1/s]."""
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
