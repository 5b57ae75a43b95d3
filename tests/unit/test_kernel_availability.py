"""Availability of detectors, with a slow oracle in plain Python."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.kernels.availability import failure_rate, trusted, valid

LIMIT, RESTORED = 0.5, 0.2


@given(sound=st.lists(st.booleans(), min_size=1, max_size=60), span=st.integers(1, 12), first=st.booleans())
def test_rate_and_trust_agree_with_a_slow_oracle(sound: list[bool], span: int, *, first: bool) -> None:
    """The share of failures and the trust of any series are those of a loop in plain Python."""
    rate = failure_rate(np.array([sound]), span)
    trust = trusted(rate, np.array([LIMIT]), np.array([RESTORED]), np.array([first]))
    expected = first
    for number in range(len(sound)):
        past = sound[number + 1 - span : number + 1] if number + 1 >= span else []
        share = past.count(False) / span if past else math.nan
        np.testing.assert_array_equal(rate[0, number], share)
        expected = False if share > LIMIT else True if share < RESTORED else expected
        assert trust[0, number] == expected


def test_trust_does_not_flicker() -> None:
    """Between the two limits a detector stays what it was: lost at 60 %, it returns below 20 %, not at 40 %."""
    rate = np.array([[0.0, 0.4, 0.6, 0.4, 0.2, 0.1, 0.4]])
    found = trusted(rate, np.array([LIMIT]), np.array([RESTORED]), np.array([True]))
    assert found[0].tolist() == [True, True, False, False, False, True, True]


def test_limits_in_the_wrong_order_are_the_callers_mistake() -> None:
    """Trust that returns above the limit at which it is lost, and an empty span, are a ValueError."""
    with pytest.raises(ValueError, match="trust"):
        trusted(np.zeros((1, 1)), np.array([0.2]), np.array([0.5]), np.array([True]))
    with pytest.raises(ValueError, match="span"):
        failure_rate(np.ones((1, 1), np.bool_), 0)


def test_hour_as_in_berlin() -> None:
    """An hour is valid with 45 of its 60 minutes, not with 44."""
    assert valid(np.array([45.0, 44.0]), np.array([60.0]), 0.75).tolist() == [True, False]
