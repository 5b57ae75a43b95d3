"""Forecast from history, with a slow oracle in plain Python."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.kernels.history import average, forecast

NAN = float("nan")
maybe = st.one_of(st.just(NAN), st.floats(0, 500))


@given(st.lists(st.tuples(st.floats(0, 500), maybe), min_size=1, max_size=40), st.integers(1, 5))
def test_forecast_agrees_with_a_slow_oracle(rows: list[tuple[float, float]], ahead: int) -> None:
    """Any series with gaps is forecast as by a loop in plain Python, from what was known by then."""
    usual, values = (np.array([[row[n] for row in rows]]) for n in range(2))
    found = forecast(usual, values, np.array([0.2]), ahead)[0]
    for step in range(len(rows)):
        if step < ahead:
            assert math.isnan(found[step])
            continue
        deviation = 0.0
        for mean, value in rows[: step - ahead + 1]:
            if not math.isnan(value):
                deviation = (1 - 0.2) * deviation + 0.2 * (value - mean)
        assert found[step] == max(rows[step][0] + deviation, 0.0)


@given(st.lists(st.tuples(st.integers(0, 4), maybe), max_size=60))
def test_average_agrees_with_a_slow_oracle(rows: list[tuple[int, float]]) -> None:
    """The mean of each slot is that of a loop in plain Python."""
    slot = np.array([row[0] for row in rows], np.int64)
    found = average(slot, 5, np.array([row[1] for row in rows], np.float64))
    for number in range(5):
        mine = [value for one, value in rows if one == number and not math.isnan(value)]
        np.testing.assert_allclose(found[number], sum(mine) / len(mine) if mine else NAN, rtol=1e-12)


def test_forecast_of_the_present_is_the_callers_mistake() -> None:
    """A forecast no step ahead, and shapes that disagree, are a ValueError."""
    with pytest.raises(ValueError, match="ahead"):
        forecast(np.zeros((1, 2)), np.zeros((1, 2)), np.array([0.2]), 0)
    with pytest.raises(ValueError, match="averages"):
        forecast(np.zeros((1, 2)), np.zeros((1, 3)), np.array([0.2]), 1)
