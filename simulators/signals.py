"""Signal controllers: fixed-time plans whose greens vary a little from cycle to cycle, and their detectors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulators.chance import generator
from simulators.days import Days
from simulators.lanes import STEP_S, Lanes
from simulators.scenery import Controller
from simulators.timestamps import rfc3339
from simulators.vehicles import Greens, passages, walks

# Cycles are drawn in blocks: their length need not divide a day.
BLOCK = 256
RED_AMBER_S = 1.0
VARIATION_S = 2.0
BEGIN_GREEN, END_GREEN, BEGIN_YELLOW, END_YELLOW, BEGIN_CLEARANCE, END_CLEARANCE = 1, 7, 8, 9, 10, 11

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Events:
    """Events of one block of cycles in order of time: deciseconds since 1970, kind, signal group or channel."""

    time_ds: NDArray[np.int64]
    kind: list[Any]
    group: list[int]


class Signals:
    """The events of all controllers.

    Parameters
    ----------
    controllers : tuple of Controller
        The controllers.
    lanes : Lanes
        Whose vehicles pass the controllers' detectors.
    seed : int
        Seed of the city.
    """

    stream = "signal"

    def __init__(self, controllers: tuple[Controller, ...], lanes: Lanes, seed: int) -> None:
        self._plans = [_Plan(one, lanes, seed) for one in controllers]

    def readings(self, start_s: int, end_s: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Give the events after `start_s` and not after `end_s` [s since 1970], controller by controller."""
        for plan in self._plans:
            for readings in plan.readings(start_s, end_s):
                yield plan.key, readings


class _Plan:
    """One controller's plan: stage after stage, each green, amber and clearance, all within the cycle."""

    def __init__(self, controller: Controller, lanes: Lanes, seed: int) -> None:
        self._lanes = lanes
        self.key = controller.key
        self._controller = controller
        self._seed = seed
        self._blocks = Days(self._block)

    def readings(self, start_s: int, end_s: int) -> Iterator[list[dict[str, Any]]]:
        """Give the events of the range, a list for each block of cycles that it touches."""
        length_s = BLOCK * self._controller.cycle_s
        offset_s = self._controller.offset_s
        for number in range((start_s - offset_s) // length_s, (end_s - offset_s) // length_s + 1):
            events = self._blocks[number]
            low, high = np.searchsorted(events.time_ds, (10 * start_s, 10 * end_s), side="right")
            if low < high:
                stamps = rfc3339(100 * events.time_ds[low:high], "ms")
                yield self._written(stamps, events.kind[low:high], events.group[low:high])

    def _written(self, stamps: list[str], kinds: list[Any], groups: list[int]) -> list[dict[str, Any]]:
        rows = zip(stamps, kinds, groups, strict=True)
        if self._controller.dialect == "state":
            return [
                {"time": time, "signal_group": group, "state": kind, "simulated": True} for time, kind, group in rows
            ]
        return [{"time": time, "code": kind, "parameter": group, "simulated": True} for time, kind, group in rows]

    def _block(self, number: int) -> _Events:
        """Draw the cycles of a block and write down the events of all their stages and detectors."""
        controller = self._controller
        starts_s = controller.offset_s + controller.cycle_s * (number * BLOCK + np.arange(BLOCK))
        greens_s = self._greens(number)
        events: list[tuple[Any, int, Floats]] = []
        greens: dict[int, Greens] = {}
        begin_s = starts_s.astype(float)
        until_s = float(starts_s[-1] + controller.cycle_s)
        for stage, green_s in zip(controller.stages, greens_s, strict=True):
            for kind, moment_s in self._stage(begin_s, green_s):
                events += [(kind, group, moment_s) for group in stage]
            shown = Greens(begin_s, begin_s + green_s, controller.amber_s, until_s)
            greens |= dict.fromkeys(stage, shown)
            begin_s = begin_s + green_s + controller.amber_s + controller.clearance_s
        events += self._reported(number, greens)
        time_ds = np.rint(10 * np.concatenate([moment_s for _, _, moment_s in events])).astype(np.int64)
        order = np.argsort(time_ds, kind="stable")
        sizes = [moment_s.size for _, _, moment_s in events]
        kind_of = np.repeat(np.array([kind for kind, _, _ in events]), sizes)
        group_of = np.repeat(np.array([group for _, group, _ in events]), sizes)
        return _Events(time_ds[order], kind_of[order].tolist(), group_of[order].tolist())

    def _reported(self, number: int, greens: dict[int, Greens]) -> list[tuple[Any, int, Floats]]:
        """Give the events of detectors and of pedestrians' calls in a block."""
        controller = self._controller
        if controller.dialect == "state":
            return []
        events: list[tuple[Any, int, Floats]] = []
        for one in controller.detected:
            shown = greens[one.signal_group]
            minute, until = int(shown.begin_s[0]) // STEP_S, int(shown.until_s) // STEP_S
            counts = self._lanes.counts(one.lane, minute, until)
            events += passages(one, shown, counts, float(STEP_S * minute), self._seed, number)
        for group in controller.walks:
            events += walks(group, greens[group], self._seed, controller.key, number)
        return events

    def _greens(self, number: int) -> list[Floats]:
        """Split the green time of each cycle over the stages [s], to the tenth; the sum is that of the plan."""
        controller = self._controller
        others = len(controller.stages) - 1
        free_s = controller.cycle_s - len(controller.stages) * (controller.amber_s + controller.clearance_s)
        draw = generator(self._seed, f"signal/{controller.key}", number)
        shift_s = np.round(draw.uniform(-VARIATION_S, VARIATION_S, (others, BLOCK)), 1)
        rest = [np.round(free_s * (1 - controller.main_ratio) / others, 1) + one for one in shift_s]
        return [np.asarray(free_s - np.sum(rest, axis=0)), *rest]

    def _stage(self, begin_s: Floats, green_s: Floats) -> list[tuple[Any, Floats]]:
        """Give the events of one stage with their moments, in order; red-amber is part of a German green's start."""
        end_s = begin_s + green_s
        amber_end_s = end_s + self._controller.amber_s
        if self._controller.dialect == "state":
            return [
                ("red_amber", begin_s),
                ("green", begin_s + RED_AMBER_S),
                ("amber", end_s),
                ("red", amber_end_s),
            ]
        return [
            (BEGIN_GREEN, begin_s),
            (END_GREEN, end_s),
            (BEGIN_YELLOW, end_s),
            (END_YELLOW, amber_end_s),
            (BEGIN_CLEARANCE, amber_end_s),
            (END_CLEARANCE, amber_end_s + self._controller.clearance_s),
        ]
