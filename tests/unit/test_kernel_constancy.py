"""Constancy of detectors, with a slow oracle in plain Python."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.kernels.constancy import stuck
from processing.kernels.measured import decode

NAN = float("nan")
steps = st.tuples(st.sampled_from([-1.0, 0.0, 5.0, NAN]), st.sampled_from([-3.0, 2.0, 3.0]))


def _slow(series: list[tuple[float, float]], longest: int, smallest: float) -> list[bool]:
    found, run = [], 0
    for number, step in enumerate(series):
        run = run + 1 if number and str(step) == str(series[number - 1]) else 1
        found.append(run > longest and step[0] >= smallest)
    return found


@given(st.lists(steps, min_size=1, max_size=40), st.integers(1, 4))
def test_runs_agree_with_a_slow_oracle(series: list[tuple[float, float]], longest: int) -> None:
    """Runs of equal values and equal statuses are those of a loop in plain Python."""
    values = decode(np.array(series).T[:, None, :])
    assert stuck(values, longest, 1)[0].tolist() == _slow(series, longest, 1)


@given(st.lists(steps, min_size=1, max_size=20), st.lists(steps, min_size=20, max_size=20))
def test_a_lane_is_the_same_alone_and_among_others(
    series: list[tuple[float, float]], other: list[tuple[float, float]]
) -> None:
    """A lane's result does not depend on which lanes are looked at with it, each by its own limit."""
    both = np.stack([np.array(series).T, np.array(other[: len(series)]).T], axis=1)
    together = stuck(decode(both), np.array([2, 3]), np.array([1.0, 0.0]))
    alone = stuck(decode(both[:, :1]), np.array([2]), np.array([1.0]))
    assert together[0].tolist() == alone[0].tolist()


def test_values_need_three_axes() -> None:
    """Values without lanes are a ValueError."""
    with pytest.raises(ValueError, match="shape"):
        stuck(decode(np.zeros((3, 4))), 2, 1)
