"""A scenario's signals as a city: GeoJSON that `emscher city check` and `emscher city load` take."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

import msgspec

from simulators.sumo.layout import Detector, Group, Junction
from simulators.sumo.network import Lane, Network

KMH_PER_MS = 3.6
DEFAULT_KMH = 50.0
LONGEST_TRAVEL_S = 60.0
"""What comes from further away has spread out [s]."""
COMPASS = ("northbound", "eastbound", "southbound", "westbound")


def geojson(name: str, network: Network, junctions: Sequence[Junction]) -> bytes:
    """Describe the junctions, a feature on a line.

    Parameters
    ----------
    name : str
        Name of the city.
    network : Network
        As SUMO has it.
    junctions : sequence of Junction
        Its signals as sites.
    """
    feeds = _feeds(network, junctions)
    features = [
        feature
        for one in junctions
        for feature in (_site(one, network), _controller(one, feeds.get(one.key, [])), *_lanes(one, network))
    ]
    lines = b",\n".join(msgspec.json.encode(one) for one in features)
    return b'{"type":"FeatureCollection","name":%b,"features":[\n%b\n]}\n' % (msgspec.json.encode(name), lines)


def _feature(place: tuple[float, float], **properties: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    known = {key: value for key, value in properties.items() if value is not None}
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": place}, "properties": known}


def _site(one: Junction, network: Network) -> dict[str, Any]:
    speeds = [network.lanes[lane].speed_ms for group in one.groups for lane in group.lanes if not group.on_foot]
    limit_kmh = round(max(speeds) * KMH_PER_MS) if speeds else DEFAULT_KMH
    greens = [set(one.green_groups(stage)) for stage in one.stages]
    numbers = [group.number for group in one.groups]
    together = [pair for pair in combinations(numbers, 2) if any(set(pair) <= green for green in greens)]
    return _feature(
        one.signal.place,
        type="site",
        key=one.key,
        kind="junction",
        name=one.signal.key,
        simulated=True,
        speed_limit_kmh=limit_kmh,
        conflicts=[list(pair) for pair in combinations(numbers, 2) if pair not in together],
        approaches=[_approach(one, group, network) for group in one.groups],
    )


def _approach(one: Junction, group: Group, network: Network) -> dict[str, Any]:
    lanes = [network.lanes[lane] for lane in group.lanes]
    named = {"key": f"{_heading(lanes[0])}-{group.number}", "signal_group": group.number}
    if group.on_foot:
        return {**named, "kind": "pedestrian"}
    detectors = [detector for detector in one.detectors if detector.group == group.number]
    return {
        **named,
        "free_speed_kmh": round(max(lane.speed_ms for lane in lanes) * KMH_PER_MS, 1),
        "lanes": [{"length_m": round(lane.length_m, 1)} for lane in lanes],
        "detectors": [part for detector in detectors for part in _functions(detector)],
    }


def _functions(detector: Detector) -> Iterator[dict[str, Any]]:
    channel = {"function": detector.function, "channel": detector.channel, "lane": detector.lane}
    yield {**channel, "distance_m": round(detector.distance_m, 1)} if detector.function == "advance" else channel
    if detector.function == "presence":
        yield {"function": "count", "sensor": detector.sensor, "lane": detector.lane}


def _controller(one: Junction, feeds: list[dict[str, Any]]) -> dict[str, Any]:
    return _feature(
        one.signal.place,
        type="sensor",
        key=one.controller,
        stream="signal",
        site=one.key,
        simulated=True,
        signal_groups=[group.number for group in one.groups],
        detector_channels=[detector.channel for detector in one.detectors],
        stages=[one.green_groups(stage) for stage in one.stages],
        yielding=[_yielding(one, number) for number in range(len(one.stages))],
        stage_s=[stage.duration_s for stage in one.stages],
        cycle_s=sum(phase.duration_s for phase in one.signal.phases),
        feeds=feeds,
    )


def _yielding(one: Junction, stage: int) -> list[int]:
    """Groups that are green in a stage and have to give way."""
    state = one.stages[stage].state
    return [
        group.number
        for group in one.groups
        if any(state[link] == "g" for link in group.links) and not any(state[link] == "G" for link in group.links)
    ]


def _lanes(one: Junction, network: Network) -> Iterator[dict[str, Any]]:
    """Every loop counts intervals too; who is counted for the approach is counted at the stop line."""
    for detector in one.detectors:
        lane = network.lanes[detector.loop.lane]
        yield _feature(
            lane.end,
            type="sensor",
            key=detector.sensor,
            stream="traffic",
            site=one.key,
            simulated=True,
            lane=detector.lane,
            signal_group=detector.group,
            sumo_loop=detector.loop.key,
        )


def _feeds(network: Network, junctions: Sequence[Junction]) -> dict[str, list[dict[str, Any]]]:
    """Find from which signal groups vehicles come to which, and how long they drive [s]."""
    released: dict[str, list[tuple[Junction, int]]] = {}
    for one in junctions:
        for group in one.groups:
            for link in group.links:
                released.setdefault(one.signal.links[link][1], []).append((one, group.number))
    found: dict[str, list[dict[str, Any]]] = {}
    for one in junctions:
        for group in one.groups:
            for (site, number), travel_s in _upstream(network, group, released).items():
                if site != one.key:
                    feed = {"signal_group": group.number, "site": site, "from": number, "travel_s": round(travel_s, 1)}
                    found.setdefault(one.key, []).append(feed)
    return found


def _upstream(
    network: Network, group: Group, released: dict[str, list[tuple[Junction, int]]]
) -> dict[tuple[str, int], float]:
    """Signal groups that let vehicles onto the way to a group, with the shortest time of travel [s]."""
    times: dict[tuple[str, int], float] = {}
    best: dict[str, float] = {}
    waiting = [(0.0, lane) for lane in group.lanes if not group.on_foot]
    while waiting:
        before_s, lane = waiting.pop()
        known = network.lanes[lane]
        after_s = before_s + known.length_m / max(known.speed_ms, 1.0)
        if after_s > LONGEST_TRAVEL_S or best.get(lane, math.inf) <= after_s:
            continue
        best[lane] = after_s
        # Lanes beside it lead here too: who comes may still change over.
        beside = [key for key, one in network.lanes.items() if one.edge == known.edge]
        if any(key in released for key in beside):
            for key in beside:
                for junction, number in released.get(key, ()):
                    whose = (junction.key, number)
                    times[whose] = min(times.get(whose, math.inf), after_s)
            continue
        waiting += [
            (after_s, source) for key in beside for source in network.lanes[key].sources if source in network.lanes
        ]
    return times


def _heading(lane: Lane) -> str:
    """Where a lane leads to."""
    east, north = lane.end[0] - lane.begin[0], lane.end[1] - lane.begin[1]
    return COMPASS[round(math.degrees(math.atan2(east, north)) / 90) % 4]
