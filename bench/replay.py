"""A replay of the pretend city over a real broker: how late its messages are at speed 1, and how fast at full speed."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from bench.messages import Row
from bench.platform import PORT
from emscher.embedded import EmbeddedBroker
from emscher.settings import Settings, load
from simulators import recording, scenery
from simulators.course import Course
from simulators.play import play
from simulators.publisher import Publisher
from simulators.replay import Sent
from simulators.synthetic import sources
from simulators.tape import Read

BEGIN_S = 1_784_095_200


def replays(seconds: int, hours: int) -> Iterator[Row]:
    """Measure a replay at speed 1, and one at full speed.

    Parameters
    ----------
    seconds : int
        Length of the first [s].
    hours : int
        Length of what is sent in the second [h].
    """
    with tempfile.TemporaryDirectory(prefix="emscher-bench-") as folder, EmbeddedBroker(Path(folder), PORT) as broker:
        settings = load({"mqtt_port": broker.port, "mqtt_protocol": broker.protocol})
        tape = _city(Path(folder), seconds)
        late_ms: list[float] = []
        sent = asyncio.run(_played(settings, tape, 1.0, late_ms))
        quarter = len(late_ms) // 4
        drift_ms = statistics.median(late_ms[-quarter:]) - statistics.median(late_ms[:quarter])
        p50_ms, p99_ms = statistics.median(late_ms), statistics.quantiles(late_ms, n=100)[-1]
        yield (
            "replay at speed 1",
            f"drift {drift_ms:.1f} ms; late p50 {p50_ms:.1f} ms, p99 {p99_ms:.1f} ms",
            f"{sent.messages:,} messages, {len(late_ms)} instants in {seconds} s; medians of last and first quarter",
        )
        tape = _city(Path(folder), 3600 * hours)
        began_s = time.perf_counter()
        sent = asyncio.run(_played(settings, tape, None, []))
        yield (
            "replay at full speed",
            f"{sent.readings / (time.perf_counter() - began_s):,.0f} readings/s",
            f"{sent.readings:,} readings in {sent.messages:,} messages, all acknowledged by the broker",
        )


async def _played(settings: Settings, tape: Read, speed: float | None, late_ms: list[float]) -> Sent:
    async with Publisher(settings) as publisher:
        first_us, _ = tape.span_us
        began_s = time.monotonic()
        last_us = 0.0

        class Noting:
            async def publish(self, stream: str, key: str, payload: bytes) -> None:
                nonlocal last_us
                if speed is not None:
                    content = msgspec.json.decode(payload)
                    one = content[0] if isinstance(content, list) else content
                    known_us = datetime.fromisoformat(one.get("time") or one["end"]).timestamp() * 1e6
                    # Of many messages of one instant the first: the others wait for it, not for the clock.
                    if known_us > last_us:
                        late_ms.append(1000 * (time.monotonic() - began_s) - (known_us - first_us) / 1000)
                    last_us = known_us
                await publisher.publish(stream, key, payload)

        return await play(tape, Noting(), Course(), speed)


def _city(folder: Path, seconds: int) -> Read:
    """Write a recording of the pretend city, and read it."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for source in sources(scenery.load("dortmund"), 1):
        for key, readings in source.readings(BEGIN_S, BEGIN_S + seconds):
            found[source.stream, key] += readings
    path = folder / "city.jsonl"
    lines = [
        msgspec.json.encode({"stream": stream, "sensor": key, **one})
        for (stream, key), readings in found.items()
        for one in readings
    ]
    path.write_bytes(b"\n".join(lines))
    return Read(recording.read(path, None))
