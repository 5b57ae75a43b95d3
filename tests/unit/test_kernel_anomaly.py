"""Anomaly score: a worked answer, and a slow oracle in plain Python."""

import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.kernels.anomaly import NORMAL, unusual

NAN = float("nan")


def test_a_leap_after_a_quiet_hour_stands_out() -> None:
    """Residuals of one and minus one have a median deviation of one: a leap of 12 is 8.09 spreads away."""
    residual = np.array([[1.0, -1.0] * 6 + [12.0]])
    score = unusual(residual, 12, 6, np.array([0.1]))[0]
    assert score[12] == pytest.approx(12 / NORMAL)
    assert np.isnan(score[:6]).all()
    assert abs(score[11]) < 1


def test_a_still_series_is_measured_by_the_least_spread() -> None:
    """A device that always says the same makes no infinite score."""
    score = unusual(np.array([[0.0] * 6 + [1.0]]), 6, 6, np.array([0.5]))[0]
    assert score[6] == 2.0


@given(
    st.lists(st.one_of(st.just(NAN), st.floats(-500, 500)), min_size=1, max_size=40),
    st.integers(1, 8),
    st.integers(1, 8),
)
def test_scores_agree_with_a_slow_oracle(residual: list[float], memory: int, least: int) -> None:
    """Any series with gaps is scored as by a loop over what came before."""
    least = min(least, memory)
    found = unusual(np.array([residual]), memory, least, np.array([0.5]))[0]
    for step, one in enumerate(residual):
        past = [abs(value) for value in residual[max(step - memory, 0) : step] if not math.isnan(value)]
        if len(past) < least or math.isnan(one):
            assert math.isnan(found[step])
        else:
            assert found[step] == pytest.approx(one / max(NORMAL * statistics.median(past), 0.5))


def test_more_residuals_than_memory_cannot_be_asked_for() -> None:
    """That would never say anything."""
    with pytest.raises(ValueError, match="at least 9 of 8"):
        unusual(np.zeros((1, 3)), 8, 9, np.array([0.5]))
