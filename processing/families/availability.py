"""Availability of each lane: how much of the day before it failed, and whether it is to be trusted."""

from __future__ import annotations

import numpy as np

from emscher.store.copy import Rows
from emscher.stream import SECOND_US, Due
from processing.family import Family, Indicator, Task, microseconds, table
from processing.kernels.availability import trusted
from processing.kernels.group import Floats, runs
from processing.kernels.measured import Bools
from processing.lane_reading import scoped

ROW = np.dtype([("sensor_id", "i4"), ("window_start", "M8[us]"), ("simulated", "?"), ("sound_ratio", "f8")])

HOUR_S = 3_600
HOUR_US = HOUR_S * SECOND_US
DAY_H = 24
MEMORY_H = 48
"""A decision remembers a day of decisions, each of which looks a day back [h]."""


def compute(task: Task) -> Rows:
    """Compute every lane that was heard lately, in each due window in which any lane of the site was."""
    read = task.rows["quality_rows"]
    begins, lane = runs(read["sensor_id"].astype(np.int64))
    sensors = read["sensor_id"][begins].astype(np.int64)
    hour = microseconds(read["window_start"]) // HOUR_US
    due = task.window_us // HOUR_US
    due = due[np.isin(due, hour)]
    first = int(due[0]) - MEMORY_H if len(due) else 0
    shape = len(sensors), int(due[-1]) - first + 1 if len(due) else 0
    sound, marked = np.full(shape, np.nan), np.zeros(shape, np.bool_)
    inside = (hour >= first) & (hour < first + shape[1])
    at = lane[inside], hour[inside] - first
    sound[at], marked[at] = read["sound_ratio"][inside], read["simulated"][inside]
    # A row of its own for each lane and due hour: the hours before it, and the hour itself.
    own = (due - first)[:, None] + np.arange(-MEMORY_H, 1)
    sound, marked = sound[:, own].reshape(-1, MEMORY_H + 1), marked[:, own].reshape(-1, MEMORY_H + 1)
    sensor_id, window = np.repeat(sensors, len(due)), np.tile(due, len(sensors)) * HOUR_US
    chosen = np.flatnonzero(np.logical_or.reduce(~np.isnan(sound), axis=1))
    sound, sensor_id, window = sound[chosen], sensor_id[chosen], window[chosen]
    known = ~np.isnan(sound[:, :-1])
    failing = _failing(sound[:, :-1], known)
    limits = scoped(task, sensor_id, window)
    trust = trusted(failing, limits("traffic_failure_limit"), limits("traffic_failure_restored"), np.ones(1, np.bool_))
    return table(
        sensor_id=sensor_id,
        window_start=window.view("M8[us]"),
        width_s=np.full(len(chosen), HOUR_S),
        simulated=np.logical_or.reduce(marked[chosen], axis=1),
        failure_ratio=failing[:, -1],
        hour_count=known[:, -DAY_H:].sum(axis=1),
        trusted=trust[:, -1],
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
