"""Read what a loaded scenario has: signals, the lanes before them, loops."""

from __future__ import annotations

from typing import Any

from simulators.sumo.network import Lane, Loop, Network, Phase, Signal

CONTROLLED = (0, 3, 4)
"""Programs that are fixed, actuated or by delay; others (rail, NEMA rings) are no sequence of stages."""
TURN_BACK = "t"
FAR_M = 600.0
"""Lanes are read this far before a signal, which is as far as another one is of use to it [m]."""


def survey(sumo: Any) -> Network:  # noqa: ANN401 - a module without types
    """Read the network of the simulation that is loaded."""
    signals = tuple(one for key in sumo.trafficlight.getIDList() if (one := _signal(sumo, key)) is not None)
    links = {
        lane: [one[0] for one in sumo.lane.getLinks(lane) if one[6] != TURN_BACK]
        for lane in sumo.lane.getIDList()
        if not lane.startswith(":")
    }
    sources: dict[str, list[str]] = {}
    for lane, ahead in links.items():
        for target in ahead:
            sources.setdefault(target, []).append(lane)
    wanted: dict[str, float] = {}
    waiting = [(0.0, lane) for one in signals for lane, _, _ in one.links]
    waiting += [(FAR_M, target) for one in signals for _, target, _ in one.links]
    while waiting:
        far_m, lane = waiting.pop()
        if far_m > FAR_M or wanted.get(lane, FAR_M + 1) <= far_m:
            continue
        wanted[lane] = far_m
        if far_m < FAR_M:
            waiting += [(far_m + sumo.lane.getLength(lane), source) for source in sources.get(lane, ())]
    return Network(
        begin_s=sumo.simulation.getTime(),
        end_s=sumo.simulation.getEndTime(),
        step_s=sumo.simulation.getDeltaT(),
        lanes={lane: _lane(sumo, lane, sources, links) for lane in sorted(wanted)},
        signals=signals,
        loops=tuple(
            Loop(key=key, lane=sumo.inductionloop.getLaneID(key), position_m=sumo.inductionloop.getPosition(key))
            for key in sumo.inductionloop.getIDList()
        ),
    )


def _signal(sumo: Any, key: str) -> Signal | None:  # noqa: ANN401 - the same
    light = sumo.trafficlight
    running = light.getProgram(key)
    program = next((one for one in light.getAllProgramLogics(key) if one.programID == running), None)
    if program is None or program.type not in CONTROLLED:
        return None
    links = tuple(_link(sumo, one) for one in light.getControlledLinks(key))
    phases = tuple(
        Phase(state=one.state, duration_s=one.duration, min_s=one.minDur, max_s=one.maxDur) for one in program.phases
    )
    lanes = [lane for lane, _, _ in links if lane]
    if not lanes:
        return None
    ends = [_degrees(sumo, sumo.lane.getShape(lane)[-1]) for lane in lanes]
    place = (sum(x for x, _ in ends) / len(ends), sum(y for _, y in ends) / len(ends))
    return Signal(key=key, links=links, phases=phases, kind=program.type, place=place)


def _link(sumo: Any, connections: Any) -> tuple[str, str, str]:  # noqa: ANN401 - the same
    """Lane from, lane to, and the letter of its direction; empty where the place in the state is not used."""
    if not connections:
        return "", "", ""
    start, target, via = connections[0]
    turns = {one[4]: one[6] for one in sumo.lane.getLinks(start)}
    return start, target, turns.get(via, "s")


def _lane(sumo: Any, key: str, sources: dict[str, list[str]], links: dict[str, list[str]]) -> Lane:  # noqa: ANN401 - the same
    shape = sumo.lane.getShape(key)
    allowed = sumo.lane.getAllowed(key)
    return Lane(
        edge=sumo.lane.getEdgeID(key),
        length_m=sumo.lane.getLength(key),
        speed_ms=sumo.lane.getMaxSpeed(key),
        end=_degrees(sumo, shape[-1]),
        begin=_degrees(sumo, shape[0]),
        on_foot=key.startswith(":") or bool(allowed and set(allowed) <= {"pedestrian"}),
        sources=tuple(sources.get(key, ())),
        targets=tuple(links.get(key, ())),
    )


def _degrees(sumo: Any, point: tuple[float, float]) -> tuple[float, float]:  # noqa: ANN401 - the same
    """Longitude and latitude, where the network knows where on Earth it lies; else near zero, by its own metres."""
    longitude, latitude = sumo.simulation.convertGeo(*point[:2])
    if (longitude, latitude) == tuple(point[:2]):
        return round(point[0] / 111_320, 7), round(point[1] / 111_320, 7)
    return round(longitude, 7), round(latitude, 7)
