"""Demand by approach, and what the green does with it: capacity, saturation, delay, level of service."""

from __future__ import annotations

import numpy as np

from emscher.approach import Function
from processing.approach import reason
from processing.approach.limits import Limits
from processing.approach.observed import Observed
from processing.approach.presence import Detected
from processing.approach.reason import reasons
from processing.family import Task, microseconds
from processing.kernels.control_delay import control_delay_s
from processing.kernels.cycle import Cycles, cycles
from processing.kernels.group import Floats, Ints, ratio, total
from processing.kernels.lane import HOUR_S
from processing.kernels.level import levels
from processing.kernels.saturation import degree_of_saturation
from processing.kernels.signal_state import GREEN, RED_AMBER

HCM_H, HBS_H = 0.25, 1.0
"""Periods that the two manuals look at [h]."""
OVERLOADED = 5


def cycle_means(seen: Observed) -> Cycles:
    """Average the whole cycles whose green begins in the window, from green to green, nothing missing between."""
    rounds, shown = seen.rounds, seen.shown
    last = len(shown.signal) - 1
    red = np.minimum(rounds.row + 2, last)
    after = np.minimum(red + 1, last)
    prepares = shown.state[after] == RED_AMBER
    follower = np.minimum(after + prepares, last)
    counts = (shown.state[follower] == GREEN) & (shown.signal[follower] == rounds.signal) & (follower > red)
    counts &= shown.whole[red] & (shown.whole[after] | ~prepares) & seen.own(rounds.signal, rounds.green_us)
    length_us = (shown.start_us[follower] - rounds.green_us)[counts]
    green_us = (rounds.amber_us - rounds.green_us)[counts].astype(np.float64)
    return cycles(rounds.signal[counts], seen.cells, length_us, green_us)


def demand(task: Task, seen: Observed, detected: Detected, means: Cycles, limits: Limits) -> dict[str, Floats | Ints]:
    """Compute flow, capacity, saturation and delay.

    Parameters
    ----------
    task : Task
        With the counts of intervals.
    seen : Observed
        Signals and edges.
    detected : Detected
        State of the detectors.
    means : Cycles
        As of :func:`cycle_means`.
    limits : Limits
        Dated limits.
    """
    place = seen.layout
    count, advance = place.uses["count"], place.uses["advance"]
    stop_veh_h, quality = _channel_flow(seen, detected, "count"), detected.quality_ratio["count"]
    lanes_veh_h, covered = _lane_flow(task, seen)
    has_channels, has_lanes = (np.tile(one > 0, seen.windows) for one in (count.channels, count.sensors))
    counted = np.where(has_channels, stop_veh_h, 0.0) + np.where(has_lanes, lanes_veh_h, 0.0)
    # Who is not counted at the stop line is counted as he comes.
    comes = ~has_channels & ~has_lanes & np.tile(~count.faulty & (advance.channels > 0), seen.windows)
    coming = np.where(comes, _channel_flow(seen, detected, "advance"), np.nan)
    flow = np.where(has_channels | has_lanes, counted, coming)
    capacity = means.green_ratio * np.tile(place.served_veh_h, seen.windows)
    x = degree_of_saturation(flow, capacity)
    hcm_s, hbs_s = (
        control_delay_s(flow, capacity, means.cycle_s, means.green_ratio, hours) for hours in (HCM_H, HBS_H)
    )
    quality = np.where(has_lanes, np.where(has_channels, np.minimum(covered, quality), covered), quality)
    quality = np.where(comes, detected.quality_ratio["advance"], quality)
    stuck = np.where(comes, detected.stuck["advance"], detected.stuck["count"])
    why = reasons(
        x,
        (detected.faulty["count"], reason.FAULTY),
        (~(has_channels | has_lanes | comes), reason.NOT_CONFIGURED),
        (stuck, reason.STUCK),
        (np.isnan(flow), reason.SILENT),
        (np.ones(seen.cells, np.bool_), reason.NO_CYCLE),
    )
    return {
        "flow_veh_h": flow,
        "capacity_veh_h": capacity,
        "saturation_ratio": x,
        "control_delay_hcm_s": hcm_s,
        "control_delay_hbs_s": hbs_s,
        "los": levels(hcm_s, limits.grades("los"), x, OVERLOADED),
        "qsv": levels(hbs_s, limits.grades("qsv"), x, OVERLOADED),
        "flow_quality_ratio": np.where(np.isnan(flow), np.nan, quality),
        "flow_reason": why,
    }


def _channel_flow(seen: Observed, detected: Detected, function: Function) -> Floats:
    """Flow over the channels of an approach, of the time that was observed; NaN where one was stuck or none lives."""
    cell, time_us = seen.passages(function)
    count = np.bincount(cell[seen.own(cell, time_us)], minlength=seen.cells).astype(np.float64)
    flow = ratio(count * HOUR_S, seen.observed_s)
    return np.where(detected.stuck[function] | ~detected.live[function], np.nan, flow)


def _lane_flow(task: Task, seen: Observed) -> tuple[Floats, Floats]:
    """Flow over the interval sensors of an approach, and the share of time of the least covered one.

    NaN where one of them reported nothing: its lane is missing.
    """
    place, read = seen.layout, task.rows["approach_counts"]
    order = np.argsort(place.lane_sensor, kind="stable")
    sensors, approach = place.lane_sensor[order], place.lane_approach[order]
    window = task.place(microseconds(read["observed_at"]))
    lane = np.minimum(np.searchsorted(sensors, read["sensor_id"]), max(len(sensors) - 1, 0))
    mine = (window >= 0) & (sensors[lane] == read["sensor_id"]) if len(sensors) else np.zeros(len(read), np.bool_)
    group = window[mine] * len(sensors) + lane[mine]
    interval_s, counts = read["interval_s"][mine].astype(np.float64), read["count"][mine]
    known_s = total(group, np.where(np.isnan(counts), np.nan, interval_s), seen.windows * len(sensors))
    rate = ratio(total(group, counts, seen.windows * len(sensors)) * HOUR_S, known_s)
    cell = np.repeat(np.arange(seen.windows), len(sensors)) * len(place.approaches) + np.tile(approach, seen.windows)
    flow = np.bincount(cell, rate, seen.cells).astype(np.float64)
    covered = np.ones(seen.cells)
    np.minimum.at(covered, cell, np.nan_to_num(known_s) / (task.width_us / 1e6))
    return flow, covered
