"""Availability of detectors, with a slow oracle in plain Python."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.kernels.availability import failures, trusted, valid

LIMIT, RESTORED = 3.0, 2.0


@given(sound=st.lists(st.booleans(), min_size=1, max_size=60), span=st.integers(1, 12), first=st.booleans())
def test_rate_and_trust_agree_with_a_slow_oracle(sound: list[bool], span: int, *, first: bool) -> None:
    """The number of failures and the trust of any series are those of a loop in plain Python."""
    failing = failures(~np.array([sound]), span)
    trust = trusted(failing, np.array([LIMIT]), np.array([RESTORED]), np.array([first]))
    expected = first
    for number in range(len(sound)):
        count = sound[max(number + 1 - span, 0) : number + 1].count(False)
        assert failing[0, number] == count
        expected = False if count > LIMIT else True if count < RESTORED else expected
        assert trust[0, number] == expected


def test_trust_does_not_flicker() -> None:
    """Between the two limits a detector stays what it was: lost at 4 failures, it returns at 1, not at 2."""
    failing = np.array([[0.0, 2.0, 4.0, 2.0, 2.0, 1.0, 2.0]])
    found = trusted(failing, np.array([LIMIT]), np.array([RESTORED]), np.array([True]))
    assert found[0].tolist() == [True, True, False, False, False, True, True]


def test_trust_is_decided_when_it_is_looked_at() -> None:
    """Looked at every second interval, a failure in between changes nothing yet."""
    failing = np.array([[0.0, 4.0, 4.0, 0.0, 0.0]])
    checked = np.array([True, False, True, False, True])
    found = trusted(failing, np.array([LIMIT]), np.array([RESTORED]), np.array([True]), checked)
    assert found[0].tolist() == [True, True, False, False, True]


def test_limits_in_the_wrong_order_are_the_callers_mistake() -> None:
    """Trust that returns above the limit at which it is lost, and an empty span, are a ValueError."""
    with pytest.raises(ValueError, match="trust"):
        trusted(np.zeros((1, 1)), np.array([2.0]), np.array([5.0]), np.array([True]))
    with pytest.raises(ValueError, match="span"):
        failures(np.ones((1, 1), np.bool_), 0)


def test_hour_as_in_berlin() -> None:
    """An hour is valid with 45 of its 60 minutes, not with 44."""
    assert valid(np.array([45.0, 44.0]), np.array([60.0]), 0.75).tolist() == [True, False]
