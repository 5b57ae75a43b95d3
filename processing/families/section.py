"""Travel time per road section and quarter hour, from the minutes of the cross-sections that lie along it."""

from __future__ import annotations

import numpy as np

from emscher.store.copy import Rows
from emscher.stream import Due
from processing.family import Family, Indicator, Status, Task, microseconds, table
from processing.kernels.group import Floats, Ints
from processing.kernels.measured import Bools
from processing.kernels.travel_time import congestion_index, reliability, travel_time

PART = np.dtype(
    [
        ("section", "i4"),
        ("part", "i4"),
        ("site_id", "i4"),
        ("bearing_deg", "f8"),
        ("length_m", "f8"),
        ("free_speed_kmh", "f8"),
    ]
)
SPEED = np.dtype(
    [
        ("site_id", "i4"),
        ("bearing_deg", "i4"),
        ("window_start", "M8[us]"),
        ("simulated", "?"),
        ("space_mean_speed_kmh", "f8"),
        ("speed_smoothed_kmh", "f8"),
        ("occupancy_pct", "f8"),
    ]
)

WIDTH_S = 900
HOUR_S = 3_600
MINUTE_US = 60_000_000
METRES_PER_KM = 1_000.0
PERCENTILE_PCT = 95.0
"""Percentile of the planning time index, part of its definition [%]."""
NOTHING_MISSING, NO_SPEED, NO_FREE_SPEED, WRONG = 0, 1, 2, 3


def compute(task: Task) -> Rows:
    """Compute each section of a site in each due window in which one of its cross-sections says something."""
    parts, read = task.rows["section_part_rows"], task.rows["section_speed_rows"]
    blocks = [_section(task, parts[parts["section"] == one], read) for one in np.unique(parts["section"])]
    return np.concatenate([*blocks, _section(task, parts[:0], read)])


def _section(task: Task, parts: Rows, read: Rows) -> Rows:
    """Compute one section; one that is wrongly described has nothing but the reason."""
    first_us = int(task.window_us[0]) - task.look_back_us
    minutes = int(task.window_us[-1] + task.width_us - first_us) // MINUTE_US
    speed_kmh, there, simulated = _speeds(parts, read, first_us, minutes)
    length_km = parts["length_m"] / METRES_PER_KM
    right = bool(len(parts)) and bool((length_km > 0).all()) and bool((parts["site_id"] > 0).all())
    spent_s = travel_time(length_km[:, None], speed_kmh).sum(axis=0) if right else np.full(minutes, np.nan)
    free_s = float(travel_time(length_km, parts["free_speed_kmh"]).sum()) if right else np.nan
    before, width = task.look_back_us // MINUTE_US, task.width_us // MINUTE_US
    begin = (task.window_us - first_us) // MINUTE_US
    own = begin[:, None] + np.arange(width)
    hour = begin[:, None] + np.arange(-before, width)
    (window,) = np.nonzero(there[own].any(axis=1))
    free = np.full(len(window), free_s)
    quarter = _reliable(spent_s[own[window]], free)
    found = _reliable(spent_s[hour[window]], free)
    covered = (~np.isnan(spent_s[own[window]])).mean(axis=1) if len(window) else np.empty(0)
    reason = np.where(covered < 1, NO_SPEED, NO_FREE_SPEED if np.isnan(free_s) else NOTHING_MISSING)
    length_m = float(parts["length_m"].sum()) if right else np.nan
    return table(
        site_id=np.full(len(window), task.site_id),
        section=np.full(len(window), int(parts["section"][0]) if len(parts) else 0),
        window_start=task.window_us[window].view("M8[us]"),
        width_s=np.full(len(window), WIDTH_S),
        simulated=simulated[own[window]].any(axis=1),
        length_m=np.full(len(window), length_m),
        speed_kmh=length_m * 3.6 / quarter[0],
        travel_time_s=quarter[0],
        free_travel_time_s=free,
        travel_time_p95_s=found[1],
        travel_time_index_ratio=quarter[2],
        planning_time_index_ratio=found[3],
        buffer_index_ratio=found[4],
        congestion_index_ratio=congestion_index(quarter[0], free),
        coverage_ratio=covered,
        reason=reason if right else np.full(len(window), WRONG),
    )


