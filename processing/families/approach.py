"""Approaches per quarter hour: what signals and detectors tell together, where a junction's layout is described."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from emscher.store.copy import Rows
from emscher.stream import DAY_US, SECOND_US
from processing.approach.advice import advice
from processing.approach.arrivals import arrivals, reds
from processing.approach.columns import INDICATORS
from processing.approach.demand import cycle_means, demand
from processing.approach.layout import layout
from processing.approach.limits import Limits
from processing.approach.observed import observe
from processing.approach.presence import detect, occupancy, stop_line
from processing.approach.waiting import max_out_runs, pedestrians, queued
from processing.family import Family, Task, rows_of, table

EVENT = np.dtype(
    [("sensor_id", "i4"), ("observed_at", "M8[us]"), ("simulated", "?"), ("code", "i2"), ("parameter", "i4")]
)
COUNT = np.dtype(
    [("sensor_id", "i4"), ("observed_at", "M8[us]"), ("simulated", "?"), ("interval_s", "i4"), ("count", "f8")]
)
KEY = ("sensor_id", "signal_group", "window_start")


def compute(task: Task) -> Rows:
    """Compute each configured approach in each due window in which its controller reported anything.

    Day by day, each by its own limits: which windows are due together must not matter.
    """
    if not len(task.rows["approach_events"]) or not task.metadata.get("approaches"):
        return _nothing()
    day = task.window_us // DAY_US
    parts = [_computed(replace(task, window_us=task.window_us[day == one]), int(one)) for one in np.unique(day)]
    return rows_of(parts, _nothing)


def _computed(task: Task, day: int) -> Rows:
    limits = Limits(task.thresholds.on(day))
    place = layout(task, limits.value("saturation_flow"))
    if not place.approaches:
        return _nothing()
    seen = observe(task, place, limits.us("outage"))
    detected = detect(seen, limits)
    line = stop_line(seen, detected)
    means = cycle_means(seen)
    wanted = demand(task, seen, detected, means, limits)
    (cell,) = np.nonzero(seen.alive)
    approach = cell % len(place.approaches)
    columns = {
        "coverage_ratio": seen.observed_s / (task.width_us / SECOND_US),
        "cycle_count": means.cycle_count.astype(np.int64),
        "cycle_s": means.cycle_s,
        "green_ratio": means.green_ratio,
        "max_out_run_count": max_out_runs(task, seen),
        **arrivals(seen, detected, means.green_ratio),
        **occupancy(seen, detected, line, limits),
        **wanted,
        **reds(seen, detected, limits),
        **pedestrians(task, seen, limits),
        **queued(seen, detected, line, limits),
        **advice(seen, means, wanted["flow_veh_h"].astype(np.float64), limits),
    }
    return table(
        sensor_id=place.controllers[place.controller[approach]],
        signal_group=place.signal_group[approach],
        window_start=task.window_us[cell // len(place.approaches)].view("M8[us]"),
        width_s=np.full(len(cell), task.width_us // SECOND_US),
        simulated=seen.simulated[cell],
        **{name: values[cell] for name, values in columns.items()},
    )


def _nothing() -> Rows:
    """No rows, with the table's columns."""
    whole = {one.column for one in INDICATORS if one.column == "cycle_count" or one.column.endswith("_reason")}
    return table(
        sensor_id=np.empty(0, np.int64),
        signal_group=np.empty(0, np.int64),
        window_start=np.empty(0, "M8[us]"),
        width_s=np.empty(0, np.int64),
        simulated=np.empty(0, np.bool_),
        **{one.column: np.empty(0, np.int64 if one.column in whole else np.float64) for one in INDICATORS},
    )


FAMILY = Family(
    name="approach",
    title_en="Signals per approach",
    title_de="Lichtsignale je Zufahrt",
    key=KEY,
    loads={"approach_events": EVENT, "approach_counts": COUNT},
    compute=compute,
    buckets=("1h", "1d"),
    indicators=INDICATORS,
)
