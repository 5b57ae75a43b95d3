"""What loops and signals report, as readings of the platform."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from simulators.sumo.layout import Group, Junction
from simulators.sumo.network import Answer, Loop, Switch

BEGIN_GREEN, END_GREEN, BEGIN_YELLOW, END_YELLOW, BEGIN_CLEARANCE, OFF, ON = 1, 7, 8, 9, 10, 81, 82
RED, AMBER, GREEN, RED_AMBER, DARK = "red", "amber", "green", "red_amber", "dark"
MINUTE_S = 60
KMH_PER_MS = 3.6
ONE_DECISECOND = timedelta(milliseconds=100)

CODES = {
    (RED, GREEN): (BEGIN_GREEN,),
    (GREEN, AMBER): (END_GREEN, BEGIN_YELLOW),
    (AMBER, RED): (END_YELLOW, BEGIN_CLEARANCE),
    (GREEN, RED): (END_GREEN, BEGIN_CLEARANCE),
}
FIRST = {GREEN: (BEGIN_GREEN,), AMBER: (BEGIN_YELLOW,), RED: (BEGIN_CLEARANCE,)}


@dataclass(frozen=True, slots=True)
class Message:
    """Readings of one sensor."""

    stream: str
    key: str
    readings: list[dict[str, Any]]

    @property
    def payload(self) -> bytes:
        """As it goes over the wire."""
        return msgspec.json.encode(self.readings)


class Reports:
    """Turns what SUMO answers into messages; remembers what each signal group showed.

    Parameters
    ----------
    junctions : sequence of Junction
        The sites.
    begin_s : float
        When the scenario begins, in its own time [s].
    start : datetime
        What time that is meant to be.
    """

    def __init__(self, junctions: Sequence[Junction], begin_s: float, start: datetime) -> None:
        self._junctions = junctions
        self._begin_s = begin_s
        self._start = start.astimezone(UTC)
        self._detectors = [(one, detector) for one in junctions for detector in one.detectors]
        self._shown: dict[tuple[str, int], str] = {}

    @property
    def loops(self) -> tuple[Loop, ...]:
        """The loops in the order of their numbers; one that has two functions stands there for each."""
        return tuple(detector.loop for _, detector in self._detectors)

    @property
    def signals(self) -> tuple[str, ...]:
        """The signals in the order of their numbers."""
        return tuple(one.signal.key for one in self._junctions)

    def moment(self, time_s: float) -> datetime:
        """When a moment of the scenario is meant to be, to a tenth of a second."""
        return self._start + round((time_s - self._begin_s) * 10) * ONE_DECISECOND

    def messages(self, answer: Answer) -> Iterator[Message]:
        """Give the readings of an answer, by sensor."""
        events: dict[str, list[tuple[datetime, dict[str, Any]]]] = {}
        for switch in answer.switches:
            one = self._junctions[switch.signal]
            events.setdefault(one.controller, []).extend(self._changes(one, switch))
        for passage in answer.passages:
            one, detector = self._detectors[passage.loop]
            at = self.moment(passage.time_s)
            event = {"code": ON if passage.on else OFF, "parameter": detector.channel}
            events.setdefault(one.controller, []).append((at, event))
        for key, found in events.items():
            found.sort(key=lambda pair: pair[0])
            readings = [{"time": _text(at), **event, "simulated": True} for at, event in found]
            # Two edges within a tenth of a second are one to the platform.
            once = {tuple(one.items()): one for one in readings}
            yield Message("signal", key, list(once.values()))
        for interval in answer.intervals:
            _, detector = self._detectors[interval.loop]
            if interval.end_s - self._begin_s < MINUTE_S:
                continue
            reading = {
                "end": _text(self.moment(interval.end_s)),
                "interval_s": MINUTE_S,
                "count": interval.count,
                "occupancy_pct": round(min(max(interval.occupancy_pct, 0.0), 100.0), 2),
                "simulated": True,
            }
            if interval.speed_ms >= 0:
                reading["speed_kmh"] = round(interval.speed_ms * KMH_PER_MS, 1)
            yield Message("traffic", detector.sensor, [reading])

    def _changes(self, one: Junction, switch: Switch) -> Iterator[tuple[datetime, dict[str, Any]]]:
        at = self.moment(switch.time_s)
        for group in one.groups:
            whose = (one.key, group.number)
            shows, showed = _state(switch.state, group), self._shown.get(whose)
            if shows == showed:
                continue
            self._shown[whose] = shows
            codes = FIRST.get(shows, ()) if showed is None else CODES.get((showed, shows), FIRST.get(shows, ()))
            for code in codes:
                yield at, {"code": code, "parameter": group.number}
            if not codes:
                # The enumeration has no code for red-amber and dark.
                yield at, {"signal_group": group.number, "state": shows}


def _state(state: str, group: Group) -> str:
    letters = {state[link] for link in group.links}
    for wanted, shows in (("Gg", GREEN), ("yY", AMBER), ("u", RED_AMBER), ("r", RED)):
        if letters & set(wanted):
            return shows
    return DARK


def _text(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
