"""Approaches of a junction: which detector tells what of which signal group.

They stand in the ``approaches`` of a site, beside ``conflicts``, pairs of signal groups that must not be green
together; see docs/decisions/0012-approaches.md for their form. The same code checks a description and reads what the
store keeps of it, so that processing leaves undefined exactly what the check complains of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from emscher.fault import Fault, convert
from emscher.located import Path
from emscher.sensor_key import SensorKey

Function = Literal["presence", "advance", "count", "yellow_red", "button"]
Positive = Annotated[float, Meta(gt=0)]
Number = Annotated[int, Meta(ge=0, le=65_535)]

ALL = "*"
"""In place of a function: nothing of the approach can be told."""
ADVICE = "advice"
"""In place of a function: what is advised for the junction as a whole."""


class Lane(msgspec.Struct, frozen=True, kw_only=True):
    """A lane: room for a queue [m], and its saturation flow where it is not the usual one [veh/h]."""

    length_m: Positive
    saturation_flow_veh_h: Positive | None = None


class Detector(msgspec.Struct, frozen=True, kw_only=True):
    """A detector: a channel of the controller (events), or a sensor of the stream traffic (counts of intervals).

    ``lane`` counts from 1; ``distance_m`` is measured from the stop line; ``latency_s`` is how late it reports.
    """

    function: Function
    channel: Number | None = None
    sensor: SensorKey | None = None
    lane: Annotated[int, Meta(ge=1)] | None = None
    distance_m: Annotated[float, Meta(ge=0)] | None = None
    latency_s: Annotated[float, Meta(ge=0, le=10)] = 0.0


class Phase(msgspec.Struct, frozen=True, kw_only=True):
    """What an approach says besides its lanes and detectors.

    ``controller`` may be left out where the site has one. ``free_speed_kmh`` defaults to the site's speed limit.
    ``crossing_m`` is the length of the crossing that is green with it.
    """

    key: SensorKey
    signal_group: Number
    kind: Literal["vehicle", "pedestrian"] = "vehicle"
    controller: SensorKey | None = None
    coordinated: bool = False
    free_speed_kmh: Positive | None = None
    min_green_s: Positive | None = None
    crossing_m: Positive | None = None


@dataclass(frozen=True, slots=True)
class Approach:
    """An approach as far as it can be read; what is wrong with it by function, :data:`ALL` for the whole."""

    controller: str
    phase: Phase
    lanes: tuple[Lane, ...]
    detectors: tuple[Detector, ...]
    faulty: frozenset[str]

    def of(self, function: Function) -> tuple[Detector, ...]:
        """Detectors that are for this."""
        return tuple(one for one in self.detectors if one.function == function)

    def is_faulty(self, function: str) -> bool:
        """Whether nothing can be told with detectors of this function."""
        return ALL in self.faulty or function in self.faulty


@dataclass(frozen=True, slots=True)
class Known:
    """A sensor of a site: its stream and what its description says of it."""

    stream: str
    metadata: Mapping[str, Any]


@dataclass(slots=True)
class _Draft:
    """An approach while it is read."""

    path: Path
    phase: Phase | None = None
    controller: str | None = None
    lanes: list[Lane] = field(default_factory=list)
    lane_count: int = 0
    detectors: list[tuple[Path, Detector]] = field(default_factory=list)
    faulty: set[str] = field(default_factory=set)


def read(site: Mapping[str, Any], sensors: Mapping[str, Known]) -> tuple[list[Approach], list[Fault]]:
    """Read the approaches of a site.

    Parameters
    ----------
    site : mapping
        Its metadata.
    sensors : mapping of str to Known
        Its sensors by key.

    Returns
    -------
    approaches : list of Approach
        Those whose signal group and controller are known, each pair once.
    faults : list of Fault
        Everything that is wrong, its path from the site's metadata on.
    """
    faults: list[Fault] = []
    raw = site.get("approaches", [])
    if not isinstance(raw, list):
        return [], [Fault(("approaches",), "`approaches` is no array")]
    drafts = [_draft(one, ("approaches", number), sensors, faults) for number, one in enumerate(raw)]
    faults += _alike(drafts)
    faults += _conflicts(site, sensors)
    _blame(drafts, faults)
    known: dict[tuple[str, int], Approach] = {}
    for one in drafts:
        if one.phase is not None and one.controller is not None:
            detectors = tuple(detector for _, detector in one.detectors)
            known.setdefault(
                (one.controller, one.phase.signal_group),
                Approach(one.controller, one.phase, tuple(one.lanes), detectors, frozenset(one.faulty)),
            )
    return list(known.values()), faults


def stages(controller: Known) -> list[list[int]]:
    """Signal groups of each stage of a controller, as its description has them; none where it has none that fit."""
    try:
        return msgspec.convert(controller.metadata.get("stages", []), list[list[int]])
    except msgspec.ValidationError:
        return []


def _numbers(controller: Known, name: str) -> list[int] | None:
    """Signal groups or channels that a controller says it has."""
    try:
        return msgspec.convert(controller.metadata.get(name), list[int] | None)
    except msgspec.ValidationError:
        return None


def _draft(raw: object, path: Path, sensors: Mapping[str, Known], faults: list[Fault]) -> _Draft:
    """Read one approach with everything that is wrong with it alone."""
    draft = _Draft(path)
    draft.phase = convert(Phase, raw, path, faults, also=("lanes", "detectors"))
    if not isinstance(raw, dict):
        return draft
    for where, lane in _each(raw, "lanes", path, faults):
        draft.lane_count += 1
        if (found := convert(Lane, lane, where, faults)) is not None:
            draft.lanes.append(found)
    for where, detector in _each(raw, "detectors", path, faults):
        if (one := convert(Detector, detector, where, faults)) is not None:
            draft.detectors.append((where, one))
    if draft.phase is None:
        return draft
    if draft.phase.kind == "vehicle":
        missing = [name for name in ("lanes", "detectors") if not raw.get(name)]
        faults.extend(Fault(path, f"approach {draft.phase.key} has no {name}") for name in missing)
    draft.controller = _controller(draft.phase, path, sensors, faults)
    for where, one in draft.detectors:
        faults.extend(Fault(where, text) for text in _wrong(one, draft, sensors))
    return draft


def _each(raw: Mapping[str, Any], name: str, path: Path, faults: list[Fault]) -> Iterator[tuple[Path, object]]:
    """Give the elements of an array with the place of each."""
    whole = raw.get(name, [])
    if not isinstance(whole, list):
        faults.append(Fault((*path, name), f"`{name}` is no array"))
        return
    for number, one in enumerate(whole):
        yield (*path, name, number), one


def _controller(phase: Phase, path: Path, sensors: Mapping[str, Known], faults: list[Fault]) -> str | None:
    """Find the controller of an approach, and its signal group among the controller's."""
    there = [key for key, one in sensors.items() if one.stream == "signal"]
    key = phase.controller or (there[0] if len(there) == 1 else None)
    if key not in there:
        said = "names no controller" if key is None else f"names the controller {key!r}"
        has = f"the site has {', '.join(there)}" if there else "the site has none"
        faults.append(Fault(path, f"approach {phase.key} {said}; {has}"))
        return None
    groups = _numbers(sensors[key], "signal_groups")
    if groups is not None and phase.signal_group not in groups:
        text = f"approach {phase.key} names the signal group {phase.signal_group}, which {key} does not have"
        faults.append(Fault((*path, "signal_group"), text))
    return key


