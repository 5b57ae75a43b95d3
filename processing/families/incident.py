"""Incidents between consecutive cross-sections of a road section, per minute, by the California algorithms.

The parts of a section stand in the order of travel: the first is upstream of the second. Each window begins free where
its look-back begins; an incident that lasts longer than that is found again while its beginning would still be one.
"""

from __future__ import annotations

import numpy as np

from emscher.store.copy import Rows
from emscher.stream import DAY_US, SECOND_US
from processing.families import section
from processing.families.section import MINUTE_US, PART, SPEED
from processing.family import Family, Indicator, Status, Task, microseconds, table
from processing.kernels.california import IncidentLimits, incidents
from processing.kernels.group import Floats
from processing.kernels.measured import Bools

DEFINED, NOTHING_UPSTREAM, NOTHING_DOWNSTREAM, WRONG = 0, 1, 2, 3
_LIMITS = ("difference", "difference_ratio", "downstream", "wave", "wave_ratio")


def compute(task: Task) -> Rows:
    """Compute each pair of consecutive parts in each minute in which one of the two says something."""
    parts = task.rows["section_part_rows"]
    blocks = [_pair(task, parts[:0])]
    for one in np.unique(parts["section"]):
        mine = parts[parts["section"] == one]
        blocks += [_pair(task, mine[first : first + 2]) for first in range(len(mine) - 1)]
    return np.concatenate(blocks)


def _pair(task: Task, parts: Rows) -> Rows:
    """Compute one pair; of none, no rows."""
    before, width = task.look_back_us // MINUTE_US, task.width_us // MINUTE_US
    first_us = int(task.window_us[0]) - task.look_back_us
    minutes = int(task.window_us[-1] + task.width_us - first_us) // MINUTE_US
    occupancy_pct, there, simulated = _occupancies(task.rows["section_speed_rows"], parts, first_us, minutes)
    begin = (task.window_us - first_us) // MINUTE_US
    seen = begin[:, None] + np.arange(-before, width)
    (up, down), limits = occupancy_pct[:, seen], _limits(task)
    states = [incidents(up, down, limits, waves=waves)[:, before:] for waves in (False, True)]
    window, minute = np.nonzero(there[seen[:, before:]])
    at = seen[window, minute + before]
    upstream, downstream = occupancy_pct[:, at]
    reason = np.where(np.isnan(upstream), NOTHING_UPSTREAM, np.where(np.isnan(downstream), NOTHING_DOWNSTREAM, DEFINED))
    if len(parts) and not _right(parts):
        reason = np.full(len(at), WRONG)
    known = reason == DEFINED
    found = [np.where(known, one[window, minute].astype(np.float64), np.nan) for one in states]
    return table(
        site_id=np.full(len(at), task.site_id),
        section=np.full(len(at), int(parts["section"][0]) if len(parts) else 0),
        part=np.full(len(at), int(parts["part"][0]) if len(parts) else 0),
        window_start=(first_us + at * MINUTE_US).view("M8[us]"),
        width_s=np.full(len(at), MINUTE_US // SECOND_US),
        simulated=simulated[at],
        upstream_occupancy_pct=upstream,
        downstream_occupancy_pct=downstream,
        state_california_7=found[0],
        state_california_8=found[1],
        reason=reason,
    )


def _occupancies(read: Rows, parts: Rows, first_us: int, minutes: int) -> tuple[Floats, Bools, Bools]:
    """Occupancy upstream and downstream by minute, and whether either says something, or something simulated."""
    occupancy_pct = np.full((2, minutes), np.nan)
    there, simulated = np.zeros(minutes, np.bool_), np.zeros(minutes, np.bool_)
    minute = (microseconds(read["window_start"]) - first_us) // MINUTE_US
    for number, part in enumerate(parts):
        mine = (read["site_id"] == part["site_id"]) & (read["bearing_deg"] == part["bearing_deg"])
        occupancy_pct[number, minute[mine]] = read["occupancy_pct"][mine]
        there[minute[mine]] = True
        simulated[minute[mine]] |= read["simulated"][mine]
    return occupancy_pct, there, simulated


def _right(parts: Rows) -> bool:
    """Whether both sites exist and the two are not one cross-section."""
    same = parts["site_id"][0] == parts["site_id"][1] and parts["bearing_deg"][0] == parts["bearing_deg"][1]
    return bool((parts["site_id"] > 0).all()) and not same


def _limits(task: Task) -> IncidentLimits:
    """Limits of each window on the day on which it begins."""
    days = (task.window_us // DAY_US).tolist()
    return IncidentLimits(
        *(
            np.array([task.thresholds.at(f"traffic_incident_{name}", "", day) for day in days], np.float64)
            for name in _LIMITS
        )
    )


_STATES = "processing.kernels.california.incidents"
_CALIFORNIA = "Payne and Tignor 1978, by way of Organic Traffic Control"
_STATE_EN = "0 free, 1 to 5 after a compression wave, 6 tentative, 7 confirmed, 8 continuing"
_STATE_DE = "0 frei, 1 bis 5 nach einer Stauwelle, 6 vermutet, 7 bestätigt, 8 anhaltend"


def _of(column: str, unit: str, names: tuple[str, str], kernel: str = _STATES, source: str = _CALIFORNIA) -> Indicator:
    status: Status = "own" if source == "own" else "unverified"
    return Indicator(
        column, unit, *names, kernel, source, status, inputs=("cross_section.occupancy_pct",), rolls_up=False
    )


FAMILY = Family(
    name="incident",
    title_en="Incidents between cross-sections",
    title_de="Störungen zwischen Messquerschnitten",
    key=("site_id", "section", "part", "window_start"),
    loads={"section_part_rows": PART, "section_speed_rows": SPEED},
    compute=compute,
    rides="section",
    step_s=60,
    reads="cross_section",
    reach=section.FAMILY.reach,
    indicators=(
        _of(
            "state_california_7",
            "1",
            (f"Incident by California #7: {_STATE_EN}", f"Störung nach California #7: {_STATE_DE}"),
        ),
        _of(
            "state_california_8",
            "1",
            (f"Incident by California #8: {_STATE_EN}", f"Störung nach California #8: {_STATE_DE}"),
        ),
        _of(
            "upstream_occupancy_pct",
            "%",
            ("Occupancy upstream", "Belegung stromaufwärts"),
            "processing.kernels.history.average",
            "own",
        ),
        _of(
            "downstream_occupancy_pct",
            "%",
            ("Occupancy downstream", "Belegung stromabwärts"),
            "processing.kernels.history.average",
            "own",
        ),
        _of(
            "reason",
            "1",
            (
                "Why there is no state: 1 occupancy upstream, 2 occupancy downstream, 3 description",
                "Warum es keinen Zustand gibt: 1 Belegung stromaufwärts, 2 stromabwärts, 3 Beschreibung",
            ),
            source="own",
        ),
    ),
)
