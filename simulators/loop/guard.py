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
    """Shortest green and longest red [s]."""

    green_min_s: float = 5.0
    red_max_s: float = 120.0


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
        self._shown = plan.stages[0]
        self._coming: list[Step] = [(now_s, self._shown)]
        self._red_since_s = dict.fromkeys(self._waits, now_s)
        self._green_since_s = {link: now_s for link in range(len(self._shown)) if self._shown[link] in GREENS}

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
        forced = self.forced(now_s)
        wanted = stage if forced is None else forced
        if wanted == self.stage or not self.may_change(now_s):
            return wanted == self.stage
        if not self._ripe(wanted, now_s):
            return False
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

    def forced(self, now_s: float) -> int | None:
        """Stage that must come next, so that nobody waits longer than the longest red; None where none must."""
        current = self._plan.stages[self.stage]
        waiting = sorted((since_s, link) for link, since_s in self._red_since_s.items() if current[link] not in GREENS)
        ahead_s = 0.0
        first: int | None = None
        served: set[int] = set()
        for since_s, link in waiting:
            if link in served:
                continue
            wanted = self._serving(link)
            first = wanted if first is None else first
            served |= {one for one in self._waits if self._plan.stages[wanted][one] in GREENS}
            ahead_s += (
                sum(lasts_s for lasts_s, _ in self._plan.between(self.stage, wanted))
                if ahead_s == 0
                else (self._longest_s())
            )
            if now_s + ahead_s + self._slack_s() >= since_s + self._bounds.red_max_s:
                return first
            ahead_s += self._bounds.green_min_s
        return None

    def red_s(self, now_s: float) -> float:
        """How long the link that has waited longest has been red [s]."""
        return max((now_s - since_s for since_s in self._red_since_s.values() if since_s < math.inf), default=0.0)

    def _ripe(self, wanted: int, now_s: float) -> bool:
        """Whether each link that would lose its green has had it long enough."""
        after = self._plan.stages[wanted]
        return all(
            now_s - since_s >= self._bounds.green_min_s
            for link, since_s in self._green_since_s.items()
            if after[link] not in GREENS
        )

    def _serving(self, link: int) -> int:
        """Stage that serves a link: the one that serves most with it."""
        stages = [number for number, stage in enumerate(self._plan.stages) if stage[link] in GREENS]
        return max(stages, key=lambda number: (sum(one in GREENS for one in self._plan.stages[number]), -number))

    def _longest_s(self) -> float:
        stages = range(len(self._plan.stages))
        return max(
            (sum(s for s, _ in self._plan.between(one, other)) for one in stages for other in stages if one != other),
            default=0.0,
        )

    def _slack_s(self) -> float:
        """A green that has just begun must last before another may come [s]."""
        return self._bounds.green_min_s

    def _note(self, at_s: float, state: str) -> None:
        """Keep since when links are red and green."""
        for link in self._waits:
            if state[link] in GREENS:
                self._red_since_s[link] = math.inf
            elif self._red_since_s[link] == math.inf:
                self._red_since_s[link] = at_s
        for link, letter in enumerate(state):
            if letter not in GREENS:
                self._green_since_s.pop(link, None)
            else:
                self._green_since_s.setdefault(link, at_s)
        self._shown = state
