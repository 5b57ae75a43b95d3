"""Hours from each quarter, with a slow oracle in plain Python."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.kernels.group import Floats
from processing.kernels.peak_hour import Quarters, hours, peak_hour_factor, quarters, street_grade

NAN = float("nan")
LIMITS = np.array([[7.0], [14.0], [23.0], [34.0], [45.0]])

minutes = st.lists(
    st.tuples(st.integers(0, 6), st.sampled_from([60.0, 300.0]), st.one_of(st.just(NAN), st.floats(0, 3000))),
    max_size=80,
)


def _hours(rows: list[tuple[int, float, float]], least: float) -> Floats:
    group, width_s, flow = (np.array([row[place] for row in rows]) for place in range(3))
    found = quarters(group.astype(np.int64), 7, width_s.astype(np.float64), flow.astype(np.float64))
    by_quarter: Floats = hours(found, (1, 7), np.array([least]))[0]
    return by_quarter


@given(rows=minutes, least=st.sampled_from([0.05, 0.5, 0.75]))
def test_hours_agree_with_a_slow_oracle(rows: list[tuple[int, float, float]], least: float) -> None:
    """The four quarters of each hour are the means by time of those that are known for long enough."""
    expected = []
    for quarter in range(7):
        known = [(width, flow) for number, width, flow in rows if number == quarter and not math.isnan(flow)]
        covered_s = sum(width for width, _ in known)
        enough = known and min(covered_s / 900, 1) >= least
        expected.append(sum(width * flow for width, flow in known) / covered_s if enough else NAN)
    found = _hours(rows, least)
    for first in range(4):
        np.testing.assert_allclose(found[first], expected[first : first + 4], rtol=1e-12)


@given(st.lists(st.floats(0.1, 3000), min_size=4, max_size=4))
def test_factor_lies_between_a_quarter_and_one(flow: list[float]) -> None:
    """However the vehicles come, the factor is 0.25 to 1, and twice the vehicles have the same one."""
    one = float(peak_hour_factor(np.array(flow)))
    assert 0.25 <= one <= 1 + 1e-12
    assert float(peak_hour_factor(2 * np.array(flow))) == pytest.approx(one, rel=1e-12)


def test_factor_of_a_worked_hour() -> None:
    """Quarters of 100, 150, 200 and 150 vehicles: 600 / (4 * 200) = 0.75; an empty hour and a gap have none."""
    flow = 4.0 * np.array([[100, 150, 200, 150], [0, 0, 0, 0], [100, NAN, 100, 100]])
    np.testing.assert_array_equal(peak_hour_factor(flow), [0.75, NAN, NAN])


def test_half_a_quarter_is_too_little() -> None:
    """With three quarters wanted, 12 minutes of a quarter make it known and 11 do not."""
    known = Quarters(np.full(7, 60.0), np.array([1, 1, 12 / 15, 1, 11 / 15, 1, 1]))
    found = hours(known, (1, 7), np.array([0.75]))[0]
    assert np.isnan(found).any(axis=1).tolist() == [False, True, True, True]


def test_grades_of_main_streets() -> None:
    """A limit belongs to the better grade; above the last it is F; without limits there is none."""
    density = np.array([0, 7, 7.1, 14, 23, 34, 45, 45.1, NAN])
    np.testing.assert_array_equal(street_grade(density, LIMITS), [0, 0, 1, 1, 2, 3, 4, 5, NAN])
    assert np.isnan(street_grade(np.array([5.0]), LIMITS * NAN)).all()
