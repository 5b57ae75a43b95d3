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


def _left_out(days: Floats, weight: float, steps_ahead: int) -> Floats:
    """Errors of each day, its average learnt from the others [vehicles], shape (days, steps)."""
    found = [
        forecast(_usual(np.delete(days, day, 0))[None], days[day : day + 1], np.array([weight]), steps_ahead)
        for day in range(len(days))
    ]
    return np.abs(np.concatenate(found) - days)[:, 12:]


def test_each_day_is_forecast_from_the_others(recordings: Path) -> None:
    """Cross-validation over the training months: each fifth of the days by the weight that the other days prefer.

    Mean absolute errors in vehicles, 5, 15, 30 and 60 minutes ahead; beside them the last value and the history alone.
    """
    counts, _ = _days(recordings / "pems" / "train.csv")
    alone = np.mean([np.abs(day - _usual(np.delete(counts, n, 0)))[12:].mean() for n, day in enumerate(counts)])
    found, last = [], []
    for steps in (1, 3, 6, 12):
        errors = {weight: _left_out(counts, weight, steps) for weight in WEIGHTS}
        folds = []
        for fold in range(5):
            judged = np.arange(len(counts)) % 5 == fold
            best = min(WEIGHTS, key=lambda one: errors[one][~judged].mean())
            folds.append(errors[best][judged])
        found.append(round(float(np.concatenate(folds).mean()), 2))
        last.append(round(float(np.abs(counts[:, 12:] - counts[:, 12 - steps : -steps]).mean()), 2))
    assert round(float(alone), 2) == 7.9
    assert last == [8.61, 10.46, 13.43, 18.6]
    assert found == [6.58, 6.84, 7.04, 7.4]
