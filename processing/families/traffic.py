"""Traffic per lane and minute; a reading over a longer interval gives one row of that width."""

from __future__ import annotations

import numpy as np

from emscher.store.copy import Rows
from emscher.stream import SECOND_US
from processing.family import Family, Indicator, Task, microseconds, table
from processing.kernels.group import runs
from processing.kernels.lane import lanes
from processing.lane_reading import ROW

MINUTE_S = 60
MINUTE_US = MINUTE_S * SECOND_US

_LANES = "processing.kernels.lane.lanes"


def compute(task: Task) -> Rows:
    """Compute the indicators of each lane in each due window that has readings."""
    read = task.rows["lane_rows"]
    at_us = microseconds(read["observed_at"])
    inside = task.place(at_us) >= 0
    read, minute = read[inside], at_us[inside] // MINUTE_US
    first, count = (int(minute.min()), int(np.ptp(minute)) + 1) if len(minute) else (0, 1)
    cell = read["sensor_id"].astype(np.int64) * count + minute - first
    begins, group = runs(cell)
    cells = cell[begins]
    found = lanes(
        group,
        len(cells),
        read["interval_s"].astype(np.float64),
        read["count"],
        read["heavy_count"],
        read["occupancy_pct"],
        read["speed_kmh"],
    )
    width_s = np.full(len(cells), MINUTE_S)
    np.maximum.at(width_s, group, read["interval_s"])
    simulated = np.bincount(group, read["simulated"], len(cells)) > 0
    return table(
        sensor_id=cells // count,
        window_start=((first + cells % count) * MINUTE_US).view("M8[us]"),
        width_s=width_s,
        simulated=simulated,
        flow_veh_h=found.flow_veh_h,
        heavy_share_pct=found.heavy_share_pct,
        occupancy_pct=found.occupancy_pct,
        speed_kmh=found.speed_kmh,
        density_veh_km=found.density_veh_km,
        coverage_ratio=np.minimum(found.covered_s / width_s, 1.0),
    )


FAMILY = Family(
    name="traffic",
    title_en="Traffic per lane",
    title_de="Verkehr je Fahrstreifen",
    key=("sensor_id", "window_start"),
    loads={"lane_rows": ROW},
    compute=compute,
    step_s=MINUTE_S,
    buckets=("15min", "1h", "1d"),
    indicators=(
        Indicator(
            "flow_veh_h", "veh/h", "Flow", "Verkehrsstärke", _LANES, "MARZ; DUA AggregationsFsOderVmq", "verified"
        ),
        Indicator(
            "heavy_share_pct", "%", "Share of heavy vehicles", "Schwerverkehrsanteil", _LANES, "DUA25", "verified"
        ),
        Indicator("occupancy_pct", "%", "Occupancy", "Belegung", _LANES, "MARZ; DUA14", "verified"),
        Indicator(
            "speed_kmh", "km/h", "Mean speed", "Mittlere Geschwindigkeit", _LANES, "DUA28, flow-weighted", "verified"
        ),
        Indicator(
            "density_veh_km",
            "veh/km",
            "Density",
            "Verkehrsdichte",
            _LANES,
            "DUA25 without its rule for speed 0",
            "verified",
        ),
        Indicator("coverage_ratio", "1", "Share of time covered", "Erfasster Zeitanteil", _LANES, "own", "own"),
    ),
)
