"""Delays, levels, saturation, Webster: worked answers from the sources, and what holds for any input."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.kernels.control_delay import (
    control_delay_s,
    incremental_delay_s,
    uniform_delay_s,
    webster_delay_s,
)
from processing.kernels.green_split import equal_splits_s
from processing.kernels.group import Floats
from processing.kernels.level import levels
from processing.kernels.saturation import capacity_veh_h, degree_of_saturation, green_utilisation
from processing.kernels.webster import webster_cycle_s, webster_splits_s

HCM_S, QSV_S = np.array([10.0, 20, 35, 55, 80]), np.array([20.0, 35, 50, 70])
"""Limits as they stand in the notes on HCM 7 and VSS 40 023a; tests only."""


def a(*values: float) -> Floats:
    """Make an array."""
    return np.array(values, np.float64)


@pytest.mark.parametrize(
    ("flow", "green_ratio", "saturation", "delay_s", "grade"),
    [(600, 0.400, 0.833, 33.6, "B"), (275, 0.188, 0.814, 52.8, "D"), (325, 0.225, 0.802, 46.5, "C"),
     (500, 0.400, 0.694, 25.6, "B")],
)  # fmt: skip
def test_delay_and_level_as_vss_table_7(
    flow: float, green_ratio: float, saturation: float, delay_s: float, grade: str
) -> None:
    """Case 7: VSS 40 023a tab. 7 with C = 80 s, 1800 veh/h, T = 1 h; a second of rounding in its green shares."""
    capacity = capacity_veh_h(a(green_ratio), a(2.0))
    x = degree_of_saturation(a(flow), capacity)
    found = control_delay_s(a(flow), capacity, a(80), a(green_ratio), 1.0)
    assert x[0] == pytest.approx(saturation, abs=0.002)
    assert found[0] == pytest.approx(delay_s, abs=0.5)
    assert "ABCDEF"[int(levels(found, QSV_S, x, 5)[0])] == grade


def test_delay_as_hcm_problem() -> None:
    """Case 8: 800 veh/h on 775 veh/h, g/C 0.40, C 90 s, T 0.25 h: d1 27.00 s, d2 40.90 s, together 67.90 s."""
    x = a(800) / 775
    assert uniform_delay_s(a(90), a(0.40), x)[0] == pytest.approx(27.00, abs=0.005)
    assert incremental_delay_s(x, a(775), 0.25)[0] == pytest.approx(40.90, abs=0.005)
    delay_s = control_delay_s(a(800), a(775), a(90), a(0.40), 0.25)
    assert delay_s[0] == pytest.approx(67.90, abs=0.005)
    assert levels(delay_s, HCM_S, x, 5)[0] == 5
    assert levels(delay_s, HCM_S, a(math.nan), 5)[0] == 4


def test_levels_include_their_limits() -> None:
    """A delay at its limit earns the better grade; none has no grade; overload earns the worst."""
    values = a(20, 20.001, 70, 71, math.nan, 5)
    found = levels(values, QSV_S, a(0.5, 0.5, 0.5, 0.5, 0.5, 1.01), 5)
    np.testing.assert_array_equal(found, [0, 1, 3, 4, math.nan, 5])
    with pytest.raises(ValueError, match="ascend"):
        levels(values, a(20, 10), values, 5)


def test_webster_delay_and_cycle() -> None:
    """Case 9: q 600, s 1800, g 20, C 50: 23.4 s; L 10, Y 0.70: 66.7 s; L 12, Y 0.75: 92.0 s."""
    assert webster_delay_s(a(600), a(1800), a(20), a(50))[0] == pytest.approx(23.4)
    np.testing.assert_allclose(webster_cycle_s(a(10, 12), a(0.70, 0.75)), [200 / 3, 92.0])
    np.testing.assert_allclose(webster_cycle_s(a(10, 2), a(0.85, 0.1), 30, 90), [90, 30])
    assert np.isnan(webster_cycle_s(a(10), a(1.0), 30, 90))[0]
    assert np.isnan(webster_delay_s(a(720), a(1800), a(20), a(50)))[0]
    assert webster_delay_s(a(0), a(1800), a(20), a(50))[0] == pytest.approx(8.1)


def test_webster_splits_share_the_green() -> None:
    """Greens are in proportion to the flow ratios and add up to the cycle less the lost time."""
    found = webster_splits_s(a(60, 60), a(10, 10), np.array([[0.3, 0.2], [0.0, 0.0]]))
    np.testing.assert_allclose(found[0], [30, 20])
    assert np.isnan(found[1]).all()


def test_undefined_is_not_zero() -> None:
    """Without a capacity, a cycle or a green there is no delay, no saturation and no utilisation."""
    for value in (
        control_delay_s(a(100), a(0), a(90), a(0.4), 1.0),
        control_delay_s(a(100), a(500), a(math.nan), a(0.4), 1.0),
        degree_of_saturation(a(100), a(0)),
        green_utilisation(a(0), a(0), a(0), 0.9),
        capacity_veh_h(a(0.4), a(math.nan)),
    ):
        assert np.isnan(value).all()
    assert uniform_delay_s(a(90), a(1.0), a(0.5))[0] == 0


def test_green_utilisation_from_gaps() -> None:
    """Green of 30 s, 12 s occupied, 10 vehicles with 0.9 s each: 9 s are unused, 70 % used; dense traffic uses all."""
    found = green_utilisation(a(30, 30, 30), a(12, 25, 0), a(10, 12, 0), 0.9)
    np.testing.assert_allclose(found, [0.7, 1.0, 0.0])


def test_splits_equalise_saturation() -> None:
    """Without binding bounds all movements get the same degree of saturation; a bound takes its movement out."""
    free = equal_splits_s(np.array([[0.3, 0.2]]), a(50), np.array([[5.0, 5.0]]), np.array([[60.0, 60.0]]))
    np.testing.assert_allclose(free, [[30, 20]])
    bound = equal_splits_s(np.array([[0.3, 0.2, 0.02]]), a(60), np.full((1, 3), 10.0), np.array([[25.0, 60, 60]]))
    np.testing.assert_allclose(bound, [[25, 25, 10]])
    idle = equal_splits_s(np.array([[0.0, 0.0], [0.0, 0.3]]), a(40, 40), np.full((2, 2), 5.0), np.full((2, 2), 30.0))
    np.testing.assert_allclose(idle, [[20, 20], [10, 30]])
    endless = equal_splits_s(np.array([[0.0, 0.2]]), a(50), np.array([[5.0, 5.0]]), np.full((1, 2), np.inf))
    np.testing.assert_allclose(endless, [[5, 45]])


def test_splits_that_do_not_fit_are_undefined() -> None:
    """Bounds that add up to more than there is, or to less, give no split; bounds the wrong way round are a mistake."""
    least, greatest = np.full((2, 2), 5.0), np.full((2, 2), 30.0)
    assert np.isnan(equal_splits_s(np.full((2, 2), 0.2), a(9, 61), least, greatest)).all()
    with pytest.raises(ValueError, match="lower bound"):
        equal_splits_s(np.full((2, 2), 0.2), a(9, 61), greatest, least)
    with pytest.raises(ValueError, match="negative"):
        equal_splits_s(np.full((2, 2), -0.2), a(9, 61), least, greatest)


movements = st.lists(
    st.tuples(st.one_of(st.just(0.0), st.floats(0.01, 0.8)), st.floats(1, 20), st.floats(0, 40)), min_size=1, max_size=6
)


@given(movements, st.floats(0, 1))
def test_splits_hold_their_bounds_and_their_sum(rows: list[tuple[float, float, float]], part: float) -> None:
    """Greens lie within their bounds, add up, and a movement within its bounds is as saturated as any other such."""
    y, least, more = (np.array([[row[n] for row in rows]]) for n in range(3))
    greatest = least + more
    available = least.sum() + part * more.sum()
    green = equal_splits_s(y, a(min(available, greatest.sum())), least, greatest)
    if np.isnan(green).all():  # the sum of the bounds was rounded
        assert part in (0, 1) or more.sum() < 1e-9
        return
    assert green.sum() == pytest.approx(available)
    assert (green >= least - 1e-9).all()
    assert (green <= greatest + 1e-9).all()
    free = (y > 0) & (green > least + 1e-6) & (green < greatest - 1e-6)
    factors = (green / np.where(y > 0, y, 1))[free]
    if len(factors) > 1 and (y > 0).all():
        assert factors.max() == pytest.approx(factors.min(), rel=1e-6)


@given(
    st.floats(1, 2000), st.floats(100, 2000), st.floats(30, 120), st.floats(0.05, 0.95), st.sampled_from([0.25, 1.0])
)
def test_delay_agrees_with_a_slow_oracle(
    flow: float, capacity: float, cycle: float, green: float, hours: float
) -> None:
    """The delay is that of the formula written out in plain Python, and grows with the demand."""
    x = flow / capacity
    slow = 0.5 * cycle * (1 - green) ** 2 / (1 - min(1, x) * green)
    slow += 900 * hours * ((x - 1) + math.sqrt((x - 1) ** 2 + 8 * 0.5 * x / (capacity * hours)))
    found = control_delay_s(a(flow, flow * 1.1), a(capacity, capacity), a(cycle, cycle), a(green, green), hours)
    assert found[0] == pytest.approx(slow, rel=1e-12)
    assert found[1] > found[0]
