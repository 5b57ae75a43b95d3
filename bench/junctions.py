"""Junctions of a recorded log as tasks of the family of approaches, and its results beside the expected tables.

``python -m bench.junctions [folder of the recording]`` prints, for each table, rows compared, rows equal, and why
others differ.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

import emscher
from emscher.store.copy import Rows
from emscher.stream import SECOND_US
from processing.families import signal
from processing.families.approach import COUNT, EVENT, FAMILY
from processing.family import SensorInfo, Task, microseconds
from processing.threshold import Thresholds

RECORDING = Path(__file__).parents[2] / "shared" / "data" / "atspm"
FUNCTIONS = {"Presence": "presence", "Advance": "advance", "Stopbar Count": "count", "Yellow_Red": "yellow_red"}
CODES = (1, 4, 5, 6, 7, 8, 9, 10, 11, 21, 22, 45, 81, 82, 90, 182, 184)
Cell = tuple[int, int, int]


def limits() -> Mapping[tuple[str, str], float]:
    """Read the limits of signals as the migration has them."""
    (path,) = (Path(emscher.__file__).parent / "store" / "migrations").glob("*_approach.sql")
    text = path.read_text()
    found = {(name, ""): float(value) for name, value in re.findall(r"\('(signal_\w+)', ([\d.]+),", text)}
    for name, rows in re.findall(r"SELECT '(signal_\w+)', grade.*?VALUES (.*?) AS limits", text, re.DOTALL):
        found |= {(name, grade): float(value) for grade, value in re.findall(r"\('(\w)', ([\d.]+)\)", rows)}
    return found


def tasks(folder: Path) -> dict[int, Task]:
    """Make a task of each controller's whole log, its detectors described as the recording has them."""
    events = pq.read_table(folder / "hires_test_data.parquet")
    described = pq.read_table(folder / "configs_test_data.parquet").to_pylist()
    device = events["DeviceId"].to_numpy()
    known = Thresholds({whose: [(0, math.inf, value)] for whose, value in limits().items()})
    found = {}
    for one in np.unique(device).tolist():
        mine = (device == one) & np.isin(events["EventId"].to_numpy(), CODES)
        rows = np.zeros(int(mine.sum()), EVENT)
        rows["sensor_id"] = 1
        rows["observed_at"] = events["TimeStamp"].to_numpy()[mine]
        rows["code"], rows["parameter"] = (events[name].to_numpy()[mine] for name in ("EventId", "Parameter"))
        rows = np.unique(rows)
        rows = rows[np.lexsort((rows["code"], rows["observed_at"], rows["parameter"]))]
        width_us = FAMILY.width_s * SECOND_US
        starts = np.unique(microseconds(rows["observed_at"]) // width_us * width_us)
        phases = sorted({row["Phase"] for row in described if row["DeviceId"] == one and row["Function"] in FUNCTIONS})
        loaded = {"approach_events": rows, "approach_counts": np.empty(0, COUNT)}
        site = {"approaches": [_approach(phase, one, described) for phase in phases]}
        found[one] = Task(1, (SensorInfo(1, "signal", {}, "ctl"),), starts, width_us, loaded, site, known)
    return found


def _approach(phase: int, device: int, described: list[dict[str, Any]]) -> dict[str, Any]:
    mine = [row for row in described if (row["DeviceId"], row["Phase"]) == (device, phase)]
    detectors = [
        {"function": FUNCTIONS[row["Function"]], "channel": row["Parameter"], "distance_m": 0}
        for row in mine
        if row["Function"] in FUNCTIONS
    ]
    return {"key": f"p{phase}", "signal_group": phase, "lanes": [{"length_m": 100}], "detectors": detectors}


def compared(folder: Path) -> Iterator[tuple[str, int, int, str]]:
    """Compare the pipeline's own results with the tables that the package made of the same log."""
    every = tasks(folder)
    cells: dict[Cell, Rows] = {}
    loose: dict[Cell, Rows] = {}
    kinds: dict[Cell, Rows] = {}
    for device, task in every.items():
        for row in FAMILY.compute(task):
            cells[_cell(row["window_start"], device, row["signal_group"])] = row
        # "Reaches 80 %" as "exceeds a little less".
        failing = {**task.thresholds.rows, ("signal_split_failure", ""): [(0, math.inf, 0.8 - 1e-9)]}
        reached = replace(task, thresholds=Thresholds(failing))
        for row in FAMILY.compute(reached):
            loose[_cell(row["window_start"], device, row["signal_group"])] = row
        read = task.rows["approach_events"]
        ends = read[np.isin(read["code"], (1, 4, 5, 6, 7, 8, 9, 10, 11, 182, 184))].astype(signal.ROW)
        for row in signal.FAMILY.compute(Task(1, task.sensors, task.window_us, task.width_us, {"signal_rows": ends})):
            kinds[_cell(row["window_start"], device, row["signal_group"])] = row
    expected = {path.stem: pq.read_table(path).to_pylist() for path in sorted((folder / "expected").glob("*.parquet"))}
    here = [(_of(row), row) for row in expected["arrival_on_green"]]
    same = sum(cells[cell]["arrival_count"] == row["Total_Actuations"] for cell, row in here)
    yield "arrivals on green: arrivals", len(here), int(same), ""
    same = sum(abs(cells[cell]["arrivals_on_green_ratio"] - row["Percent_AOG"]) < 1e-6 for cell, row in here)  # noqa: PLR2004 - a float's last digits
    why = "of those in a known state; the table has the others, seven times at the begin of the log, as not on green"
    yield "arrivals on green: share", len(here), int(same), why
    here = [(_of(row), row) for row in expected["split_failures"]]
    pairs = (("Green_Occupancy", "green_occupancy_ratio"), ("Red_Occupancy", "red_occupancy_ratio"))
    same = sum(all(abs(cells[cell][ours] - row[theirs]) < 1e-4 for theirs, ours in pairs) for cell, row in here)  # noqa: PLR2004 - 4 digits
    why = "two at the begin of the log, where a detector first of all goes off; one round before a lost begin of green"
    yield "split failures: GOR and ROR5", len(here), int(same), why
    same = sum(cells[cell]["split_failure_count"] == row["Split_Failure"] for cell, row in here)
    yield "split failures: failures above 79 % (UDOT)", len(here), int(same), "the table counts from 80 % on"
    same = sum(loose[cell]["split_failure_count"] == row["Split_Failure"] for cell, row in here)
    yield "split failures: failures from 80 % on", len(here), int(same), ""
    names = {"GapOut": "gap_out_count", "MaxOut": "max_out_count", "ForceOff": "force_off_count"}
    terminations = [(_of(row), row) for row in expected["terminations"]]
    same = sum(kinds[cell][names[row["PerformanceMeasure"]]] == row["Total"] for cell, row in terminations)
    yield "terminations", len(terminations), int(same), ""
    yield "actuations", len(expected["actuations"]), _actuations(every, expected["actuations"]), ""


def _actuations(every: Mapping[int, Task], expected: list[dict[str, Any]]) -> int:
    """Compare the begins of presence that the family reads, by detector and quarter hour."""
    counted: dict[Cell, int] = {}
    for device, task in every.items():
        read = task.rows["approach_events"]
        on = read[read["code"] == 82]  # noqa: PLR2004 - detector on
        starts = microseconds(on["observed_at"]) // task.width_us * task.width_us
        for start, detector in zip(starts.tolist(), on["parameter"].tolist(), strict=True):
            counted[start, device, detector] = counted.get((start, device, detector), 0) + 1
    return sum(
        counted.get(_cell(np.datetime64(row["TimeStamp"], "us"), row["DeviceId"], row["Detector"]), 0) == row["Total"]
        for row in expected
    )


def _cell(start: np.datetime64, device: int, number: int) -> Cell:
    return int(start.astype(np.int64)), int(device), int(number)


def _of(row: Mapping[str, Any]) -> Cell:
    return _cell(np.datetime64(row["TimeStamp"], "us"), row["DeviceId"], row["Phase"])


if __name__ == "__main__":
    print("| table of atspm | rows compared | equal | why the others differ |\n|---|---|---|---|")
    for name, rows, equal, reason in compared(Path(sys.argv[1]) if len(sys.argv) > 1 else RECORDING):
        print(f"| {name} | {rows} | {equal} | {reason} |")
