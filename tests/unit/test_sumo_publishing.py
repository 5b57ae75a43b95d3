"""A scenario on the air: at its speed, in order, and saying how far it came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest
from fix_sumo import network

from simulators.sumo.child import Sumo, SumoError
from simulators.sumo.layout import lay_out
from simulators.sumo.network import Answer, Passage
from simulators.sumo.publishing import Sent, publish, total_s
from simulators.sumo.readings import Reports

START = datetime(2026, 1, 5, 7, 0, tzinfo=UTC)


class Simulated:
    """In place of SUMO: one vehicle over the first loop every ten seconds, until it breaks."""

    def __init__(self, breaks_s: float = 1e9) -> None:
        self.network = network()
        self._breaks_s = breaks_s
        self._now_s = 0.0

    async def advance(self, until_s: float, states: Mapping[str, Sequence[Any]] | None = None) -> Answer:
        """Go on, or say what SUMO would say."""
        del states
        if until_s > self._breaks_s:
            raise SumoError("x.sumocfg: SUMO ended (exit status 1).")
        times_s = [at_s for at_s in range(0, 4000, 10) if self._now_s <= at_s < until_s]
        self._now_s = until_s
        edges = [(at_s, on) for at_s in times_s for on in (True, False)]
        return Answer(time_s=until_s, passages=tuple(Passage(at_s + 0.5 * (not on), 0, on=on) for at_s, on in edges))


class Air:
    """Keeps what is published, and when."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.said: list[tuple[float, str, str, list[dict[str, Any]]]] = []

    async def publish(self, stream: str, key: str, payload: bytes) -> None:
        """Keep a message."""
        self.said.append((self.now_s, stream, key, msgspec.json.decode(payload)))

    async def sleep(self, pause_s: float) -> None:
        """Let time pass."""
        self.now_s += pause_s

    def clock(self) -> float:
        """Tell the time."""
        return self.now_s


async def sent(simulated: Simulated, speed: float | None, *, until_s: float = 60.0) -> tuple[Sent, Air]:
    """Publish a minute."""
    air, count = Air(), Sent()
    reports = Reports(lay_out(simulated.network, "x"), 0.0, START)
    try:
        await publish(cast("Sumo", simulated), reports, air, until_s, speed, count, air.clock, air.sleep)
    except SumoError:
        assert count.readings == 2 * (count.simulated_s // 10)
        raise
    return count, air


async def test_what_is_published_does_not_depend_on_the_speed() -> None:
    """The same readings in the same order, in other portions."""
    every = []
    for speed in (None, 1.0, 7.0):
        count, air = await sent(Simulated(), speed)
        every.append([reading for _, _, _, readings in air.said for reading in readings])
        assert count.readings == 12
        assert count.simulated_s == 60
    assert every[0] == every[1] == every[2]


@pytest.mark.parametrize("speed", [1.0, 10.0])
async def test_readings_are_published_when_they_are_due(speed: float) -> None:
    """At a tenth of the time at ten times the speed, and late by no more than what is simulated at once."""
    _, air = await sent(Simulated(), speed)
    for at_s, _, _, readings in air.said:
        due_s = (datetime.fromisoformat(readings[0]["time"]) - START).total_seconds() / speed
        assert due_s <= at_s <= due_s + 1.0


async def test_a_simulation_that_breaks_says_how_much_was_published() -> None:
    """What was published before stands in the count."""
    with pytest.raises(SumoError, match="exit status 1"):
        await sent(Simulated(breaks_s=35.0), None)


def test_a_scenario_without_an_end_takes_the_default() -> None:
    """An end that is asked for counts, but not beyond the scenario's own."""
    known, endless = network(), msgspec.structs.replace(network(), end_s=-1.0)
    assert total_s(cast("Sumo", SimpleNamespace(network=known)), 60.0, 1.0) == 60
    assert total_s(cast("Sumo", SimpleNamespace(network=known)), 9999.0, 1.0) == 3600
    assert total_s(cast("Sumo", SimpleNamespace(network=endless)), None, 1800.0) == 1800


def test_the_town_is_made_the_same_every_time(crossing: Path) -> None:
    """The crossing of these tests is a small town: its trips are in order, its signal has what it needs."""
    trips = (crossing.parent / "peak.rou.xml").read_text()
    times = [float(part.split('"')[0]) for part in trips.split('depart="')[1:]]
    assert len(times) == 900
    assert times == sorted(times)
    assert '<tlLogic id="middle"' in (crossing.parent / "town.net.xml").read_text()
