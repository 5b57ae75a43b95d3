"""Vehicles at a signal: those that a lane counts, one by one over the controller's detectors, and pedestrians' calls.

They come at random, half of them in the platoon of the junction before, queue at red and leave two seconds apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulators.chance import generator
from simulators.scenery import Detected

DETECTOR_OFF, DETECTOR_ON = 81, 82
CALL, WALK, WALK_ENDS = 45, 21, 22
PRESENCE, ADVANCE, EXIT = 1, 2, 3
"""A detector's channel is ten times its signal group and one of these."""

PLATOON_RATIO = 0.5
PLATOON_S = 20.0
HEADWAY_S = 1.2
DEPARTURE_S = 2.0
START_UP_S = 1.6
LENGTH_S = 0.6
AMBER_PASSED_S = 1.8
RED_RUNNER_RATIO = 0.03
CALL_RATIO = 0.4
WALK_S = 8.0
MINUTE_S = 60

Floats = NDArray[np.float64]
Moments = Iterator[tuple[int, int, Floats]]


@dataclass(frozen=True, slots=True)
class Greens:
    """The greens of a signal group over a block of cycles: begin and end of each, end of the block [s since 1970]."""

    begin_s: Floats
    end_s: Floats
    amber_s: float
    until_s: float


def passages(detected: Detected, greens: Greens, counts: Floats, since_s: float, seed: int, number: int) -> Moments:
    """Give the edges of one lane's detectors over a block.

    Parameters
    ----------
    detected : Detected
        The lane.
    greens : Greens
        Of its signal group.
    counts : float array, shape (n,)
        Vehicles of each minute.
    since_s : float
        Begin of the first minute [s since 1970].
    seed, number : int
        Seed of the city, number of the block.

    Yields
    ------
    code, channel, times : int, int, float array
        Events [s since 1970].
    """
    draw = generator(seed, f"vehicles/{detected.lane}", number)
    arrived_s = _arrivals(greens, counts, since_s, draw)
    runs = draw.uniform(size=arrived_s.size) < RED_RUNNER_RATIO
    reached_s, left_s = _served(greens, arrived_s, runs)
    travel_s = detected.distance_m / detected.speed_ms
    kept = (arrived_s - travel_s > greens.begin_s[0]) & (left_s + LENGTH_S < greens.until_s)
    base = 10 * detected.signal_group
    seen_s = arrived_s[kept] - travel_s
    yield DETECTOR_ON, base + ADVANCE, seen_s
    yield DETECTOR_OFF, base + ADVANCE, seen_s + LENGTH_S
    yield DETECTOR_ON, base + PRESENCE, reached_s[kept]
    yield DETECTOR_OFF, base + PRESENCE, left_s[kept] + LENGTH_S
    if detected.exits:
        yield DETECTOR_ON, base + EXIT, left_s[kept]
        yield DETECTOR_OFF, base + EXIT, left_s[kept] + LENGTH_S


def walks(group: int, greens: Greens, seed: int, key: str, number: int) -> Moments:
    """Give calls during red and the walks that answer them with the next green."""
    draw = generator(seed, f"walks/{key}/{group}", number)
    called = draw.uniform(size=greens.begin_s.size - 1) < CALL_RATIO
    part = draw.uniform(0.02, 0.98, greens.begin_s.size - 1)
    red_s, green_s = greens.end_s[:-1], greens.begin_s[1:]
    yield CALL, group, (red_s + part * (green_s - red_s))[called]
    yield WALK, group, green_s[called]
    yield WALK_ENDS, group, green_s[called] + WALK_S


def _arrivals(greens: Greens, counts: Floats, since_s: float, draw: np.random.Generator) -> Floats:
    """Draw when the vehicles of each minute would reach the stop line, some of them as a platoon early in green."""
    each = counts.astype(np.int64)
    minute = np.repeat(np.arange(each.size), each)
    time_s = since_s + MINUTE_S * (minute + draw.uniform(size=minute.size))
    cycle = np.searchsorted(greens.begin_s, time_s, side="right") - 1
    platoon = (draw.uniform(size=minute.size) < PLATOON_RATIO) & (cycle >= 0)
    late_s = PLATOON_S * draw.triangular(0.0, 0.3, 1.0, minute.size)
    time_s = np.sort(np.where(platoon, greens.begin_s[cycle] + late_s, time_s))
    # No two closer than a headway: the latest of every earlier one pushed back by as many headways.
    step_s = HEADWAY_S * np.arange(time_s.size)
    spread_s: Floats = np.maximum.accumulate(time_s - step_s) + step_s
    return spread_s


def _served(greens: Greens, arrived_s: Floats, runs: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Let vehicles wait for green and for each other; give when each is first at the stop line and when it leaves."""
    reached_s, left_s = np.empty_like(arrived_s), np.empty_like(arrived_s)
    before_s, cycle = -np.inf, 0
    for place, come_s in enumerate(arrived_s.tolist()):
        reached_s[place] = first_s = max(come_s, before_s + LENGTH_S + 0.3)
        leave_s = max(first_s, before_s + DEPARTURE_S)
        while cycle < greens.end_s.size and leave_s >= greens.end_s[cycle] + greens.amber_s:
            if runs[place] and leave_s < greens.end_s[cycle] + greens.amber_s + 1:
                break
            cycle += 1
        if cycle < greens.end_s.size and leave_s < greens.begin_s[cycle]:
            leave_s = greens.begin_s[cycle] + START_UP_S
        elif cycle < greens.end_s.size and leave_s > greens.end_s[cycle] + AMBER_PASSED_S and not runs[place]:
            cycle += 1
            leave_s = greens.begin_s[cycle] + START_UP_S if cycle < greens.begin_s.size else np.inf
        if cycle >= greens.end_s.size:
            leave_s = np.inf
        left_s[place] = before_s = leave_s
    return reached_s, left_s
