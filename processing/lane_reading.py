"""Readings of lanes, checked one by one as the German traffic centres do, with limits by type of lane and day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emscher.store.copy import Rows
from emscher.streams.traffic import VALUES
from processing.family import Task
from processing.kernels.analysis import HOUR_S
from processing.kernels.group import Ints
from processing.kernels.measured import FAULTY, REPORTED, Bools, Measured, stacked
from processing.kernels.plausibility import ALL, consistent, limited, limited_counts, occupied
from processing.threshold import Scoped

ROW = np.dtype(
    [
        ("sensor_id", "i4"),
        ("observed_at", "M8[us]"),
        ("simulated", "?"),
        ("interval_s", "i4"),
        ("count", "f8"),
        ("heavy_count", "f8"),
        ("occupancy_pct", "f8"),
        ("speed_kmh", "f8"),
        ("car_speed_kmh", "f8"),
        ("heavy_speed_kmh", "f8"),
        ("speed_std_kmh", "f8"),
        ("gap_s", "f8"),
        ("status_bits", "i4"),
    ]
)

SAID_FAULTY, CONTRADICTION, LONG_OCCUPIED, LIMITED, CONSTANT = 1, 2, 4, 8, 16
"""What was found: the device says so; B7 to B12; B14; B15 to B22; the same for too long."""

_SPEEDS = ("speed_kmh", "heavy_speed_kmh", "car_speed_kmh")


@dataclass(frozen=True, slots=True)
class Checked:
    """Readings after the checks that need no memory: counts and speeds (3, n), the others (n,)."""

    count: Measured
    speed: Measured
    occupancy: Measured
    deviation: Measured
    fault: Ints


def lane_types(task: Task) -> dict[int, str]:
    """Type of each lane, which is the scope of its limits."""
    return {one.sensor_id: str(one.metadata.get("lane_type", "")) for one in task.sensors if one.stream == "traffic"}


def scoped(task: Task, sensor_id: npt.NDArray[np.integer], time_us: Ints) -> Scoped:
    """Limits of lanes by their type and the day."""
    types = lane_types(task)
    names = sorted(set(types.values()) | {""})
    known = np.array(sorted(types), np.int64)
    number = np.array([names.index(types[int(one)]) for one in known], np.int64)
    # A lane that left the site meanwhile has the limits that hold everywhere.
    place = np.minimum(np.searchsorted(known, sensor_id), max(len(known) - 1, 0))
    if len(known):
        scope = np.where(known[place] == sensor_id, number[place], names.index(""))
    else:
        scope = np.full(len(sensor_id), names.index(""))
    return task.thresholds.scoped(names, scope, time_us)


def check(read: Rows, limits: Scoped) -> Checked:
    """Check readings one by one: rules B7 to B12, B14 and B15 to B22."""
    every, heavy = _measured(read, "count"), _measured(read, "heavy_count")
    # Cars are what is not heavy: missing where either is, and for its reason.
    rest = every.number - heavy.number
    there = ~np.isnan(rest)
    car = Measured(
        rest,
        np.where(there, REPORTED, np.maximum(every.status, heavy.status)),
        every.quality_ratio,
        every.interpolated,
    )
    said = stacked([every, heavy, car]), stacked([_measured(read, name) for name in _SPEEDS])
    occupancy = _measured(read, "occupancy_pct")
    said_faulty = _faulty(said[0]) | _faulty(said[1]) | (occupancy.status == FAULTY)
    count, speed = consistent(*said)
    contradiction = (_faulty(count) & ~_faulty(said[0])) | (_faulty(speed) & ~_faulty(said[1]))
    occupancy_before = occupancy
    occupancy = occupied(occupancy, speed[ALL], limits("traffic_occupied_speed"), limits("traffic_occupied_occupancy"))
    long_occupied = (occupancy.status == FAULTY) & (occupancy_before.status != FAULTY)
    hours = read["interval_s"] / HOUR_S
    count, count_limited = limited_counts(
        count, limits("traffic_flow_max") * hours, limits("traffic_heavy_flow_max") * hours
    )
    greatest = np.stack([limits(f"traffic_{name}_max") for name in ("speed", "heavy_speed", "car_speed")])
    speed, speed_limited = limited(speed, greatest)
    occupancy, occupancy_limited = limited(occupancy, limits("traffic_occupancy_max"))
    above = count_limited.any(axis=0) | speed_limited.any(axis=0) | occupancy_limited
    fault = SAID_FAULTY * said_faulty + CONTRADICTION * contradiction + LONG_OCCUPIED * long_occupied + LIMITED * above
    return Checked(count, speed, occupancy, _measured(read, "speed_std_kmh"), fault)


def _measured(read: Rows, name: str) -> Measured:
    """A value with the status that the device gave it."""
    status = (read["status_bits"].astype(np.int64) >> 2 * VALUES.index(name)) & 3
    number = np.where(status == REPORTED, read[name], np.nan)
    return Measured(number, status, np.ones(len(read)), np.zeros(len(read), np.bool_))


def _faulty(measured: Measured) -> Bools:
    found: Bools = (measured.status == FAULTY).any(axis=0)
    return found
