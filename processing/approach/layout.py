"""The layout of a junction: its approaches and detectors as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np

from emscher import approach
from emscher.approach import ADVICE, Approach, Function, Known, Lane
from processing.approach.reason import Bools
from processing.family import Task
from processing.kernels.group import Floats, Ints
from processing.kernels.number import within

FUNCTIONS: tuple[Function, ...] = get_args(Function)
KMH_PER_MS = 3.6
WALKING, DRIVING = "pedestrian", "vehicle"


@dataclass(frozen=True, slots=True)
class Use:
    """What the detector channels do in one function.

    Parameters
    ----------
    approach : integer array, shape (k,)
        Approach of each channel, -1 where it is not for this.
    shift_us : integer array, shape (k,)
        From the detector's report to the moment at the stop line [us].
    channels, sensors : integer array, shape (a,)
        How many channels and sensors each approach has for this.
    faulty : bool array, shape (a,)
        Whether the configuration of this function is faulty.
    """

    approach: Ints
    shift_us: Ints
    channels: Ints
    sensors: Ints
    faulty: Bools


@dataclass(frozen=True, slots=True)
class Layout:
    """Approaches, shape (a,), by controller and signal group; detector channels, shape (k,), likewise.

    Parameters
    ----------
    approaches : tuple of Approach
        As they are configured.
    controllers : integer array, shape (c,)
        Sensors that are controllers, ascending; others refer to them by their place.
    controller, signal_group : integer array, shape (a,)
        Controller and signal group of each approach.
    served_veh_h : float array, shape (a,)
        Saturation flow of the lanes whose vehicles are counted [veh/h].
    storage_m : float array, shape (a,)
        Room for queues on the lanes that have advance detectors [m].
    walks : bool array, shape (a,)
        Whether pedestrians cross with it.
    drives : bool array, shape (a,)
        Whether vehicles go with it.
    channel_controller, channel : integer array, shape (k,)
        Controller and number of each channel.
    uses : mapping of str to Use
        What they do, by function.
    lane_sensor, lane_approach : integer array, shape (s,)
        Sensors that count intervals, and their approaches.
    stages : sequence of (int, lists of int)
        Controllers with the approaches of each of their stages.
    """

    approaches: tuple[Approach, ...]
    controllers: Ints
    controller: Ints
    signal_group: Ints
    served_veh_h: Floats
    storage_m: Floats
    walks: Bools
    drives: Bools
    channel_controller: Ints
    channel: Ints
    uses: Mapping[Function, Use]
    lane_sensor: Ints
    lane_approach: Ints
    stages: Sequence[tuple[int, list[list[int]]]]

    def faulty(self, function: str) -> Bools:
        """Whether the configuration of each approach is faulty for this."""
        return np.array([one.is_faulty(function) for one in self.approaches], np.bool_)


def layout(task: Task, saturation_veh_h: float) -> Layout:
    """Lay out a site's approaches.

    Parameters
    ----------
    task : Task
        Site and sensors.
    saturation_veh_h : float
        Saturation flow of a lane that names none [veh/h].
    """
    known = {one.key: Known(one.stream, one.metadata) for one in task.sensors}
    number = {one.key: one.sensor_id for one in task.sensors}
    found, _ = approach.read(task.metadata, known)
    found.sort(key=lambda one: (number[one.controller], one.phase.signal_group))
    controllers = np.unique(np.array([number[one.controller] for one in found], np.int64))
    controller = np.searchsorted(controllers, np.array([number[one.controller] for one in found], np.int64))
    group = np.array([one.phase.signal_group for one in found], np.int64)
    pairs = sorted(
        {
            (int(controller[place]), detector.channel)
            for place, one in enumerate(found)
            for detector in one.detectors
            if detector.channel is not None and not one.is_faulty(detector.function)
        }
    )
    at, channel = (np.array([pair[side] for pair in pairs], np.int64) for side in (0, 1))
    counting = [
        (number[detector.sensor], place)
        for place, one in enumerate(found)
        for detector in one.of("count")
        if detector.sensor is not None and not one.is_faulty("count")
    ]
    limit = float(task.metadata.get("speed_limit_kmh") or np.nan)
    return Layout(
        tuple(found),
        controllers,
        controller,
        group,
        np.array([_served_veh_h(one, saturation_veh_h) for one in found], np.float64),
        np.array([sum(lane.length_m for lane in _lanes(one, "advance")) for one in found], np.float64),
        np.array([one.phase.kind == WALKING or one.phase.crossing_m is not None for one in found], np.bool_),
        np.array([one.phase.kind == DRIVING for one in found], np.bool_),
        at,
        channel,
        {name: _use(name, found, controller, pairs, limit) for name in FUNCTIONS},
        np.array([sensor for sensor, _ in counting], np.int64),
        np.array([place for _, place in counting], np.int64),
        [
            (int(np.searchsorted(controllers, number[key])), _stages(approach.stages(known[key]), found, key))
            for key in known
            if any(one.controller == key for one in found)
        ],
    )


def _served_veh_h(one: Approach, default_veh_h: float) -> float:
    """Saturation flow of the lanes that are counted."""
    return sum(lane.saturation_flow_veh_h or default_veh_h for lane in _lanes(one, "count")) or np.nan


def _lanes(one: Approach, function: Function) -> list[Lane]:
    """Lanes that an approach's detectors of a function look at: all, unless every one of them names its own."""
    named = [detector.lane for detector in one.of(function)]
    every = not named or None in named
    return [lane for number, lane in enumerate(one.lanes, 1) if every or number in named]


def _use(
    function: Function, found: Sequence[Approach], controller: Ints, pairs: Sequence[tuple[int, int]], limit_kmh: float
) -> Use:
    """Find what the channels do in one function."""
    place = np.full(len(pairs), -1)
    shift_us = np.zeros(len(pairs), np.int64)
    channels, sensors = np.zeros(len(found), np.int64), np.zeros(len(found), np.int64)
    of_pair = {pair: number for number, pair in enumerate(pairs)}
    for row, one in enumerate(found):
        if one.is_faulty(function):
            continue
        for detector in one.of(function):
            if detector.channel is None:
                sensors[row] += 1
                continue
            channels[row] += 1
            number = of_pair[int(controller[row]), detector.channel]
            place[number] = row
            speed_ms = (one.phase.free_speed_kmh or limit_kmh) / KMH_PER_MS
            travel_s = detector.distance_m / speed_ms if detector.distance_m and speed_ms > 0 else 0.0
            shift_us[number] = round((travel_s - detector.latency_s) * 1e6)
    faulty = np.array([one.is_faulty(function) for one in found], np.bool_)
    return Use(place, shift_us, channels, sensors, faulty)


def _stages(groups: list[list[int]], found: Sequence[Approach], key: str) -> list[list[int]]:
    """Approaches of each stage of a controller; none where what is advised would rest on a faulty description."""
    mine = [row for row, one in enumerate(found) if one.controller == key]
    if any(found[row].is_faulty(ADVICE) for row in mine):
        return []
    return [[row for row in mine if found[row].phase.signal_group in stage] for stage in groups]


def approach_of(place: Layout, controller: Ints, group: Ints) -> Ints:
    """Approach of each pair of a controller's place and a signal group, -1 for none."""
    return within(controller, group, place.controller, place.signal_group)
