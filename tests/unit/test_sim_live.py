"""The pretend city on the air, with a clock and a broker of its own."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from datetime import datetime
from typing import Any

import msgspec
import pytest
from rich.console import Console
from structlog.testing import capture_logs

from emscher import settings
from emscher.errors import BrokerMissingError
from simulators import scenery
from simulators.live import Live, full_minute, hour_blocks, publish_history
from simulators.progress import shown
from simulators.publisher import Publisher
from simulators.synthetic import Source, sources

NOON_S = int(datetime.fromisoformat("2026-11-18T12:00:00Z").timestamp())


class World:
    """A clock that only sleeping moves, and a broker that writes down what arrives when."""

    def __init__(self, now_s: float) -> None:
        self.now_s = now_s
        self.messages: list[tuple[float, str, str, Any]] = []

    def clock(self) -> float:
        """Give the time [s since 1970]."""
        return self.now_s

    async def sleep(self, pause_s: float) -> None:
        """Let time pass [s]."""
        self.now_s += pause_s

    async def publish(self, stream: str, key: str, payload: bytes) -> None:
        """Write down a message."""
        self.messages.append((self.now_s, stream, key, msgspec.json.decode(payload)))

    def readings(self) -> Counter[str]:
        """Count the readings, each with stream and sensor."""
        found: Counter[str] = Counter()
        for _, stream, key, content in self.messages:
            for one in content if isinstance(content, list) else [content]:
                found[f"{stream}/{key}/{msgspec.json.encode(one, order='sorted').decode()}"] += 1
        return found


def city() -> tuple[Source, ...]:
    """Give the whole city, fresh."""
    return sources(scenery.load("dortmund"), 7)


def latest_s(reading: dict[str, Any]) -> float:
    """Moment from which a reading can be known [s since 1970]."""
    return datetime.fromisoformat(reading.get("time") or reading["end"]).timestamp()


async def test_history_and_live_meet_without_gap_and_without_repeat() -> None:
    """History up to a minute and live from it on are exactly the readings of the whole range."""
    world = World(NOON_S + 17.3)
    seam_s = full_minute(world.clock())
    count = await publish_history(city(), world, seam_s - 1_800, seam_s)
    assert count == sum(world.readings().values())
    await Live(city(), world, world.clock, world.sleep).run(seam_s, seam_s + 1_000)
    # What the last minutes made known is still on its way when the run is stopped.
    sent = world.readings()
    expected = World(0)
    await publish_history(city(), expected, seam_s - 1_800, seam_s + 900)
    missing = expected.readings() - sent
    assert max(sent.values()) == 1
    assert not missing


async def test_live_readings_are_sent_when_they_can_be_known() -> None:
    """No reading is sent before its time; signals within a second of it, all others within a minute."""
    world = World(NOON_S + 0.5)
    await Live(city(), world, world.clock, world.sleep).run(NOON_S, NOON_S + 300)
    assert {stream for _, stream, _, _ in world.messages} == {"traffic", "signal", "workload", "energy"}
    for now_s, stream, _, reading in world.messages:
        delay_s = now_s - latest_s(reading)
        # The clock stood half a second into the first minute.
        assert -1e-6 <= delay_s < (1.0 if stream == "signal" else 60.0)


async def test_a_slow_history_is_caught_up_in_arrays() -> None:
    """If the clock is minutes ahead when live begins, those minutes come as arrays, and nothing is missing."""
    world = World(NOON_S + 630)
    await Live(city(), world, world.clock, world.sleep).run(NOON_S, NOON_S + 720)
    expected = World(0)
    await publish_history(city(), expected, NOON_S, NOON_S + 600)
    sent = world.readings()
    assert any(isinstance(content, list) and len(content) == 10 for *_, content in world.messages)
    assert max(sent.values()) == 1
    assert not expected.readings() - sent


async def test_history_goes_hour_by_hour_over_all_streams() -> None:
    """No message of an hour comes before one of the hour before it, and each is an array of one sensor's hour."""
    world = World(0)
    start_s = NOON_S - 2 * 3_600 - 600
    done: list[int] = []
    await publish_history(city(), world, start_s, NOON_S, done.append)
    hours = [{int(latest_s(one) - 1e-6) // 3_600 for one in content} for *_, content in world.messages]
    assert all(len(hour) == 1 for hour in hours)
    order = [hour.pop() for hour in hours]
    assert order == sorted(order)
    assert done == [1, 1, 1]


def test_hour_blocks_cover_the_range_at_the_hours_of_the_clock() -> None:
    """Blocks end at full hours, and a range within an hour is one block."""
    assert hour_blocks(3_000, 8_000) == [(3_000, 3_600), (3_600, 7_200), (7_200, 8_000)]
    assert hour_blocks(3_600, 7_200) == [(3_600, 7_200)]
    assert hour_blocks(3_700, 3_760) == [(3_700, 3_760)]
    assert hour_blocks(3_600, 3_600) == []


async def test_without_a_broker_the_operator_is_told() -> None:
    """A closed port is a BrokerMissingError that names the address and the settings."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        with pytest.raises(BrokerMissingError, match=rf"127\.0\.0\.1:{port}.*EMSCHER_MQTT_HOST"):
            async with asyncio.timeout(20), Publisher(settings.load({"mqtt_port": port})):
                pass


def test_progress_is_logged_in_tenths_where_nobody_watches() -> None:
    """A hundred steps give ten log lines, the last of them at the end."""
    with capture_logs() as lines, shown("work", 100, Console(file=None, force_terminal=False)) as advance:
        for _ in range(100):
            advance(1)
    assert [line["share_pct"] for line in lines] == list(range(10, 101, 10))


def test_progress_lines_keep_their_distance() -> None:
    """With a pause of 5 s, work that is done in 1 s logs nothing."""
    with (
        capture_logs() as lines,
        shown("work", 100, Console(force_terminal=False), pause_s=5.0, clock=lambda: 1.0) as advance,
    ):
        advance(100)
    assert lines == []
