"""Traffic states, with slow oracles in plain Python, one state of one lane after the other."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.kernels.congestion import (
    DENSE,
    FREE,
    FREE_FLOW,
    HEAVY,
    JAM,
    LIVELY,
    NO_STATEMENT,
    QUEUING,
    SLOW,
    SLOW_TRAFFIC,
    STATIONARY,
    UNKNOWN,
    Limits,
    datex_status,
    states,
)

NAN = float("nan")
V1, V2, K1, K2, K3, KT, MARGIN = 71, 97, 5, 15, 25, 10, 7
LIMITS = Limits(*(np.array([float(one)]) for one in (V1, V2, K1, K2, K3, KT, MARGIN, MARGIN)))

step = st.tuples(
    st.one_of(st.just(NAN), st.integers(0, 40).map(float)),
    st.one_of(st.just(NAN), st.integers(1, 130).map(float)),
    st.booleans(),
)


def _by_density(k: float) -> int:
    return FREE if k <= K1 else LIVELY if k <= K2 else DENSE


def _marz(k: float, v: float, before: int) -> int:
    if v < V1 and k > K2:
        return JAM
    if v < V1 or k > K2:
        if before in (SLOW, JAM):
            return JAM
        return DENSE if v >= V2 else SLOW
    if v < V2:
        return SLOW
    return FREE if k <= K1 else DENSE


def _nrw(k: float, v: float, before: int) -> int:
    if k > K3 or (v < V1 and before >= DENSE):
        return JAM
    if v < V2 and (k > KT or before >= DENSE):
        return SLOW
    return before if v < V2 else _by_density(k)


def _rds(k: float, v: float, before: int) -> int:
    if k == 0:
        return NO_STATEMENT
    if v <= V1 - MARGIN:
        return JAM if k > K3 or before == NO_STATEMENT else before
    if v <= V1 + MARGIN:
        return JAM if before == JAM else _rds(k, V1 + MARGIN + 1, before)
    if v <= V2 - MARGIN:
        return SLOW if k > KT or before in (NO_STATEMENT, JAM) else before
    if v <= V2 + MARGIN:
        return SLOW if before == SLOW else _rds(k, V2 + MARGIN + 1, before)
    return _by_density(k)


@pytest.mark.parametrize(("method", "oracle"), [("marz", _marz), ("nrw", _nrw), ("rds", _rds)])
@given(steps=st.lists(step, min_size=1, max_size=40))
def test_states_agree_with_a_slow_oracle(
    method: str, oracle: Callable[[float, float, int], int], steps: list[tuple[float, float, bool]]
) -> None:
    """The state of any series is that of a plain loop; gaps forget, an empty road remembers, but not in RDS."""
    density, speed, empty = (np.array([[one[n] for one in steps]]) for n in range(3))
    found = states(density, speed, empty.astype(np.bool_), LIMITS, np.array([NO_STATEMENT]), method)
    before, expected = NO_STATEMENT, []
    for k, v, hold in steps:
        if hold:
            before = NO_STATEMENT if method == "rds" else before
        else:
            before = NO_STATEMENT if np.isnan(k) or np.isnan(v) else oracle(k, v, before)
        expected.append(before)
    assert found[0].tolist() == expected


def test_lanes_do_not_see_each_other() -> None:
    """Each lane has its own state."""
    density, speed = np.array([[30.0, 8.0], [2.0, 8.0]]), np.array([[20.0, 80.0], [110.0, 80.0]])
    empty = np.zeros((2, 2), np.bool_)
    found = states(density, speed, empty, LIMITS, np.array([NO_STATEMENT]), "nrw")
    assert found.tolist() == [[JAM, SLOW], [FREE, FREE]]


def test_unknown_method_and_shapes_are_the_callers_mistake() -> None:
    """A method that is none, and shapes that disagree, are a ValueError."""
    with pytest.raises(ValueError, match="no method"):
        states(np.zeros((1, 1)), np.zeros((1, 1)), np.zeros((1, 1), np.bool_), LIMITS, np.array([1]), "other")
    with pytest.raises(ValueError, match="densities"):
        states(np.zeros((1, 2)), np.zeros((1, 1)), np.zeros((1, 1), np.bool_), LIMITS, np.array([1]), "nrw")


def test_datex_status_by_share_of_the_free_speed() -> None:
    """DATEX II: below 10 % stationary, below 25 % queuing, below 75 % slow, and the rest by the caller's limit."""
    speed = np.array([4.9, 5.0, 12.4, 12.5, 37.4, 37.5, 44.9, 45.0, 60.0, NAN])
    found = datex_status(speed, np.full(10, 50.0), 0.10, 0.25, 0.75, 0.90)
    expected = [STATIONARY, QUEUING, QUEUING, SLOW_TRAFFIC, SLOW_TRAFFIC, HEAVY, HEAVY, FREE_FLOW, FREE_FLOW, UNKNOWN]
    assert found.tolist() == expected
    with pytest.raises(ValueError, match="ascend"):
        datex_status(speed, np.full(10, 50.0), 0.25, 0.10, 0.75, 0.90)
