"""Speeds by name: time mean, space mean, single loop."""

import math
import statistics

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from processing.kernels.speed import (
    effective_length,
    single_loop_speed,
    space_mean_speed,
    space_speed_variance,
    time_mean_speed,
)

NAN = float("nan")
vehicles = st.lists(st.floats(1, 250), min_size=1, max_size=50)


@given(vehicles)
def test_means_agree_with_plain_python(speeds: list[float]) -> None:
    """Time mean and space mean are the arithmetic and the harmonic mean of the standard library."""
    group, values = np.zeros(len(speeds), np.int64), np.array(speeds)
    np.testing.assert_allclose(time_mean_speed(group, 1, values)[0], statistics.fmean(speeds), rtol=1e-12)
    np.testing.assert_allclose(space_mean_speed(group, 1, values)[0], statistics.harmonic_mean(speeds), rtol=1e-9)


@given(vehicles)
def test_wardrops_identity(speeds: list[float]) -> None:
    """The time mean exceeds the space mean by the variance along the road over the space mean."""
    group, values = np.zeros(len(speeds), np.int64), np.array(speeds)
    space = space_mean_speed(group, 1, values)
    expected = space + space_speed_variance(group, 1, values) / space
    np.testing.assert_allclose(time_mean_speed(group, 1, values), expected, rtol=1e-9)


def test_half_and_double() -> None:
    """One vehicle at 30 and one at 60 km/h: 45 km/h at the point, 40 along the road."""
    group, values = np.array([0, 0, 0]), np.array([30.0, 60.0, NAN])
    assert time_mean_speed(group, 2, values)[0] == 45
    assert math.isclose(space_mean_speed(group, 2, values)[0], 40)
    assert math.isnan(space_mean_speed(group, 2, values)[1])


def test_standing_vehicle_stops_the_space_mean() -> None:
    """A vehicle at 0 km/h makes the space mean 0, while the time mean hides it."""
    group, values = np.zeros(2, np.int64), np.array([0.0, 50.0])
    assert space_mean_speed(group, 1, values)[0] == 0
    assert time_mean_speed(group, 1, values)[0] == 25


@given(st.floats(1, 2000), st.floats(0.1, 15), st.floats(5, 8))
def test_calibration_is_the_inverse_of_the_estimate(flow: float, occupancy: float, length_m: float) -> None:
    """The length calibrated at a speed gives that speed again."""
    flows, occupancies = np.array([flow]), np.array([occupancy])
    speed = single_loop_speed(flows, occupancies, np.array([length_m]))
    np.testing.assert_allclose(effective_length(flows, occupancies, speed, 15.0), length_m, rtol=1e-12)


def test_single_loop_of_600_vehicles() -> None:
    """600 veh/h of 7 m at an occupancy of 8.4 % drive 50 km/h; an empty loop has no speed."""
    found = single_loop_speed(np.array([600.0, 0.0]), np.array([8.4, 0.0]), np.array([7.0]))
    assert math.isclose(found[0], 50)
    assert math.isnan(found[1])


def test_dense_traffic_does_not_calibrate() -> None:
    """Above the greatest occupancy, and without vehicles, the length stays unknown."""
    found = effective_length(np.array([900.0, 0.0]), np.array([30.0, 5.0]), np.array([50.0]), 15.0)
    assert np.isnan(found).all()
