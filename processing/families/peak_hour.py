"""Hours of cross-sections, one beginning with each quarter: flow, peak hour factor, density and its grade."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from emscher.store.copy import Rows
from emscher.stream import SECOND_US, Due
from processing.families.cross_section import bearings, section_limits
from processing.family import Family, Indicator, Task, microseconds, table
from processing.kernels.group import Floats, ratio, runs
from processing.kernels.peak_hour import QUARTERS, Quarters, hours, peak_hour_factor, quarters, street_grade

ROW = np.dtype(
    [
        ("bearing_deg", "i4"),
        ("window_start", "M8[us]"),
        ("width_s", "i4"),
        ("simulated", "?"),
        ("flow_veh_h", "f8"),
        ("density_veh_km", "f8"),
        ("lane_count", "i4"),
    ]
)

HOUR_S = 3_600
QUARTER_S = 900
QUARTER_US = QUARTER_S * SECOND_US
LATER = QUARTERS - 1
GRADES = ("a", "b", "c", "d", "e")


def compute(task: Task) -> Rows:
    """Compute the hour that begins with each quarter of the due windows in which a cross-section says something."""
    read = task.rows["hour_rows"]
    begins, section = runs(read["bearing_deg"].astype(np.int64))
    bearing_deg = read["bearing_deg"][begins].astype(np.int64)
    windows = len(task.window_us)
    # A row of seven quarters for each cross-section and due window: its own four, and those that their hours reach.
    own = (task.window_us[:, None] // QUARTER_US + np.arange(QUARTERS + LATER)).ravel()
    shape = len(begins) * windows, QUARTERS + LATER
    quarter, place = np.unique(own, return_inverse=True)
    at = microseconds(read["window_start"]) // QUARTER_US
    number = np.minimum(np.searchsorted(quarter, at), max(len(quarter) - 1, 0))
    inside = np.flatnonzero(quarter[number] == at) if len(quarter) else np.empty(0, np.int64)
    cell, cells = section[inside] * len(quarter) + number[inside], len(begins) * len(quarter)
    laid = (np.arange(len(begins))[:, None] * len(quarter) + place.ravel()).ravel()
    row, first = np.divmod(np.arange(shape[0] * QUARTERS), QUARTERS)
    limits = section_limits(task, bearings(task), bearing_deg[row // windows], row % windows)
    least = limits("traffic_hour_valid")[::QUARTERS]

    def by_hour(values: Floats) -> tuple[Floats, Floats]:
        once = quarters(cell, cells, read["width_s"][inside].astype(np.float64), values[inside])
        means = Quarters(once.mean[laid], once.coverage_ratio[laid])
        covered = means.coverage_ratio.reshape(shape)
        return (
            hours(means, shape, least).reshape(-1, QUARTERS),
            sliding_window_view(covered, QUARTERS, axis=1).mean(axis=-1).ravel(),
        )

    flow, coverage = by_hour(read["flow_veh_h"])
    density, _ = by_hour(ratio(read["density_veh_km"], read["lane_count"].astype(np.float64)))
    there, simulated = (
        np.bincount(cell, marks, cells)[laid].reshape(shape)[:, :QUARTERS].ravel() > 0
        for marks in (np.ones(len(cell)), read["simulated"][inside])
    )
    density_lane = density.mean(axis=-1)
    grade = street_grade(density_lane, np.stack([limits(f"traffic_street_density_{one}") for one in GRADES]))
    start = own.reshape(windows, -1)[row % windows, first] if len(row) else np.empty(0, np.int64)
    return table(
        site_id=np.full(int(there.sum()), task.site_id),
        bearing_deg=bearing_deg[row // windows][there] if len(row) else np.empty(0, np.int64),
        window_start=(start * QUARTER_US)[there].view("M8[us]"),
        width_s=np.full(int(there.sum()), HOUR_S),
        simulated=simulated[there],
        flow_veh_h=flow.mean(axis=-1)[there],
        quarter_flow_max_veh_h=flow.max(axis=-1)[there],
        peak_hour_factor_ratio=peak_hour_factor(flow)[there],
        lane_density_veh_km=density_lane[there],
        street_qsv=grade[there],
        coverage_ratio=coverage[there],
    )


_HOURS = "processing.kernels.peak_hour.hours"

FAMILY = Family(
    name="peak_hour",
    title_en="Hours of cross-sections, from each quarter",
    title_de="Stunden der Messquerschnitte, ab jeder Viertelstunde",
    key=("site_id", "bearing_deg", "window_start"),
    loads={"hour_rows": ROW},
    compute=compute,
    buckets=("1d",),
    step_s=QUARTER_S,
    reads="cross_section",
    reach=Due("peak_hour", width_s=HOUR_S, look_ahead_s=LATER * QUARTER_S),
    awake="make_site_due",
    indicators=(
        Indicator(
            "flow_veh_h",
            "veh/h",
            "Flow of the hour that begins here; of a day, that of its peak hour",
            "Verkehrsstärke der hier beginnenden Stunde; eines Tages die seiner Spitzenstunde",
            _HOURS,
            "DUA AggregationsFsOderVmq; a quarter counts if three quarters of it are known, as in Berlin",
            "verified",
            "should",
            ("cross_section.flow_veh_h",),
        ),
        Indicator(
            "quarter_flow_max_veh_h",
            "veh/h",
            "Flow of the hour's busiest quarter",
            "Verkehrsstärke der stärksten Viertelstunde der Stunde",
            _HOURS,
            "Highway Capacity Manual",
            "unverified",
            "should",
            ("cross_section.flow_veh_h",),
        ),
        Indicator(
            "peak_hour_factor_ratio",
            "1",
            "Peak hour factor: flow of the hour over that of its busiest quarter; of a day, that of its peak hour",
            "Spitzenstundenfaktor: Stunde zu ihrer stärksten Viertelstunde; eines Tages der seiner Spitzenstunde",
            "processing.kernels.peak_hour.peak_hour_factor",
            "Highway Capacity Manual",
            "unverified",
            "should",
            ("cross_section.flow_veh_h",),
        ),
        Indicator(
            "lane_density_veh_km",
            "veh/km",
            "Density of the hour, mean of the lanes",
            "Verkehrsdichte der Stunde, Mittel der Fahrstreifen",
            _HOURS,
            "DUA25 without its rule for speed 0",
            "verified",
            "should",
            ("cross_section.density_veh_km", "cross_section.lane_count"),
        ),
        Indicator(
            "street_qsv",
            "1",
            "Quality of traffic flow of a main street, 0 = A",
            "Qualitätsstufe des Verkehrsablaufs einer Hauptverkehrsstraße, 0 = A",
            "processing.kernels.peak_hour.street_grade",
            "HBS 2015, S3; limits from general knowledge",
            "unverified",
            "should",
            ("cross_section.density_veh_km", "cross_section.lane_count", "lane_type"),
        ),
        Indicator(
            "coverage_ratio", "1", "Share of the hour with a flow", "Erfasster Anteil der Stunde", _HOURS, "own", "own"
        ),
    ),
)
