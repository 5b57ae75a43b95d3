"""A simulation under way: what its loops and signals report, and the truth kept apart."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from simulators.sumo.actuated import actuated
from simulators.sumo.network import Answer, Interval, Loop, Network, Order, Passage, Switch
from simulators.sumo.options import arguments
from simulators.sumo.survey import survey

MINUTE_S = 60
TRUTH_S = 900
"""Width of the truth's windows: those of the indicators of approaches [s]."""

Shown = Mapping[str, Sequence[tuple[float, str]]]


class Simulation:
    """SUMO by libsumo; one at a time in a process."""

    def __init__(self) -> None:
        import libsumo  # noqa: PLC0415 - only this process has it

        self._sumo: Any = libsumo
        self._network: Network | None = None
        self._loops: tuple[Loop, ...] = ()
        self._signals: list[str] = []
        self._shown: list[str] = []
        self._over: list[set[str]] = []
        self._watched: tuple[str, ...] = ()
        self._longest: dict[str, int] = {}
        self._queues: list[tuple[int, str, int]] = []
        self._folder: Path | None = None
        self._teleports = 0
        self._begin_s = 0.0

    def read(self, scenario: Path, seed: int) -> Network:
        """Read the network of a scenario."""
        self._sumo.start(arguments(scenario, seed))
        try:
            self._network = survey(self._sumo)
        finally:
            self._sumo.close()
        return self._network

    def start(self, order: Order) -> Answer:
        """Begin: with loops of our own, the truth into a folder."""
        self._loops, self._watched, self._folder = order.loops, order.watched, Path(order.folder)
        own = [] if self._network is None else [one.key for one in self._network.loops]
        additional = self._folder / "emscher.add.xml"
        additional.write_text(_additional([one for one in order.loops if one.key not in own], self._folder))
        self._sumo.start(arguments(Path(order.scenario), order.seed, additional, self._folder))
        chosen = {one.key: one for one in self._network.signals} if self._network else {}
        self._signals = list(order.signals)
        if order.program == "actuated":
            for key in self._signals:
                actuated(self._sumo, chosen[key])
        self._shown = [""] * len(self._signals)
        self._over = [set() for _ in self._loops]
        self._begin_s = self._sumo.simulation.getTime()
        return Answer(time_s=self._begin_s)

    def advance(self, until_s: float, states: Shown) -> Answer:
        """Simulate up to a moment."""
        sumo = self._sumo
        step_s = sumo.simulation.getDeltaT()
        due = sorted((at_s, key, state) for key, shown in states.items() for at_s, state in shown)
        passages: list[Passage] = []
        switches: list[Switch] = []
        intervals: list[Interval] = []
        now_s = sumo.simulation.getTime()
        while now_s < until_s - step_s / 2:
            while due and due[0][0] < now_s + step_s / 2:
                _, key, state = due.pop(0)
                sumo.trafficlight.setRedYellowGreenState(key, state)
            sumo.simulationStep()
            self._teleports += sumo.simulation.getStartingTeleportNumber()
            self._see_signals(now_s, switches)
            now_s = sumo.simulation.getTime()
            self._see_loops(now_s, passages)
            self._see_queues(now_s)
            if (now_s - self._begin_s) % MINUTE_S < step_s:
                intervals += self._minute(now_s)
        return Answer(
            time_s=now_s,
            passages=tuple(passages),
            switches=tuple(switches),
            intervals=tuple(intervals),
            waiting=len(sumo.simulation.getPendingVehicles()),
            running=sumo.vehicle.getIDCount(),
            teleports=self._teleports,
        )

    def end(self) -> Answer:
        """Close, so that SUMO writes what it has counted, and write the queues."""
        answer = Answer(teleports=self._teleports)
        if self._folder is not None:
            self._sumo.close()
            with (self._folder / "queues.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(("begin_s", "lane", "queue_max_veh"))
                writer.writerows(self._queues)
        return answer

    def _see_signals(self, now_s: float, switches: list[Switch]) -> None:
        for number, key in enumerate(self._signals):
            state = self._sumo.trafficlight.getRedYellowGreenState(key)
            if state != self._shown[number]:
                self._shown[number] = state
                switches.append(Switch(now_s, number, state))

    def _see_loops(self, now_s: float, passages: list[Passage]) -> None:
        """See who comes and goes; like a real loop, one is on as long as any vehicle is over it."""
        data = self._sumo.inductionloop.getVehicleData
        for number, loop in enumerate(self._loops):
            found, over = data(loop.key), self._over[number]
            if not found and not over:
                continue
            edges = []
            seen = set()
            before = len(over)
            for name, _, came_s, left_s, _ in found:
                seen.add(name)
                if name not in over:
                    edges.append((came_s, 1))
                    over.add(name)
                if left_s >= 0:
                    edges.append((left_s, -1))
                    over.discard(name)
            # A vehicle that changed its lane, was teleported or arrived is told of no more.
            gone = over - seen
            edges += [(now_s, -1)] * len(gone)
            over -= gone
            for at_s, step in sorted(edges):
                before += step
                if before == (step > 0):
                    passages.append(Passage(at_s, number, on=step > 0))

    def _see_queues(self, now_s: float) -> None:
        for lane in self._watched:
            halting = self._sumo.lane.getLastStepHaltingNumber(lane)
            self._longest[lane] = max(self._longest.get(lane, 0), halting)
        if (now_s - self._begin_s) % TRUTH_S < self._sumo.simulation.getDeltaT():
            self._queues += [(int(now_s) - TRUTH_S, lane, longest) for lane, longest in self._longest.items()]
            self._longest.clear()

    def _minute(self, now_s: float) -> list[Interval]:
        loop = self._sumo.inductionloop
        return [
            Interval(
                now_s,
                number,
                loop.getLastIntervalVehicleNumber(one.key),
                loop.getLastIntervalOccupancy(one.key),
                loop.getLastIntervalMeanSpeed(one.key),
            )
            for number, one in enumerate(self._loops)
        ]


def _additional(loops: Sequence[Loop], folder: Path) -> str:
    """Write our loops, and the meters of truth, as an additional file."""
    lines = [
        f'<inductionLoop id="{one.key}" lane="{one.lane}" pos="{one.position_m:.2f}" length="{one.length_m:.2f}"'
        f' period="{MINUTE_S}" file="NUL" friendlyPos="true"/>'
        for one in loops
    ]
    meter = f'<laneData id="emscher-truth" freq="{TRUTH_S}" file="{folder / "lanes.xml"}" excludeEmpty="true"/>'
    return "\n".join(("<additional>", *lines, meter, "</additional>", ""))
