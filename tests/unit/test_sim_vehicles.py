"""Vehicles of the pretend city over the detectors of a controller."""

from collections import defaultdict
from datetime import datetime
from functools import cache
from typing import Any

from simulators import scenery
from simulators.synthetic import sources

START_S = int(datetime.fromisoformat("2026-07-15T00:00:00Z").timestamp())
DAY_S = 86_400
GREEN_BEGINS, AMBER_BEGINS, RED_BEGINS, OFF, ON = 1, 8, 10, 81, 82
KEY = "wall-01.ctl"


@cache
def _day() -> tuple[dict[int, list[tuple[float, int]]], dict[str, int]]:
    """Events of a workday by parameter, as time and code; vehicles of each lane."""
    events: dict[int, list[tuple[float, int]]] = defaultdict(list)
    counts: dict[str, int] = defaultdict(int)
    traffic, signal = sources(scenery.load("dortmund"), 1)[:2]
    for key, readings in signal.readings(START_S, START_S + DAY_S):
        for one in readings if key == KEY else ():
            events[one["parameter"]].append((datetime.fromisoformat(one["time"]).timestamp(), one["code"]))
    for key, rows in traffic.readings(START_S, START_S + DAY_S):
        row: dict[str, Any]
        for row in rows:
            counts[key] += row["count"]
    return dict(events), dict(counts)


def test_each_presence_ends_before_the_next_begins() -> None:
    """A detector goes on and off in turn, at every channel that the controller has."""
    events, _ = _day()
    for channel in (21, 22, 23, 61, 62):
        codes = [code for _, code in events[channel]]
        first = codes.index(ON)
        assert set(codes[first::2]) == {ON}, channel
        assert set(codes[first + 1 :: 2]) == {OFF}, channel


def test_as_many_pass_as_the_lane_counts() -> None:
    """Over a day the detectors see the vehicles of their lane, but for those at the borders of its blocks of cycles."""
    events, counts = _day()
    for channel, lane in ((21, "wall-01.d01"), (22, "wall-01.d01"), (62, "wall-01.d03")):
        passed = sum(code == ON for _, code in events[channel])
        assert 0.98 < passed / counts[lane] <= 1.01, channel


def test_hardly_anybody_leaves_on_red() -> None:
    """Of those who leave, under one in a hundred does so on red, and some on amber."""
    events, _ = _day()
    shown = sorted(event for event in events[2] if event[1] in (GREEN_BEGINS, AMBER_BEGINS, RED_BEGINS))
    left = [at for at, code in events[23] if code == ON]
    state, place = RED_BEGINS, 0
    seen: dict[int, int] = defaultdict(int)
    for at in left:
        while place < len(shown) and shown[place][0] <= at:
            state = shown[place][1]
            place += 1
        seen[state] += 1
    assert seen[GREEN_BEGINS] > 0.9 * len(left)
    assert 0 < seen[AMBER_BEGINS] < 0.05 * len(left)
    assert 0 < seen[RED_BEGINS] < 0.01 * len(left)
