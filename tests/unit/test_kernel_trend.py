"""Smoothing with trend, with a slow oracle in plain Python."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.kernels.trend import Smoothing, smooth

NAN = float("nan")
FACTORS = (0.21, 0.25, 0.22, 0.24)
step = st.tuples(st.one_of(st.just(NAN), st.floats(0, 2000)), st.booleans())


def _parameters(start: float) -> Smoothing:
    return Smoothing(np.array([start]), *(np.array([one]) for one in FACTORS))


def _slow(steps: list[tuple[float, bool]], start: float) -> tuple[list[float], list[float]]:
    levels, forecasts = [], []
    level, trend, last, rising, fresh = start, 0.0, NAN, False, True
    for value, hold in steps:
        if hold:
            trend, last = 0.0, level
            levels.append(level)
            forecasts.append(level)
            continue
        if math.isnan(value):
            level, trend, last, fresh = start, 0.0, NAN, True
            levels.append(NAN)
            forecasts.append(NAN)
            continue
        if fresh or trend != 0:
            rising = value > level
        fresh = False
        alpha, beta = (FACTORS[1], FACTORS[3]) if rising else (FACTORS[0], FACTORS[2])
        trend = 0.0 if last == 0 else beta * (value - level) + (1 - beta) * trend
        level = alpha * value + (1 - alpha) * level
        last = value if last == 0 else max(level + trend, 0.0)
        levels.append(level)
        forecasts.append(last)
    return levels, forecasts


@given(st.lists(step, min_size=1, max_size=40), st.floats(0, 1000))
def test_smoothing_agrees_with_a_slow_oracle(steps: list[tuple[float, bool]], start: float) -> None:
    """Level and forecast of any series with gaps and holds are those of a loop in plain Python."""
    values, held = np.array([[one for one, _ in steps]]), np.array([[hold for _, hold in steps]])
    found = smooth(values, held, _parameters(start), rounds=False)
    for one, expected in zip(found, _slow(steps, start), strict=True):
        np.testing.assert_array_equal(one[0], expected)


@given(st.lists(st.floats(0, 2000), min_size=1, max_size=20))
def test_a_lane_is_the_same_alone_and_among_others(series: list[float]) -> None:
    """A lane's bits do not depend on the lanes smoothed with it."""
    both = np.array([series, series[::-1]])
    together = smooth(both, np.zeros(both.shape, np.bool_), _parameters(10.0), rounds=False)
    alone = smooth(both[:1], np.zeros((1, len(series)), np.bool_), _parameters(10.0), rounds=False)
    assert together[0][0].tobytes() == alone[0][0].tobytes()
    assert together[1][0].tobytes() == alone[1][0].tobytes()


@given(st.floats(0, 2000), st.integers(1, 30))
def test_what_does_not_change_stays(value: float, steps: int) -> None:
    """A series that equals its start is smoothed to itself and forecast as itself."""
    series = np.full((1, steps), value)
    level, forecast = smooth(series, np.zeros(series.shape, np.bool_), _parameters(value), rounds=False)
    np.testing.assert_allclose(level, series, rtol=1e-12)
    np.testing.assert_allclose(forecast, series, rtol=1e-12)


def test_first_rows_of_dua36() -> None:
    """DUA36.37: 720, 780, 960 after a start of 490 are smoothed to 548, 606, 695 and forecast as 603, 703, 854."""
    values = np.array([[720.0, 780.0, 960.0]])
    level, forecast = smooth(values, np.zeros(values.shape, np.bool_), _parameters(490), rounds=True)
    assert level.tolist() == [[548, 606, 695]]
    assert forecast.tolist() == [[603, 703, 854]]


def test_shapes_that_disagree_are_the_callers_mistake() -> None:
    """Marks of another shape are a ValueError."""
    with pytest.raises(ValueError, match="marks"):
        smooth(np.zeros((1, 3)), np.zeros((1, 2), np.bool_), _parameters(1), rounds=True)
