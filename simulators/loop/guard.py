"""The guard: the one place that decides what a signal shows, whatever a controller asks for.

It holds minimum green, amber, clearance, red-amber and maximum red. A request that may not be carried out yet is
forgotten; the controller asks again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from simulators.loop.plan import GREENS, Plan, Step


@dataclass(frozen=True, slots=True)
class Bounds:
    """Shortest green, longest red, and how often the guard is asked [s]."""

    green_min_s: float = 5.0
    red_max_s: float = 120.0
    interval_s: float = 1.0


class Guard:
    """Guards one signal.

    Parameters
    ----------
    plan : Plan
        Its stages.
    bounds : Bounds
        What no controller may break.
    now_s : float
        When it begins, in the first stage [s].
    waits : sequence of int
        Links that must not wait longer than the longest red; the others no vehicle or person uses.
    """

    def __init__(self, plan: Plan, bounds: Bounds, now_s: float, waits: Sequence[int]) -> None:
        self._plan = plan
        self._bounds = bounds
        self._waits = [link for link in waits if any(stage[link] in GREENS for stage in plan.stages)]
        self.stage = 0
        """Stage that is shown, or comes next."""
        self.since_s = now_s
        """Since when, or from when on, it is green [s]."""
        self._coming: list[Step] = [(now_s, plan.stages[0])]
        self._red_since_s = {link: math.inf if plan.stages[0][link] in GREENS else now_s for link in self._waits}
        self._between_s = plan.times_s

    def may_change(self, now_s: float) -> bool:
        """Whether every green that shows has lasted long enough to end."""
        return now_s >= self.since_s + self._bounds.green_min_s

    def request(self, stage: int, now_s: float) -> bool:
        """Ask for a stage; whether it is shown from now on, or on its way.

        Parameters
        ----------
        stage : int
            Its number.
        now_s : float
            The time [s].
        """
        wanted = self._bounded(stage, now_s)
        if wanted == self.stage or not self.may_change(now_s):
            return wanted == self.stage
        at_s = now_s
        for lasts_s, state in self._plan.between(self.stage, wanted):
            self._coming.append((at_s, state))
            at_s += lasts_s
        self._coming.append((at_s, self._plan.stages[wanted]))
        self.stage, self.since_s = wanted, at_s
        return True

    def shows(self, now_s: float, until_s: float) -> tuple[Step, ...]:
        """Give what is shown in an interval that begins now, by moment; what is told is taken as done."""
        told: list[Step] = []
        while self._coming and self._coming[0][0] < until_s:
            at_s, state = self._coming.pop(0)
            told.append((max(at_s, now_s), state))
            self._note(at_s, state)
        return tuple(told)

    def _bounded(self, stage: int, now_s: float) -> int:
        """The stage asked for, or, where someone would then wait too long, the one for who has waited most."""
        first = self._next()
        if first is None:
            return stage
        change = stage != self.stage and self.may_change(now_s)
        after_s = now_s + self._between_s[self.stage, stage] if change else self.since_s
        if self._in_time(stage if change else self.stage, after_s, now_s + self._bounds.interval_s):
            return stage
        return first

    def _next(self) -> int | None:
        """Stage that serves who has waited longest; None where all have green."""
        waiting = self._waiting(self.stage)
        return self._serving(waiting[0][1]) if waiting else None

    def _waiting(self, stage: int) -> list[tuple[float, int]]:
        """Links that are red and stay so in a stage, with since when, who waits longest first."""
        shown = self._plan.stages[stage]
        return sorted((since_s, link) for link, since_s in self._red_since_s.items() if shown[link] not in GREENS)

    def _in_time(self, stage: int, since_s: float, asked_s: float) -> bool:
        """Whether all who wait can be served in time, in turn, from a stage that is green since a moment."""
        bounds = self._bounds
        waiting = self._waiting(stage)
        at_s = self._asked_at(max(since_s + bounds.green_min_s, asked_s), asked_s)
        while waiting:
            red_s, link = waiting[0]
            wanted = self._serving(link)
            green_s = at_s + self._between_s[stage, wanted]
            if green_s > red_s + bounds.red_max_s:
                return False
            waiting = [one for one in waiting if self._plan.stages[wanted][one[1]] not in GREENS]
            stage, at_s = wanted, self._asked_at(green_s + bounds.green_min_s, asked_s)
        return True

    def _asked_at(self, at_s: float, asked_s: float) -> float:
        """The first time at which the guard is asked, at a moment or after it [s]."""
        every_s = self._bounds.interval_s
        return asked_s + math.ceil(max(at_s - asked_s, 0.0) / every_s - 1e-9) * every_s

    def red_s(self, now_s: float) -> float:
        """How long the link that has waited longest has been red [s]."""
        return max((now_s - since_s for since_s in self._red_since_s.values() if since_s < math.inf), default=0.0)

    def _serving(self, link: int) -> int:
        """Stage that serves a link: the one that serves most with it."""
        stages = [number for number, stage in enumerate(self._plan.stages) if stage[link] in GREENS]
        return max(stages, key=lambda number: (sum(one in GREENS for one in self._plan.stages[number]), -number))

    def _note(self, at_s: float, state: str) -> None:
        """Keep since when links are red and green."""
        for link in self._waits:
            if state[link] in GREENS:
                self._red_since_s[link] = math.inf
            elif self._red_since_s[link] == math.inf:
                self._red_since_s[link] = at_s
