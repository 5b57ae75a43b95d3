"""Traffic per cross-section and minute: the lanes of a site that lead the same way, together."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from emscher.store.copy import Rows
from emscher.stream import DAY_US, SECOND_US
from emscher.streams.traffic import VALUES
from processing.family import Family, Indicator, Task, microseconds, table
from processing.kernels.aggregation import aggregate
from processing.kernels.analysis import Analysis, DesignParameters, analyse, hourly
from processing.kernels.cross_section import cross_section
from processing.kernels.measured import Measured, decode, stacked
from processing.kernels.plausibility import consistent

ROW = np.dtype(
    [
        ("sensor_id", "i4"),
        ("observed_at", "M8[us]"),
        ("simulated", "?"),
        ("interval_s", "i4"),
        ("count", "f8"),
        ("heavy_count", "f8"),
        ("speed_kmh", "f8"),
        ("car_speed_kmh", "f8"),
        ("heavy_speed_kmh", "f8"),
        ("status_bits", "i4"),
    ]
)
EQUIVALENT = np.dtype([("day", "M8[us]"), ("heavy_pcu", "f8"), ("heavy_pcu_per_kmh", "f8")])

COMPASS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
COMPASS_STEP_DEG = 45
TURN_DEG = 360

_AGGREGATE = "processing.kernels.aggregation.aggregate"
_CROSS_SECTION = "processing.kernels.cross_section.cross_section"
_ANALYSE = "processing.kernels.analysis.analyse"


def compute(task: Task) -> Rows:
    """Compute each direction of a site in each due window that has readings of its lanes."""
    bearing = _bearings(task)
    read = task.rows["cross_section_rows"]
    place = task.place(microseconds(read["observed_at"]))
    wanted = (place >= 0) & np.isin(read["sensor_id"], list(bearing))
    read, place = read[wanted], place[wanted]
    windows = max(len(task.window_us), 1)
    lanes, lane = np.unique(read["sensor_id"].astype(np.int64) * windows + place, return_inverse=True)
    width_s = np.full(len(lanes), task.width_us // SECOND_US)
    np.maximum.at(width_s, lane, read["interval_s"])
    flows, speeds = _lanes(read, lane, len(lanes), width_s)
    bearing_deg = np.array([bearing[int(one)] for one in lanes // windows], np.int64)
    cells, cell = np.unique(bearing_deg * windows + lanes % windows, return_inverse=True)
    longest_s = np.full(len(cells), task.width_us // SECOND_US)
    np.maximum.at(longest_s, cell, width_s)
    # A lane that reports more often than its neighbours has no value of their length; it counts as missing.
    alike = width_s == longest_s[cell]
    numbers = np.array(list(bearing.values()), np.int64)
    lane_count = (numbers[:, None] == cells // windows).sum(axis=0)
    sums = [
        cross_section(cell[alike], len(cells), flows[number][alike], speeds[number][alike], lane_count)
        for number in range(3)
    ]
    flow, speed = stacked([one for one, _ in sums]), stacked([one for _, one in sums])
    start_us = task.window_us[cells % windows] if len(cells) else task.window_us[:0]
    found = _analysed(flow, speed, start_us, task.rows["heavy_equivalent_rows"])
    return table(
        site_id=np.full(len(cells), task.site_id),
        bearing_deg=cells // windows,
        window_start=start_us.view("M8[us]"),
        width_s=longest_s,
        simulated=np.bincount(cell[lane], read["simulated"], len(cells)) > 0,
        flow_veh_h=flow.number[0],
        heavy_share_pct=found.heavy_share_pct.number,
        speed_kmh=speed.number[0],
        density_veh_km=found.density_veh_km.number[0],
        pcu_flow_pcu_h=found.design_flow_pcu_h.number,
        quality_ratio=np.where(np.isnan(flow.number[0]), np.nan, flow.quality_ratio[0]),
        lane_count=lane_count,
    )


def _bearings(task: Task) -> dict[int, int]:
    """Where each lane leads, from the ``direction`` of its sensor: compass points or degrees; others are left out."""
    found = {}
    for sensor in task.sensors:
        said = sensor.metadata.get("direction")
        if sensor.stream != "traffic":
            continue
        if said in COMPASS:
            found[sensor.sensor_id] = COMPASS.index(str(said)) * COMPASS_STEP_DEG
        elif isinstance(said, int | float) and math.isfinite(said):
            found[sensor.sensor_id] = round(said) % TURN_DEG
    return found


def _lanes(
    read: Rows, lane: npt.NDArray[np.int64], n_lanes: int, width_s: npt.NDArray[np.int64]
) -> tuple[list[Measured], list[Measured]]:
    """Flow and speed of each class by lane and window, of what is plausible."""
    interval_s = read["interval_s"].astype(np.float64)
    every, heavy = _measured(read, "count"), _measured(read, "heavy_count")
    # Cars are what is not heavy: missing where either is, and for its reason.
    rest = every.number - heavy.number
    car = decode(np.where(np.isnan(rest), -np.maximum(every.status, heavy.status).astype(np.float64), rest))
    car = Measured(np.where(np.isnan(rest), np.nan, car.number), car.status, car.quality_ratio, car.interpolated)
    speeds = [_measured(read, name) for name in ("speed_kmh", "heavy_speed_kmh", "car_speed_kmh")]
    count, speed = consistent(stacked([every, heavy, car]), stacked(speeds))
    flow = hourly(count, interval_s)
    found = [
        aggregate(lane, n_lanes, interval_s, flow[one], speed[one], width_s.astype(np.float64)) for one in range(3)
    ]
    return [one for one, _ in found], [one for _, one in found]


def _measured(read: Rows, name: str) -> Measured:
    """A value with the status that the device gave it."""
    status = (read["status_bits"].astype(np.int64) >> 2 * VALUES.index(name)) & 3
    return decode(np.where(status > 0, -status.astype(np.float64), read[name]))


def _analysed(flow: Measured, speed: Measured, start_us: npt.NDArray[np.int64], equivalents: Rows) -> Analysis:
    """Analyse cross-sections with what a heavy vehicle counted on the day; no density is remembered, none is capped."""
    row = np.searchsorted(microseconds(equivalents["day"]), start_us // DAY_US * DAY_US)
    nothing = np.full((3, len(start_us)), np.nan)
    free = np.full((3, 1), np.inf)
    parameters = DesignParameters(
        free, free, free[0], free[0], equivalents["heavy_pcu"][row], equivalents["heavy_pcu_per_kmh"][row]
    )
    return analyse(flow, speed, parameters, nothing, nothing[0])


FAMILY = Family(
    name="cross_section",
    title_en="Traffic per cross-section",
    title_de="Verkehr je Messquerschnitt",
    key=("site_id", "bearing_deg", "window_start"),
    loads={"cross_section_rows": ROW, "heavy_equivalent_rows": EQUIVALENT},
    compute=compute,
    indicators=(
        Indicator("flow_veh_h", "veh/h", "Flow", "Verkehrsstärke", _CROSS_SECTION, "DUA26; DUA28; Berlin", "verified"),
        Indicator(
            "heavy_share_pct", "%", "Share of heavy vehicles", "Schwerverkehrsanteil", _ANALYSE, "DUA25", "verified"
        ),
        Indicator(
            "speed_kmh",
            "km/h",
            "Mean speed, flow-weighted",
            "Mittlere Geschwindigkeit, nach Verkehrsstärke gewichtet",
            _CROSS_SECTION,
            "DUA26; DUA28",
            "verified",
        ),
        Indicator(
            "density_veh_km",
            "veh/km",
            "Density",
            "Verkehrsdichte",
            _ANALYSE,
            "DUA25 without its rule for speed 0 and its cap",
            "verified",
        ),
        Indicator(
            "pcu_flow_pcu_h",
            "pcu/h",
            "Flow in passenger car units",
            "Bemessungsverkehrsstärke",
            _ANALYSE,
            "DUA25; equivalents are dated thresholds",
            "verified",
        ),
        Indicator(
            "quality_ratio", "1", "Quality of the flow", "Güte der Verkehrsstärke", _AGGREGATE, "DUA28", "verified"
        ),
        Indicator("lane_count", "1", "Lanes", "Fahrstreifen", _CROSS_SECTION, "own", "own"),
    ),
)
