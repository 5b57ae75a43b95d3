"""What a scenario's signals become: sites with controllers, signal groups, stages, and loops with a function.

A signal group is the lanes of one edge that show the same in every stage. A stage is a phase of the scenario's own
program that has green and no amber; what lies between two stages is theirs to make (:mod:`simulators.loop.transition`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from simulators.sumo.network import Lane, Loop, Network, Phase, Signal

STOP_LINE_M = 3.5
"""Where the loop at the stop line begins, before the line [m]."""
LOOP_M = 1.0
"""How long it is: shorter than the gaps between those who wait, so that each is seen alone [m]."""
ADVANCE_M = 80.0
"""Distance of the advance loop from the stop line, where there is so much lane [m]."""
LEAST_ADVANCE_M = 20.0
"""Nearer to the line it would tell nothing that the loop there does not [m]."""
NEAR_M = 12.0
"""A loop of the scenario that is nearer to the line than this is one at the stop line [m]."""

Function = Literal["presence", "advance"]


@dataclass(frozen=True, slots=True)
class Group:
    """A signal group: its number from 1, its edge and lanes, and the places of their links in the signal's state."""

    number: int
    edge: str
    lanes: tuple[str, ...]
    links: tuple[int, ...]
    on_foot: bool


@dataclass(frozen=True, slots=True)
class Detector:
    """A loop of a junction: its channel at the controller, what it is for, its lane's place in the group from 1.

    ``sensor`` is what it is called where it counts intervals.
    """

    loop: Loop
    channel: int
    function: Function
    group: int
    lane: int
    distance_m: float
    sensor: str


@dataclass(frozen=True, slots=True)
class Junction:
    """A signal as a site."""

    key: str
    signal: Signal
    groups: tuple[Group, ...]
    stages: tuple[Phase, ...]
    detectors: tuple[Detector, ...]

    @property
    def controller(self) -> str:
        """Key of its controller."""
        return f"{self.key}.ctl"

    def green_groups(self, stage: Phase) -> list[int]:
        """Numbers of the groups that are green in a stage."""
        return [one.number for one in self.groups if any(stage.state[link] in "Gg" for link in one.links)]


def lay_out(network: Network, name: str) -> tuple[Junction, ...]:
    """Make sites of a scenario's signals.

    Parameters
    ----------
    network : Network
        As SUMO has it.
    name : str
        What their keys begin with.
    """
    return tuple(_junction(network, signal, f"{name}-{number:02}") for number, signal in enumerate(network.signals, 1))


def is_stage(phase: Phase) -> bool:
    """Whether a phase lets traffic go and does not end it."""
    return any(letter in "Gg" for letter in phase.state) and not any(letter in "yYu" for letter in phase.state)


def _junction(network: Network, signal: Signal, key: str) -> Junction:
    stages = tuple({one.state: one for one in signal.phases if is_stage(one)}.values())
    groups = _groups(network, signal, stages)
    detectors: list[Detector] = []
    for group in groups:
        for place, lane in enumerate(group.lanes if not group.on_foot else (), 1):
            for function, loop, distance_m in _loops(network, group, lane, f"{key}-{len(detectors) + 1:03}"):
                channel = len(detectors) + 1
                sensor = f"{key}.{'d' if function == 'presence' else 'a'}{channel:02}"
                detectors.append(Detector(loop, channel, function, group.number, place, distance_m, sensor))
    return Junction(key, signal, groups, stages, tuple(detectors))


def _groups(network: Network, signal: Signal, stages: tuple[Phase, ...]) -> tuple[Group, ...]:
    links: dict[str, list[int]] = {}
    for number, (lane, _, _) in enumerate(signal.links):
        if lane and (lane in network.lanes):
            links.setdefault(lane, []).append(number)
    alike: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for lane, places in links.items():
        shown = tuple(_most([stage.state[link] for link in places]) for stage in stages)
        alike.setdefault((network.lanes[lane].edge, shown), []).append(lane)
    return tuple(
        Group(
            number,
            edge,
            tuple(lanes),
            tuple(link for lane in lanes for link in links[lane]),
            network.lanes[lanes[0]].on_foot,
        )
        for number, ((edge, _), lanes) in enumerate(alike.items(), 1)
    )


def _most(letters: list[str]) -> str:
    """What a lane may do at most."""
    return next((letter for letter in "Gg" if letter in letters), "r")


def _loops(network: Network, group: Group, lane: str, key: str) -> Iterator[tuple[Function, Loop, float]]:
    """Loops of a lane: the scenario's own where they are of use, else ours."""
    length_m = network.lanes[lane].length_m
    there = sorted((length_m - one.position_m, one) for one in network.loops if one.lane == lane)
    near = [(far_m, one) for far_m, one in there if far_m <= NEAR_M]
    far = [(far_m, one) for far_m, one in there if far_m >= LEAST_ADVANCE_M]
    if near:
        yield "presence", near[0][1], near[0][0]
    else:
        begin_m = max(length_m - STOP_LINE_M, 0.1)
        own = Loop(
            key=f"{key}p", lane=lane, position_m=begin_m, length_m=min(LOOP_M, max(length_m - begin_m - 0.1, 0.0))
        )
        yield "presence", own, length_m - begin_m
    if far:
        yield "advance", far[-1][1], far[-1][0]
        return
    place = _place(network.lanes, group, lane)
    if place is not None:
        upstream, position_m, distance_m = place
        yield "advance", Loop(key=f"{key}a", lane=upstream, position_m=position_m), distance_m


def _place(lanes: Mapping[str, Lane], group: Group, lane: str) -> tuple[str, float, float] | None:
    """Find where an advance loop sees only what comes to this lane: its lane, position and distance [m]."""
    left_m, at = ADVANCE_M, lane
    walked_m = 0.0
    while True:
        length_m = lanes[at].length_m
        if length_m >= left_m + 1:
            return at, length_m - left_m, ADVANCE_M
        sources = [one for one in lanes[at].sources if one in lanes]
        alone = len(sources) == 1 and set(lanes[sources[0]].targets) <= {at, *group.lanes}
        if not alone or sources[0] == at or walked_m > ADVANCE_M:
            far_m = walked_m + length_m - 1
            return (at, 1.0, far_m) if far_m >= LEAST_ADVANCE_M else None
        walked_m += length_m
        left_m -= length_m
        at = sources[0]