def _wrong(detector: Detector, draft: _Draft, sensors: Mapping[str, Known]) -> Iterator[str]:
    """Say what is wrong with a detector whose properties fit."""
    if (detector.channel is None) == (detector.sensor is None):
        yield "a detector has either `channel` or `sensor`"
    if detector.lane is not None and detector.lane > draft.lane_count:
        yield f"the detector names lane {detector.lane}, which the approach does not have"
    if detector.function == "advance" and detector.distance_m is None:
        yield "an advance detector needs `distance_m`"
    if detector.sensor is not None:
        if detector.sensor not in sensors:
            yield f"the detector {detector.sensor} does not exist at this site"
        elif sensors[detector.sensor].stream != "traffic":
            yield f"the detector {detector.sensor} is no sensor of the stream traffic"
        if detector.function != "count":
            yield f"a sensor that counts intervals cannot tell {detector.function}; its function is count"
    elif draft.controller is not None:
        channels = _numbers(sensors[draft.controller], "detector_channels")
        if channels is not None and detector.channel not in channels:
            yield f"the detector channel {detector.channel} does not exist at {draft.controller}"


def _alike(drafts: Sequence[_Draft]) -> Iterator[Fault]:
    """Find what stands twice: keys, signal groups, detectors, and lanes that are counted."""
    keys: set[str] = set()
    groups: dict[tuple[str | None, int], _Draft] = {}
    used: dict[tuple[object, ...], str] = {}
    for draft in drafts:
        if draft.phase is None:
            continue
        named = draft.phase.key
        if named in keys:
            yield Fault((*draft.path, "key"), f"the approach {named} stands there twice")
        keys.add(named)
        group = (draft.controller, draft.phase.signal_group)
        first = groups.setdefault(group, draft)
        if first is not draft and first.phase is not None and draft.controller is not None:
            text = f"approaches {first.phase.key} and {named} overlap: both are signal group {group[1]} of {group[0]}"
            yield Fault((*draft.path, "signal_group"), text, first.path)
        lanes: set[int] = set()
        for where, one in draft.detectors:
            what = f"sensor {one.sensor}" if one.sensor else f"channel {one.channel}"
            place = (one.function, one.sensor or draft.controller, one.channel)
            if place in used:
                twice = "twice" if used[place] == named else f"to approach {used[place]} too"
                yield Fault(where, f"{what} belongs {twice} with the function {one.function}")
            used.setdefault(place, named)
            if one.function == "count" and one.lane is not None:
                if one.lane in lanes:
                    yield Fault(where, f"lane {one.lane} of approach {named} is counted twice")
                lanes.add(one.lane)


