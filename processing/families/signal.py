"""Signals per signal group and quarter hour: the cycles whose green begins in the window."""

from __future__ import annotations

import numpy as np

from emscher.store.copy import Rows
from processing.family import SECOND_US, Family, Indicator, Task, microseconds, table
from processing.kernels.cycle import cycles, greens

ROW = np.dtype(
    [("sensor_id", "i4"), ("observed_at", "M8[us]"), ("simulated", "?"), ("code", "i2"), ("signal_group", "i4")]
)

LONGEST_CYCLE_US = 300 * SECOND_US
"""A longer time between two greens is a gap, not a cycle; equals the look-ahead of the stream [us]."""

_CYCLE = "processing.kernels.cycle.cycles"


def compute(task: Task) -> Rows:
    """Compute cycle and green of each signal group in each due window."""
    read = task.rows["signal_rows"]
    signals, signal = np.unique(read[["sensor_id", "signal_group"]], return_inverse=True)
    time_us = microseconds(read["observed_at"])
    found = greens(signal, time_us, read["code"].astype(np.int64), LONGEST_CYCLE_US)
    place = task.place(time_us[found.row])
    inside = place >= 0
    row, place = found.row[inside], place[inside]
    cells, group = np.unique(signal[row] * len(task.window_us) + place, return_inverse=True)
    means = cycles(group, len(cells), found.cycle_us[inside], found.green_us[inside])
    whose = signals[cells // len(task.window_us)] if len(cells) else signals[:0]
    return table(
        sensor_id=whose["sensor_id"],
        signal_group=whose["signal_group"],
        window_start=task.window_us[cells % max(len(task.window_us), 1)].view("M8[us]"),
        width_s=np.full(len(cells), task.width_us // SECOND_US),
        simulated=np.bincount(group, read["simulated"][row], len(cells)) > 0,
        cycle_s=means.cycle_s,
        green_ratio=means.green_ratio,
        cycle_count=means.cycle_count.astype(np.int64),
    )


FAMILY = Family(
    name="signal",
    title_en="Signals per signal group",
    title_de="Lichtsignale je Signalgruppe",
    key=("sensor_id", "signal_group", "window_start"),
    loads={"signal_rows": ROW},
    compute=compute,
    buckets=("1h", "1d"),
    indicators=(
        Indicator("cycle_s", "s", "Cycle", "Umlaufzeit", _CYCLE, "RiLSA 2015", "unverified"),
        Indicator("green_ratio", "1", "Share of green", "Freigabezeitanteil", _CYCLE, "RiLSA 2015", "unverified"),
        Indicator("cycle_count", "1", "Cycles", "Umläufe", _CYCLE, "own", "own"),
    ),
)
