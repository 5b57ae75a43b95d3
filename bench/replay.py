"""A replay of the pretend city over a real broker: how late its messages are at speed 1, and how fast at full speed."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
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
        sent = asyncio.run(_played(settings, tape, 1.0))
        yield (
            "replay at speed 1",
            f"late by {1000 * sent.late_max_s:.1f} ms at most, {1000 * sent.late_last_s:.1f} ms at the end",
            f"{sent.messages:,} messages of the pretend city in {seconds} s; the end tells the drift",
        )
        tape = _city(Path(folder), 3600 * hours)
        began_s = time.perf_counter()
        sent = asyncio.run(_played(settings, tape, None))
        yield (
            "replay at full speed",
            f"{sent.readings / (time.perf_counter() - began_s):,.0f} readings/s",
            f"{sent.readings:,} readings in {sent.messages:,} messages, all acknowledged by the broker",
        )


async def _played(settings: Settings, tape: Read, speed: float | None) -> Sent:
    async with Publisher(settings) as publisher:
        return await play(tape, publisher, Course(), speed)


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
