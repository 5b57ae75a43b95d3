"""Substitution of faulty values, with a slow oracle in plain Python."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.kernels.measured import Measured, decode, encode
from processing.kernels.substitution import FROM_LANE, HELD, NONE, substitute

LANE, OWN, LONGEST = 0.95, 0.90, 3
code = st.sampled_from([-3.0, -2.0, -1.0, 10.0, 20.0])
step = st.tuples(code, code, st.booleans(), st.booleans())


def _measured(codes: list[float], marked: list[bool]) -> Measured:
    return decode(np.array([[codes]]), np.ones((1, 1, len(codes))), np.array([[marked]]))


@given(st.lists(step, min_size=1, max_size=30))
def test_substitutes_agree_with_a_slow_oracle(steps: list[tuple[float, float, bool, bool]]) -> None:
    """Value, quality and origin of any series are those of a loop in plain Python."""
    found = substitute(
        _measured([one[0] for one in steps], [False] * len(steps)),
        _measured([one[1] for one in steps], [one[2] for one in steps]),
        np.array([[one[3] for one in steps]]),
        LONGEST,
        LANE,
        OWN,
    )
    run, kept = 0, None
    for number, (own, other, marked, comparable) in enumerate(steps):
        run = run + 1 if own == -2 else 0
        expected = (own, 1.0, NONE)
        if 0 < run <= LONGEST:
            if comparable and other != -2 and not marked:
                expected = (other, LANE, FROM_LANE)
            elif kept is not None:
                expected = (kept[0], kept[1] * OWN, HELD)
        if own != -2 or expected[2] == FROM_LANE:
            kept = expected[:2]
        assert encode(found.measured)[0, 0, number] == expected[0]
        assert found.measured.quality_ratio[0, 0, number] == expected[1]
        assert found.origin[0, number] == expected[2]
        assert found.measured.interpolated[0, 0, number] == (expected[2] != NONE)


def test_sound_values_are_left_alone() -> None:
    """Without a faulty value nothing changes, and "not determinable" is not faulty."""
    values = _measured([10, -1, -3, 20], [False] * 4)
    found = substitute(values, _measured([5, 5, 5, 5], [False] * 4), np.ones((1, 4), np.bool_), LONGEST, LANE, OWN)
    assert encode(found.measured)[0, 0].tolist() == [10, -1, -3, 20]
    assert not found.measured.interpolated.any()


def test_shapes_that_disagree_are_the_callers_mistake() -> None:
    """Lanes that do not fit are a ValueError."""
    with pytest.raises(ValueError, match="values for"):
        substitute(_measured([1], [False]), _measured([1, 2], [False] * 2), np.ones((1, 1), np.bool_), 1, LANE, OWN)
