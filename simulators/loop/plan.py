"""Stages of a junction as a signal's states, and what is shown on the way from one to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simulators.sumo.layout import is_stage
from simulators.sumo.network import Phase, Signal

AMBER_S = 3.0
"""Where the scenario's own program shows none: 50 km/h, VwV-StVO to paragraph 37 [s]."""
RED_AMBER_S = 1.0
GREENS, AMBERS = "Gg", "yY"

Step = tuple[float, str]


@dataclass(frozen=True, slots=True)
class Plan:
    """Stages of a signal and the times between them.

    Parameters
    ----------
    stages : tuple of str
        State shown in each.
    own : mapping of (int, int) to steps
        What the scenario's program shows between two stages, each for how long [s].
    amber_s : tuple of float
        Amber of each link [s].
    clearance_s : float
        All red after amber where the scenario's program does not say [s].
    red_amber : bool
        Whether red-amber is shown before green.
    """

    stages: tuple[str, ...]
    own: dict[tuple[int, int], tuple[Step, ...]]
    amber_s: tuple[float, ...]
    clearance_s: float
    red_amber: bool

    def between(self, start: int, end: int) -> tuple[Step, ...]:
        """Give the steps from one stage to another, each a time [s] and a state."""
        known = self.own.get((start, end))
        return self._made(self.stages[start], self.stages[end]) if known is None else known

    @property
    def times_s(self) -> dict[tuple[int, int], float]:
        """How long it takes from each stage to each, to itself nothing [s]."""
        stages = range(len(self.stages))
        return {
            (one, other): 0.0 if one == other else sum(lasts_s for lasts_s, _ in self.between(one, other))
            for one in stages
            for other in stages
        }

    def round_s(self, green_s: float) -> float:
        """How long one round through all stages takes, each with so much green [s]."""
        count = len(self.stages)
        times_s = self.times_s
        return sum(green_s + times_s[stage, (stage + 1) % count] for stage in range(count))

    def _made(self, before: str, after: str) -> tuple[Step, ...]:
        """Amber for what ends, all red, red-amber for what begins; what stays green stays."""
        links = range(len(before))
        ends = [link for link in links if before[link] in GREENS and after[link] not in GREENS]
        amber_s = max((self.amber_s[link] for link in ends), default=0.0)
        clear_s = self.clearance_s if ends else 0.0

        def shown(amber: Sequence[int], preparing: bool) -> str:  # noqa: FBT001 - two pictures of one thing
            return "".join(
                "y"
                if link in amber
                else "r"
                if link in ends
                else "u"
                if preparing and after[link] in GREENS and before[link] not in GREENS
                else before[link]
                if before[link] in GREENS or before[link] == after[link]
                else "r"
                for link in links
            )

        whole_s = amber_s + clear_s
        cuts = sorted({whole_s, *(self.amber_s[link] for link in ends)})
        if self.red_amber and whole_s > RED_AMBER_S:
            cuts = sorted({*cuts, whole_s - RED_AMBER_S})
        steps: list[Step] = []
        since_s = 0.0
        for until_s in cuts:
            if until_s > since_s:
                amber = [link for link in ends if self.amber_s[link] > since_s]
                preparing = self.red_amber and since_s >= whole_s - RED_AMBER_S
                steps.append((until_s - since_s, shown(amber, preparing)))
                since_s = until_s
        return tuple(steps)


def plan_of(signal: Signal, stages: Sequence[Phase]) -> Plan:
    """Read the plan from a scenario's own program.

    Parameters
    ----------
    signal : Signal
        With the program.
    stages : sequence of Phase
        Its stages.
    """
    states = [one.state for one in stages]
    own: dict[tuple[int, int], tuple[Step, ...]] = {}
    steps: list[Step] = []
    last: int | None = None
    for phase in (*signal.phases, *signal.phases):
        if is_stage(phase):
            now = states.index(phase.state)
            if last is not None and last != now:
                own.setdefault((last, now), tuple(steps))
            last, steps = now, []
        elif phase.duration_s > 0:
            steps.append((phase.duration_s, phase.state))
    return Plan(
        tuple(states),
        own,
        tuple(_amber_s(signal.phases, link) for link in range(len(signal.links))),
        max((_clearance_s(found) for found in own.values()), default=0.0),
        any("u" in one.state for one in signal.phases),
    )


def _amber_s(phases: Sequence[Phase], link: int) -> float:
    """Longest amber of a link, phases that follow one another taken together."""
    longest_s = lasts_s = 0.0
    for phase in (*phases, *phases):
        lasts_s = lasts_s + phase.duration_s if phase.state[link : link + 1] in tuple(AMBERS) else 0.0
        longest_s = max(longest_s, lasts_s)
    return longest_s or AMBER_S


def _clearance_s(steps: Sequence[Step]) -> float:
    """How long of the steps between two stages no link has amber, nor green that ends."""
    return sum(lasts_s for lasts_s, state in steps if not any(letter in state for letter in AMBERS))