def _conflicts(site: Mapping[str, Any], sensors: Mapping[str, Known]) -> Iterator[Fault]:
    """Find stages in which signal groups are green together that must not be."""
    pairs = site.get("conflicts", [])
    shape = list[Annotated[list[int], Meta(min_length=2, max_length=2)]]
    try:
        pairs = msgspec.convert(pairs, shape)
    except msgspec.ValidationError as exc:
        yield Fault(("conflicts",), f"`conflicts` are pairs of signal groups: {exc}")
        return
    controllers = {key: one for key, one in sensors.items() if one.stream == "signal"}
    groups = [_numbers(one, "signal_groups") for one in controllers.values()]
    every = {group for some in groups for group in some or ()}
    for number, (first, second) in enumerate(pairs):
        if first == second:
            yield Fault(("conflicts", number), f"signal group {first} is in conflict with itself")
        for missing in sorted({first, second} - every if None not in groups else ()):
            yield Fault(("conflicts", number), f"no controller of the site has the signal group {missing}")
    forbidden = {frozenset(pair): number for number, pair in enumerate(pairs)}
    for key, one in controllers.items():
        for place, stage in enumerate(stages(one), 1):
            for pair in combinations(sorted(stage), 2):
                if frozenset(pair) in forbidden:
                    both = f"signal groups {pair[0]} and {pair[1]}"
                    text = f"{both} are in conflict but green together in stage {place} of {key}"
                    yield Fault(("conflicts", forbidden[frozenset(pair)]), text)


def _blame(drafts: Sequence[_Draft], faults: Sequence[Fault]) -> None:
    """Mark what cannot be told: a detector's fault spoils its function, any other the approach."""
    for fault in faults:
        if fault.path[0] != "approaches" or len(fault.path) == 1:
            for draft in drafts:
                draft.faulty.add(ADVICE)
            continue
        for draft in drafts:
            if draft.path == fault.other:
                draft.faulty.add(ALL)
            elif draft.path == fault.path[:2]:
                functions = (one.function for where, one in draft.detectors if where == fault.path[:4])
                draft.faulty.add(next(functions, ALL))
