"""Quality of each lane per hour: how much of it reported soundly, what was faulty, and whether the hour is valid."""

from __future__ import annotations

import numpy as np

from emscher.store.copy import Rows
from emscher.stream import SECOND_US
from processing.family import Family, Indicator, Status, Task, rows_of, table
from processing.kernels.availability import valid
from processing.kernels.plausibility import ALL
from processing.lane_reading import ROW, scoped
from processing.lane_series import LaneSeries, lane_series


def compute(task: Task) -> Rows:
    """Compute each lane in each due window that has readings."""
    parts = [_computed(task, one) for one in lane_series(task)]
    return rows_of(parts, lambda: _computed(task, LaneSeries.empty()))


def _computed(task: Task, lanes: LaneSeries) -> Rows:
    first = int(task.look_back_us // SECOND_US // lanes.step_s)
    there = lanes.there[:, first:]
    known = ~np.isnan(lanes.flow[ALL].number[:, first:])
    faulty = there & (lanes.fault[:, first:] > 0)
    replaced = there & (lanes.origin[:, first:] > 0)
    # What was above a limit was reported all the same; what stands in was not.
    sound = there & known & ~replaced & ~faulty
    steps = max(there.shape[1], 1)
    least = scoped(task, lanes.sensor_id, task.window_us[lanes.window])("traffic_hour_valid")
    return table(
        sensor_id=lanes.sensor_id,
        window_start=(lanes.start_us + task.look_back_us).view("M8[us]"),
        width_s=np.full(len(there), task.width_us // SECOND_US),
        simulated=np.logical_or.reduce(lanes.simulated[:, first:], axis=1),
        sound_ratio=sound.sum(axis=1) / steps,
        faulty_ratio=faulty.sum(axis=1) / steps,
        substituted_ratio=replaced.sum(axis=1) / steps,
        missing_ratio=(~there).sum(axis=1) / steps,
        valid=valid(sound.sum(axis=1).astype(np.float64), np.array(float(steps)), least),
    )


_SERIES = "processing.kernels.constancy.stuck"


def _of(column: str, names: tuple[str, str], source: str, status: Status, kernel: str = _SERIES) -> Indicator:
    return Indicator(column, "1", *names, kernel, source, status, inputs=("count", "speed_kmh", "status"))


FAMILY = Family(
    name="lane_quality",
    title_en="Quality of lanes per hour",
    title_de="Datenqualität der Fahrstreifen je Stunde",
    key=("sensor_id", "window_start"),
    loads={"lane_rows": ROW},
    compute=compute,
    buckets=("1d",),
    rides="traffic",
    indicators=(
        _of("sound_ratio", ("Share of sound intervals", "Anteil plausibler Intervalle"), "DUA52; Berlin", "verified"),
        _of("faulty_ratio", ("Share of faulty intervals", "Anteil fehlerhafter Intervalle"), "DUA52", "verified"),
        _of("substituted_ratio", ("Share of substitutes", "Anteil ersetzter Intervalle"), "DUA20.22", "verified"),
        _of("missing_ratio", ("Share of missing intervals", "Anteil fehlender Intervalle"), "own", "own"),
        _of(
            "valid",
            ("Whether the hour is valid: three quarters of it sound", "Stunde gültig: zu drei Vierteln plausibel"),
            "City of Berlin, traffic detection",
            "verified",
            "processing.kernels.availability.valid",
        ),
    ),
)
