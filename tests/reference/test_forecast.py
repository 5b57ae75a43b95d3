"""Forecast from history on one lane of the Californian detectors, 5-minute counts of 27 working days."""

import csv
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from processing.kernels.group import Floats
from processing.kernels.history import average, forecast
from processing.kernels.measured import Bools
from processing.kernels.trend import Smoothing, smooth

STEPS_OF_A_DAY = 288
WEIGHTS = (0.1, 0.2, 0.3, 0.5)

pytestmark = pytest.mark.reference


def _days(path: Path) -> tuple[Floats, Bools]:
    """Counts by day and time of day, and which days are in January."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))[1:]
    times = [datetime.strptime(row[0], "%d/%m/%Y %H:%M") for row in rows]  # noqa: DTZ007 - local, only days matter
    counts = np.array([float(row[1]) for row in rows]).reshape(-1, STEPS_OF_A_DAY)
    return counts, np.array([time.month == 1 for time in times[::STEPS_OF_A_DAY]])


def _usual(days: Floats) -> Floats:
    return average(np.tile(np.arange(STEPS_OF_A_DAY), len(days)), STEPS_OF_A_DAY, days.ravel())


def _error(found: Floats, days: Floats) -> float:
    """Mean absolute error without the first hour of each day."""
    return float(np.abs(found - days)[:, 12:].mean())


def _deviating(usual: Floats, days: Floats, weight: float) -> Floats:
    return forecast(np.broadcast_to(usual, days.shape), days, np.array([weight]), 1)


def test_history_with_deviation_beats_its_parts(recordings: Path) -> None:
    """One step ahead, learnt and weighted in January, judged in February: 6.90 against 8.68, 8.02, 8.18.

    The others are the last value, the history alone, and smoothing with a trend; mean absolute errors in vehicles.
    """
    counts, january = _days(recordings / "pems" / "train.csv")
    past, future = counts[january], counts[~january]
    assert (len(past), len(future)) == (12, 15)
    left_out = {
        weight: np.mean(
            [
                _error(_deviating(_usual(np.delete(past, day, 0)), past[day : day + 1], weight), past[day : day + 1])
                for day in range(len(past))
            ]
        )
        for weight in WEIGHTS
    }
    weight = min(left_out, key=lambda one: left_out[one])
    usual = _usual(past)
    last = np.full_like(future, np.nan)
    last[:, 1:] = future[:, :-1]
    parameters = Smoothing(future[:, 0], *(np.array([one]) for one in (0.21, 0.25, 0.22, 0.24)))
    smoothed = np.full_like(future, np.nan)
    smoothed[:, 1:] = smooth(future, np.zeros(future.shape, np.bool_), parameters, rounds=False)[1][:, :-1]
    errors = [
        round(_error(found, future), 2)
        for found in (last, np.broadcast_to(usual, future.shape), smoothed, _deviating(usual, future, weight))
    ]
    assert weight == 0.2
    assert errors == [8.68, 8.02, 8.18, 6.9]
