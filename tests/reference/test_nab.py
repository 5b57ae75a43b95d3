"""Anomaly score on the three labelled series of the Twin Cities, by the benchmark's own rule.

The parameters were fixed before the labels were looked at: the average of the same hour on the seven days before, its
deviation smoothed with the weight that the Californian lane prefers, a day of residuals, an alarm at eight spreads, and
no second one within three hours.
"""

import csv
import json
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from nab_score import nab_score, normalised, probation

from processing.kernels.anomaly import unusual
from processing.kernels.group import Floats
from processing.kernels.history import forecast

WEIGHT = 0.2
DAYS_BACK = 7
MEMORY_STEPS = 288
LIMIT = 8.0
QUIET_S = 3 * 3600

pytestmark = pytest.mark.reference


def _usual(times: list[datetime], values: Floats) -> Floats:
    """Mean of the same hour of the days before."""
    day, hour = np.array([one.toordinal() for one in times]), np.array([one.hour for one in times])
    found = np.full(len(values), np.nan)
    for row in np.flatnonzero((np.diff(day, prepend=-1) != 0) | (np.diff(hour, prepend=-1) != 0)):
        past = values[(day < day[row]) & (day >= day[row] - DAYS_BACK) & (hour == hour[row])]
        if len(past):
            found[(day == day[row]) & (hour == hour[row])] = past.mean()
    return found


def _alarms(times: list[datetime], values: Floats) -> list[int]:
    usual = np.nan_to_num(_usual(times, values), nan=0.0)
    expected = forecast(usual[None], values[None], np.array([WEIGHT]), 1)
    score = unusual(values[None] - expected, MEMORY_STEPS, MEMORY_STEPS // 3, np.array([1e-9]))[0]
    found: list[int] = []
    for row in np.flatnonzero(np.abs(score) >= LIMIT):
        if not found or (times[row] - times[found[-1]]).total_seconds() >= QUIET_S:
            found.append(int(row))
    return [row for row in found if row >= probation(len(values))]


def test_the_labelled_anomalies_are_found(recordings: Path) -> None:
    """Four of five windows are found, with ten false alarms: 58.6 of 100, where silence is 0."""
    labels = json.loads((recordings / "nab" / "combined_windows.json").read_text())
    scores, inside, outside, windows = [], [], 0, 0
    for name in ("speed_6005", "occupancy_6005", "TravelTime_387"):
        with (recordings / "nab" / f"{name}.csv").open(newline="") as file:
            rows = list(csv.reader(file))[1:]
        times = [datetime.fromisoformat(row[0]) for row in rows]
        labelled = [
            (times.index(datetime.fromisoformat(first)), times.index(datetime.fromisoformat(last)))
            for first, last in labels[f"realTraffic/{name}.csv"]
        ]
        alarms = _alarms(times, np.array([float(row[1]) for row in rows]))
        scores.append(round(nab_score(alarms, labelled, len(rows)), 3))
        hits = [sum(first <= row <= last for row in alarms) for first, last in labelled]
        inside += hits
        outside += len(alarms) - sum(hits)
        windows += len(labelled)
    assert scores == [-1.0, 0.861, 1.001]
    assert [hit > 0 for hit in inside] == [False, True, True, True, True]
    assert outside == 10
    assert round(normalised(scores, windows), 1) == 58.6


def test_the_score_is_the_benchmarks() -> None:
    """A perfect detector has 1 per window, one that says nothing -1, one that always cries at most what it costs."""
    windows = [(400, 449), (700, 749)]
    assert nab_score([400, 700], windows, 1000) == 2.0
    assert nab_score([], windows, 1000) == -2.0
    assert nab_score([300], windows, 1000) == pytest.approx(-2.11)
    assert nab_score([100], windows, 1000) == -2.0
    assert nab_score([424], windows, 1000) == pytest.approx(-0.12659, abs=1e-5)
    assert -0.11 < nab_score([400, 700, 755], windows, 1000) - 2 < 0