def _speeds(parts: Rows, read: Rows, first_us: int, minutes: int) -> tuple[Floats, Bools, Bools]:
    """Speed of each part by minute, and whether any part says something, or something simulated."""
    speed_kmh = np.full((len(parts), minutes), np.nan)
    there, simulated = np.zeros(minutes, np.bool_), np.zeros(minutes, np.bool_)
    minute = (microseconds(read["window_start"]) - first_us) // MINUTE_US
    # Without vehicles the smoothed speed is held.
    said_kmh = np.where(
        np.isnan(read["space_mean_speed_kmh"]), read["speed_smoothed_kmh"], read["space_mean_speed_kmh"]
    )
    for number, part in enumerate(parts):
        mine = (read["site_id"] == part["site_id"]) & (read["bearing_deg"] == part["bearing_deg"])
        speed_kmh[number, minute[mine]] = said_kmh[mine]
        there[minute[mine]] = True
        simulated[minute[mine]] |= read["simulated"][mine]
    return speed_kmh, there, simulated


def _reliable(spent_s: Floats, free_s: Floats) -> tuple[Floats, ...]:
    """Mean, percentile and indices of each row of travel times."""
    group: Ints = np.repeat(np.arange(len(spent_s)), spent_s.shape[1])
    found = reliability(group, len(spent_s), spent_s.ravel(), free_s, PERCENTILE_PCT)
    return (
        found.mean_s,
        found.percentile_s,
        found.travel_time_index_ratio,
        found.planning_time_index_ratio,
        found.buffer_index_ratio,
    )


_TIME = "processing.kernels.travel_time.travel_time"
_RELIABILITY = "processing.kernels.travel_time.reliability"
_FHWA = "FHWA, Travel Time Reliability"
_INPUTS = ("space_mean_speed_kmh", "speed_smoothed_kmh", "length_m", "free_speed_kmh")


def _of(
    column: str, unit: str, names: tuple[str, str], kernel: str, source: str, *, rolls_up: bool = True
) -> Indicator:
    status: Status = "own" if source == "own" else "verified"
    return Indicator(column, unit, *names, kernel, source, status, inputs=_INPUTS, rolls_up=rolls_up)


FAMILY = Family(
    name="section",
    title_en="Travel time per road section",
    title_de="Reisezeit je Streckenabschnitt",
    key=("site_id", "section", "window_start"),
    loads={"section_part_rows": PART, "section_speed_rows": SPEED},
    compute=compute,
    buckets=("1h", "1d"),
    reads="cross_section",
    reach=Due("section", width_s=WIDTH_S, look_back_s=HOUR_S - WIDTH_S),
    indicators=(
        _of("length_m", "m", ("Length", "Länge"), _TIME, "own"),
        _of("speed_kmh", "km/h", ("Travel speed", "Reisegeschwindigkeit"), _TIME, "own"),
        _of("travel_time_s", "s", ("Travel time", "Reisezeit"), _TIME, _FHWA),
        _of("free_travel_time_s", "s", ("Travel time in free flow", "Reisezeit bei freiem Verkehr"), _TIME, _FHWA),
        _of(
            "travel_time_p95_s",
            "s",
            ("Travel time, 95th percentile of the last hour's minutes", "Reisezeit, 95. Perzentil der letzten Stunde"),
            _RELIABILITY,
            _FHWA,
            rolls_up=False,
        ),
        _of("travel_time_index_ratio", "1", ("Travel time index", "Reisezeitindex"), _RELIABILITY, _FHWA),
        _of(
            "planning_time_index_ratio",
            "1",
            ("Planning time index of the last hour", "Planungszeitindex der letzten Stunde"),
            _RELIABILITY,
            _FHWA,
            rolls_up=False,
        ),
        _of(
            "buffer_index_ratio",
            "1",
            ("Buffer index of the last hour", "Pufferindex der letzten Stunde"),
            _RELIABILITY,
            _FHWA,
            rolls_up=False,
        ),
        Indicator(
            "congestion_index_ratio",
            "1",
            "Congestion index: what is lost of the speed of free flow",
            "Verkehrslage-Index: Verlust gegenüber freiem Verkehr",
            "processing.kernels.travel_time.congestion_index",
            "Common practice, one minus speed over free speed",
            "unverified",
            "should",
            _INPUTS,
            rolls_up=False,
        ),
        _of("coverage_ratio", "1", ("Share of time covered", "Erfasster Zeitanteil"), _TIME, "own"),
        _of(
            "reason",
            "1",
            ("Why something is missing: 1 speed, 2 free speed, 3 description", "Grund für fehlende Werte"),
            _TIME,
            "own",
            rolls_up=False,
        ),
    ),
)
