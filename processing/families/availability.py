"""Availability of each lane: how much of the day before it failed, and whether it is to be trusted."""

from __future__ import annotations

import numpy as np

from emscher.store.copy import Rows
from emscher.stream import SECOND_US, Due
from processing.family import Family, Indicator, Task, microseconds, table
from processing.kernels.availability import trusted
from processing.kernels.group import Floats, Ints, runs
from processing.kernels.measured import Bools
from processing.lane_reading import scoped

ROW = np.dtype([("sensor_id", "i4"), ("window_start", "M8[us]"), ("simulated", "?"), ("sound_ratio", "f8")])

HOUR_S = 3_600
DAY_H = 24
MEMORY_H = 48
"""A decision remembers a day of decisions, each of which looks a day back [h]."""


def compute(task: Task) -> Rows:
    """Compute every lane that was heard lately, in each due window in which any lane of the site was."""
    read = task.rows["quality_rows"]
    hour_us = HOUR_S * SECOND_US
    at = microseconds(read["window_start"]) // hour_us
    begins, lane = runs(read["sensor_id"].astype(np.int64))
    sensors = read["sensor_id"][begins].astype(np.int64)
    heard = np.unique(at) * hour_us
    window_us = task.window_us[np.isin(task.window_us, heard)]
    parts = [_at(task, sensors, lane, at, int(one // hour_us)) for one in window_us]
    return np.concatenate([*parts, _at(task, sensors[:0], lane[:0], at[:0], 0)])


def _at(task: Task, sensors: Ints, lane: Ints, at: Ints, hour: int) -> Rows:
    """Compute the lanes in one hour, from the hours of its look-back and no others."""
    read = task.rows["quality_rows"]
    mine = (at >= hour - MEMORY_H) & (at <= hour) if len(at) else np.zeros(0, np.bool_)
    lanes = len(sensors)
    sound = np.full((lanes, MEMORY_H + 1), np.nan)
    sound[lane[mine], at[mine] - hour + MEMORY_H] = read["sound_ratio"][: len(at)][mine]
    marked = np.zeros(sound.shape, np.bool_)
    marked[lane[mine], at[mine] - hour + MEMORY_H] = read["simulated"][: len(at)][mine]
    known = ~np.isnan(sound[:, :-1])
    here = np.logical_or.reduce(~np.isnan(sound), axis=1)
    limits = scoped(task, sensors, np.full(lanes, hour * HOUR_S * SECOND_US))
    failing = _failing(sound[:, :-1], known)
    trust = trusted(failing, limits("traffic_failure_limit"), limits("traffic_failure_restored"), np.ones(1, np.bool_))
    chosen = np.flatnonzero(here)
    return table(
        sensor_id=sensors[chosen],
        window_start=np.full(len(chosen), hour * HOUR_S * SECOND_US).view("M8[us]"),
        width_s=np.full(len(chosen), HOUR_S),
        simulated=np.logical_or.reduce(marked, axis=1)[chosen],
        failure_ratio=failing[chosen, -1],
        hour_count=known[:, -DAY_H:].sum(axis=1)[chosen],
        trusted=trust[chosen, -1],
    )


def _failing(sound: Floats, known: Bools) -> Floats:
    """Share of failures in the day before the end of each hour; an hour that is missing failed, once one was there."""
    since = np.logical_or.accumulate(known, axis=1)
    failed = np.where(since, 1.0 - np.where(known, sound, 0.0), 0.0)

    def over_a_day(values: Floats) -> Floats:
        total = np.cumsum(np.pad(values, ((0, 0), (1, 0))), axis=1)
        first = np.maximum(np.arange(values.shape[1]) + 1 - DAY_H, 0)
        found: Floats = total[:, 1:] - total[:, first]
        return found

    hours = over_a_day(since.astype(np.float64))
    return np.where(hours > 0, over_a_day(failed) / np.maximum(hours, 1.0), np.nan)


_TRUSTED = "processing.kernels.availability.trusted"
_INPUTS = ("lane_quality.sound_ratio",)

FAMILY = Family(
    name="availability",
    title_en="Availability of lanes",
    title_de="Verfügbarkeit der Fahrstreifen",
    key=("sensor_id", "window_start"),
    loads={"quality_rows": ROW},
    compute=compute,
    reads="lane_quality",
    reach=Due("availability", width_s=HOUR_S, look_back_s=MEMORY_H * HOUR_S),
    awake="make_site_due",
    indicators=(
        Indicator(
            "failure_ratio",
            "1",
            "Share of the last 24 hours that failed",
            "Ausfallhäufigkeit der letzten 24 Stunden",
            "processing.kernels.availability.failures",
            "DUA52, by the hour",
            "verified",
            inputs=_INPUTS,
            rolls_up=False,
        ),
        Indicator(
            "trusted",
            "1",
            "Whether the lane is trusted: lost above one share of failures, regained below a lower one",
            "Vertrauensbereich: verlassen über einem, wieder erreicht unter einem kleineren Ausfallanteil",
            _TRUSTED,
            "DUA53, by the hour",
            "verified",
            inputs=_INPUTS,
            rolls_up=False,
        ),
        Indicator(
            "hour_count",
            "1",
            "Hours of the last 24 with readings",
            "Stunden mit Messwerten unter den letzten 24",
            _TRUSTED,
            "own",
            "own",
            inputs=_INPUTS,
            rolls_up=False,
        ),
    ),
)
