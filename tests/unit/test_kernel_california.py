"""California algorithms: worked sequences, and the decision tree written out as the oracle."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.kernels.california import CONFIRMED, CONTINUING, FREE, TENTATIVE, WAVE_STEPS, IncidentLimits, incidents

NAN = float("nan")
LIMITS = IncidentLimits(*(np.array([one]) for one in (8.0, 0.5, 20.0, 30.0, -0.4)))


def _states(upstream: list[float], downstream: list[float], *, waves: bool) -> list[int]:
    return [int(one) for one in incidents(np.array([upstream]), np.array([downstream]), LIMITS, waves=waves)[0]]


def test_an_incident_is_tentative_then_confirmed_then_continues_then_ends() -> None:
    """Occupancy rises upstream and falls downstream; the alarm ends when the difference does."""
    upstream = [12.0, 30.0, 40.0, 40.0, 14.0]
    downstream = [11.0, 10.0, 6.0, 6.0, 12.0]
    assert _states(upstream, downstream, waves=False) == [FREE, TENTATIVE, CONFIRMED, CONTINUING, FREE]


def test_a_compression_wave_downstream_holds_an_alarm_back_for_five_steps() -> None:
    """Without it the same occupancies raise an alarm at once."""
    upstream = [12.0, 12.0, 20.0, *[40.0] * 7]
    downstream = [11.0, 11.0, 35.0, *[6.0] * 7]
    assert _states(upstream, downstream, waves=True)[2:] == [1, 2, 3, 4, 5, FREE, TENTATIVE, CONFIRMED]
    assert _states(upstream, downstream, waves=False)[3] == TENTATIVE


def test_a_step_without_a_value_is_no_step_without_an_incident() -> None:
    """It is -1, and what follows begins anew."""
    assert _states([40.0, NAN, 40.0, 40.0], [6.0, 6.0, 6.0, 6.0], waves=False) == [TENTATIVE, -1, TENTATIVE, CONFIRMED]


occupancy = st.one_of(st.just(NAN), st.sampled_from([0.0, 5.0, 12.0, 20.0, 30.0, 45.0]), st.floats(0, 100))


@given(rows=st.lists(st.tuples(occupancy, occupancy), min_size=1, max_size=30), waves=st.booleans())
def test_states_agree_with_the_tree_written_out(rows: list[tuple[float, float]], *, waves: bool) -> None:
    """Any occupancies with gaps lead through the same branches as the tree in plain Python."""
    upstream, downstream = [up for up, _ in rows], [down for _, down in rows]
    state = FREE
    expected = []
    for step, (up, down) in enumerate(rows):
        before = downstream[step - 2] if step >= 2 else NAN
        if math.isnan(up) or math.isnan(down):
            expected.append(-1)
            state = FREE
            continue
        persists = up > 0 and up - down >= 0.5 * up
        wave = waves and down >= 30 and before > 0 and before - down < -0.4 * before
        if state >= TENTATIVE:
            if persists:
                state = CONFIRMED if state == TENTATIVE else CONTINUING
            else:
                state = 1 if wave and state == TENTATIVE else FREE
        elif wave:
            state = 1
        elif state >= 1:
            state = state + 1 if state < WAVE_STEPS else FREE
        else:
            state = TENTATIVE if up - down >= 8 and persists and down <= 20 else FREE
        expected.append(state)
    assert _states(upstream, downstream, waves=waves) == expected


def test_shapes_that_disagree_are_refused() -> None:
    """Each upstream value has its downstream value."""
    with pytest.raises(ValueError, match="downstream"):
        incidents(np.zeros((1, 2)), np.zeros((1, 3)), LIMITS, waves=True)
