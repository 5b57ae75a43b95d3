"""Energy per meter and quarter hour, from the counter or, without one, from the power."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from emscher.store.copy import Rows
from emscher.stream import SECOND_US
from processing.family import Family, Indicator, Task, microseconds, table
from processing.kernels.counter import MONOTONE, RESETTABLE, WRAPPING
from processing.kernels.meter import Meters, Readings, Traits, meters

ROW = np.dtype(
    [
        ("sensor_id", "i4"),
        ("observed_at", "M8[us]"),
        ("simulated", "?"),
        ("energy_wh", "f8"),
        ("power_w", "f8"),
        ("power_avg_w", "f8"),
        ("interval_s", "i4"),
        ("quality_code", "i2"),
    ]
)

KINDS = {"monotone": MONOTONE, "resettable": RESETTABLE, "wrapping": WRAPPING}
NOMINAL_INTERVAL_S = 900
"""How often a meter is taken to report that does not say so (metadata ``nominal_interval_s``) [s]."""
LONGEST_GAP_INTERVALS = 3
LONGEST_GAP_S = 10_800
"""Across a longer gap no energy is taken. Half of the reach of the stream's windows, because the neighbours of a span's
ends say whether they are in line [s]."""
NO_POWER_W = -1.0
"""What the MIB of a power distribution unit says where there is no power reading (rule E5) [W]."""

_METERS = "processing.kernels.meter.meters"


@dataclass(frozen=True, slots=True)
class Metered:
    """Meters of a task, their energy by meter and due window, and how often a meter gave no power, shaped alike."""

    sensor_id: npt.NDArray[np.int64]
    found: Meters
    missing: npt.NDArray[np.int64]


def metered(task: Task, query: str) -> Metered:
    """Compute the energy of every meter a query loaded, in the due windows of a task."""
    read = task.rows[query]
    sensor_id, meter = np.unique(read["sensor_id"], return_inverse=True)
    about = {sensor.sensor_id: sensor.metadata for sensor in task.sensors}
    known = [about.get(int(one), {}) for one in sensor_id]
    time_us = microseconds(read["observed_at"])
    from_pdu = np.array([one.get("origin") == "snmp" for one in known], np.bool_)
    missing = from_pdu[meter] & (read["power_w"] == NO_POWER_W)
    found = meters(
        Readings(
            meter,
            time_us,
            read["simulated"],
            read["quality_code"] > 0,
            read["energy_wh"],
            np.where(missing, np.nan, read["power_w"]),
            read["power_avg_w"],
            read["interval_s"].astype(np.int64) * SECOND_US,
        ),
        _traits(known),
        task.window_us,
        task.width_us,
    )
    place = task.place(time_us)
    cell = (meter * len(task.window_us) + place)[missing & (place >= 0)]
    shape = found.energy_wh.shape
    return Metered(sensor_id.astype(np.int64), found, np.bincount(cell, minlength=found.energy_wh.size).reshape(shape))


def _traits(known: Sequence[Mapping[str, Any]]) -> Traits:
    """What the register says of meters."""
    gap_s = [LONGEST_GAP_INTERVALS * int(one.get("nominal_interval_s", NOMINAL_INTERVAL_S)) for one in known]
    return Traits(
        np.array([KINDS.get(str(one.get("counter_kind")), MONOTONE) for one in known], np.int64),
        np.array([float(one.get("counter_max_wh", np.nan)) for one in known]),
        np.array([float(one.get("rated_power_w", np.nan)) for one in known]),
        np.minimum(np.array(gap_s, np.int64), LONGEST_GAP_S) * SECOND_US,
    )


def compute(task: Task) -> Rows:
    """Compute the energy of each meter in each due window of which anything is covered or known to be missing."""
    whole = metered(task, "energy_rows")
    found = whole.found
    told = (found.covered_ratio > 0) | ~np.isnan(found.estimated_wh)
    meter, window = np.nonzero(told | (found.backwards > 0) | (whole.missing > 0))
    return table(
        sensor_id=whole.sensor_id[meter],
        window_start=task.window_us[window].view("M8[us]"),
        width_s=np.full(len(meter), task.width_us // SECOND_US),
        simulated=found.marked[meter, window],
        energy_kwh=found.energy_wh[meter, window] / 1000,
        estimated_kwh=found.estimated_wh[meter, window] / 1000,
        method=found.method[meter, window],
        coverage_ratio=found.covered_ratio[meter, window],
        reset_count=found.resets[meter, window],
        backward_count=found.backwards[meter, window],
        missing_count=whole.missing[meter, window],
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
        Indicator("energy_kwh", "kWh", "Energy", "Energie", _METERS, "own rules E1-E7", "own"),
        Indicator(
            "estimated_kwh", "kWh", "Energy, estimated", "Energie, geschätzt", _METERS, "own rule E10", "own", "should"
        ),
        Indicator(
            "method",
            "1",
            "1 counter, 2 power, 3 mean power",
            "1 Zähler, 2 Leistung, 3 mittlere Leistung",
            _METERS,
            "own",
            "own",
        ),
        Indicator("coverage_ratio", "1", "Share of time covered", "Erfasster Zeitanteil", _METERS, "own", "own"),
        Indicator("reset_count", "1", "Counter began anew", "Zähler begann von vorn", _METERS, "own rule E3", "own"),
        Indicator("backward_count", "1", "Counter went back", "Zähler lief zurück", _METERS, "own rule E2", "own"),
        Indicator("missing_count", "1", "No power given", "Keine Leistung angegeben", _METERS, "own rule E5", "own"),
    ),
)
