"""Quality of each lane per hour: how much of it reported soundly, what was faulty, and whether the hour is valid."""

from __future__ import annotations

import numpy as np

from emscher.store.copy import Rows
from emscher.stream import SECOND_US
from processing.family import Family, Indicator, Status, Task, microseconds, rows_of, table
from processing.kernels.availability import valid
from processing.kernels.group import Floats, weighted
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
        gap_s=_mean(task, lanes, "gap_s"),
        speed_std_kmh=_mean(task, lanes, "speed_std_kmh"),
        valid=valid(sound.sum(axis=1).astype(np.float64), np.array(float(steps)), least),
    )


def _mean(task: Task, lanes: LaneSeries, name: str) -> Floats:
    """Mean of what each interval says of itself, weighted by its vehicles."""
    read = task.rows["lane_rows"]
    windows = max(len(task.window_us), 1)
    window = task.place(microseconds(read["observed_at"]))
    own = lanes.sensor_id * windows + lanes.window
    order = np.argsort(own)
    key = read["sensor_id"].astype(np.int64) * windows + window
    place = np.minimum(np.searchsorted(own[order], key), max(len(own) - 1, 0))
    known = (window >= 0) & ~np.isnan(read[name]) & ~np.isnan(read["count"]) & (len(own) > 0)
    known[known] = own[order][place[known]] == key[known]
    return weighted(order[place[known]], len(own), read[name][known], read["count"][known])


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
        Indicator(
            "gap_s",
            "s",
            "Net time gap, mean by vehicles",
            "Nettozeitlücke, Mittel nach Fahrzeugen",
            "processing.kernels.group.weighted",
            "TLS 2012, FG 1",
            "verified",
            "should",
            ("gap_s", "count"),
            rolls_up=False,
        ),
        Indicator(
            "speed_std_kmh",
            "km/h",
            "Standard deviation of speeds within intervals, mean by vehicles",
            "Standardabweichung der Geschwindigkeit in den Intervallen, Mittel nach Fahrzeugen",
            "processing.kernels.group.weighted",
            "TLS 2012, FG 1",
            "verified",
            "should",
            ("speed_std_kmh", "count"),
            rolls_up=False,
        ),
        _of(
            "valid",
            ("Whether the hour is valid: three quarters of it sound", "Stunde gültig: zu drei Vierteln plausibel"),
            "City of Berlin, traffic detection",
            "verified",
            "processing.kernels.availability.valid",
        ),
    ),
)
