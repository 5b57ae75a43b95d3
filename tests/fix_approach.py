"""A junction for tests: its description, its limits, and events as the queries give them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import emscher
from emscher.store.copy import Rows
from emscher.stream import SECOND_US
from processing.families.approach import COUNT, EVENT, FAMILY
from processing.family import SensorInfo, Task
from processing.threshold import Thresholds

START_S = 1_767_600_000
QUARTER_S = 900
CONTROLLER, LANE = 1, 2
Event = tuple[float, int, int]

SITE: dict[str, Any] = {
    "speed_limit_kmh": 50,
    "approaches": [
        {
            "key": "east",
            "signal_group": 2,
            "coordinated": True,
            "lanes": [{"length_m": 60}],
            "crossing_m": 12,
            "detectors": [
                {"function": "presence", "channel": 1},
                {"function": "count", "channel": 1},
                {"function": "advance", "channel": 2, "distance_m": 0},
                {"function": "yellow_red", "channel": 3},
            ],
        },
        {
            "key": "south",
            "signal_group": 4,
            "lanes": [{"length_m": 60}],
            "detectors": [{"function": "count", "sensor": "j.d1"}],
        },
    ],
}
SENSORS = (
    SensorInfo(CONTROLLER, "signal", {"signal_groups": [2, 4], "stages": [[2], [4]]}, "j.ctl"),
    SensorInfo(LANE, "traffic", {}, "j.d1"),
)


def thresholds() -> Mapping[tuple[str, str], float]:
    """Read the limits of signals as the migration has them."""
    found: dict[tuple[str, str], float] = {}
    (path,) = (Path(emscher.__file__).parent / "store" / "migrations").glob("*_approach.sql")
    text = path.read_text()
    for name, value in re.findall(r"\('(signal_\w+)', ([\d.]+),", text):
        found[name, ""] = float(value)
    for name, rows in re.findall(r"SELECT '(signal_\w+)', grade.*?VALUES (.*?) AS limits", text, re.DOTALL):
        for grade, value in re.findall(r"\('(\w)', ([\d.]+)\)", rows):
            found[name, grade] = float(value)
    return found


LIMITS = thresholds()


def dated(limits: Mapping[tuple[str, str], float]) -> Thresholds:
    """Limits as a task has them, the same on every day."""
    return Thresholds({whose: [(0, math.inf, value)] for whose, value in limits.items()})


def rows(events: Sequence[Event], sensor: int = CONTROLLER) -> Rows:
    """Rows of (second, code, parameter), as the query gives them: each once, by parameter, time and code."""
    ordered = sorted(set(events), key=lambda event: (event[2], event[0], event[1]))
    found = np.empty(len(ordered), EVENT)
    for number, (second, code, parameter) in enumerate(ordered):
        at = np.datetime64(round((START_S + second) * SECOND_US), "us")
        found[number] = (sensor, at, False, code, parameter)
    return found


def counts(values: Sequence[tuple[int, int, float]]) -> Rows:
    """Rows of (second, interval, count) of the lane."""
    found = np.empty(len(values), COUNT)
    for number, (second, interval_s, count) in enumerate(values):
        at = np.datetime64((START_S + second) * SECOND_US, "us")
        found[number] = (LANE, at, False, interval_s, count)
    return found


def computed(events: Rows, windows: Sequence[int], site: Mapping[str, Any] = SITE, lanes: Rows | None = None) -> Rows:
    """Compute these windows from what the worker would load for them."""
    starts = (START_S + QUARTER_S * np.array(windows, np.int64)) * SECOND_US
    since = np.datetime64(int(starts[0]) - FAMILY.look_back_s * SECOND_US, "us")
    until = np.datetime64(int(starts[-1]) + (FAMILY.width_s + FAMILY.look_ahead_s) * SECOND_US, "us")
    loaded = {
        name: read[(read["observed_at"] >= since) & (read["observed_at"] < until)]
        for name, read in (("approach_events", events), ("approach_counts", counts([]) if lanes is None else lanes))
    }
    return FAMILY.compute(Task(1, SENSORS, starts, QUARTER_S * SECOND_US, loaded, site, dated(LIMITS)))


def american(cycles: int, begin_s: float = 0, group: int = 2) -> list[Event]:
    """Cycles of 60 s: 30 s green, 3 s amber, 2 s clearance."""
    steps = ((0, 1), (30, 7), (30, 8), (33, 9), (33, 10), (35, 11))
    return [(begin_s + 60 * number + second, code, group) for number in range(cycles) for second, code in steps]


def german(cycles: int, begin_s: float = 0, group: int = 2) -> list[Event]:
    """The same in states: green from 0 to 30 s, amber 3 s, red-amber from 59 s."""
    steps = ((0, 1003), (30, 1002), (33, 1001), (59, 1004))
    return [(begin_s + 60 * number + second, code, group) for number in range(cycles) for second, code in steps]


def vehicles(channel: int, begins_s: Sequence[float], lasts_s: float = 1.0) -> list[Event]:
    """On and off of a detector."""
    return [(at + late, code, channel) for at in begins_s for late, code in ((0, 82), (lasts_s, 81))]
