"""Measured values: numbers and the reasons why there are none."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.kernels.measured import EITHER, FAULTY, NOT_DETERMINABLE, REPORTED, decode, encode, reason, rounded

NAN = float("nan")


@given(st.lists(st.sampled_from([-3.0, -2.0, -1.0, 0.0, 7.0, NAN]), max_size=20))
def test_codes_survive_reading_and_writing(codes: list[float]) -> None:
    """What is read from TLS codes is written as the same codes."""
    values = np.array(codes, np.float64)
    np.testing.assert_array_equal(encode(decode(values)), values)


def test_minus_one_is_no_number_and_not_nothing() -> None:
    """-1 has no number but a status; what was never said has neither."""
    found = decode(np.array([-1.0, NAN]))
    assert np.isnan(found.number).all()
    assert found.status.tolist() == [NOT_DETERMINABLE, REPORTED]


@pytest.mark.parametrize("code", [-4.0, -0.5])
def test_other_negative_numbers_are_the_callers_mistake(code: float) -> None:
    """A negative number that is no code is a ValueError."""
    with pytest.raises(ValueError, match="neither"):
        decode(np.array([code]))


def test_fault_goes_before_not_determinable() -> None:
    """What needs a faulty value is "either", whatever else is missing."""
    first = np.array([REPORTED, NOT_DETERMINABLE, FAULTY, EITHER, FAULTY])
    second = np.array([REPORTED, REPORTED, NOT_DETERMINABLE, REPORTED, FAULTY])
    assert reason(first, second).tolist() == [REPORTED, NOT_DETERMINABLE, EITHER, EITHER, EITHER]


@given(st.integers(0, 10**6))
def test_halves_go_up(whole: int) -> None:
    """Halves are rounded up, not to even."""
    assert rounded(np.array([whole + 0.5]))[0] == whole + 1
