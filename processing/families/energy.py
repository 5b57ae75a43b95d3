"""Energy per meter and quarter hour, from the counter or, without one, from the power."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emscher.store.copy import Rows
from emscher.stream import SECOND_US
from processing.family import Family, Indicator, Task, microseconds, table
from processing.kernels.counter import MONOTONE, RESETTABLE, WRAPPING
from processing.kernels.meter import Meters, meters

ROW = np.dtype(
    [("sensor_id", "i4"), ("observed_at", "M8[us]"), ("simulated", "?"), ("energy_wh", "f8"), ("power_w", "f8")]
)

KINDS = {"monotone": MONOTONE, "resettable": RESETTABLE, "wrapping": WRAPPING}
NOMINAL_INTERVAL_S = 900
"""How often a meter is taken to report that does not say so (metadata ``nominal_interval_s``) [s]."""
LONGEST_GAP_INTERVALS = 3
LONGEST_GAP_S = 3600
"""Across a longer gap no energy is taken; equals the reach of the stream's windows [s]."""

_METERS = "processing.kernels.meter.meters"


@dataclass(frozen=True, slots=True)
class Metered:
    """Meters of a task and their energy by meter and due window."""

    sensor_id: npt.NDArray[np.int64]
    found: Meters


def metered(task: Task, query: str) -> Metered:
    """Compute the energy of every meter a query loaded, in the due windows of a task."""
    read = task.rows[query]
    sensor_id, meter = np.unique(read["sensor_id"], return_inverse=True)
    about = {sensor.sensor_id: sensor.metadata for sensor in task.sensors}
    known = [about.get(int(one), {}) for one in sensor_id]
    kind = np.array([KINDS.get(str(one.get("counter_kind")), MONOTONE) for one in known], np.int64)
    greatest_wh = np.array([float(one.get("counter_max_wh", np.nan)) for one in known])
    gap_s = [LONGEST_GAP_INTERVALS * int(one.get("nominal_interval_s", NOMINAL_INTERVAL_S)) for one in known]
    gap_us = np.minimum(np.array(gap_s, np.int64), LONGEST_GAP_S) * SECOND_US
    found = meters(
        meter,
        microseconds(read["observed_at"]),
        read["simulated"],
        read["energy_wh"],
        read["power_w"],
        kind[meter],
        greatest_wh[meter],
        gap_us[meter],
        task.window_us,
        task.width_us,
    )
    return Metered(sensor_id.astype(np.int64), found)


def compute(task: Task) -> Rows:
    """Compute the energy of each meter in each due window of which anything is covered."""
    whole = metered(task, "energy_rows")
    meter, window = np.nonzero(whole.found.covered_ratio > 0)
    return table(
        sensor_id=whole.sensor_id[meter],
        window_start=task.window_us[window].view("M8[us]"),
        width_s=np.full(len(meter), task.width_us // SECOND_US),
        simulated=whole.found.marked[meter, window],
        energy_kwh=whole.found.energy_wh[meter, window] / 1000,
        method=whole.found.method[meter, window],
        coverage_ratio=whole.found.covered_ratio[meter, window],
    )


FAMILY = Family(
    name="energy",
    title_en="Energy per meter",
    title_de="Energie je Zähler",
    key=("sensor_id", "window_start"),
    loads={"energy_rows": ROW},
    compute=compute,
    buckets=("1h", "1d"),
    indicators=(
        Indicator("energy_kwh", "kWh", "Energy", "Energie", _METERS, "own rules E1-E4, E6, E7", "own"),
        Indicator("method", "1", "1 counter, 2 power", "1 Zähler, 2 Leistung", _METERS, "own", "own"),
        Indicator("coverage_ratio", "1", "Share of time covered", "Erfasster Zeitanteil", _METERS, "own", "own"),
    ),
)
