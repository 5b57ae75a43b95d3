"""Travel times and their indices, against NumPy's percentile group by group."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from processing.kernels.travel_time import congestion_index, reliability, travel_time

NAN = float("nan")


@given(st.lists(st.tuples(st.integers(0, 3), st.one_of(st.just(NAN), st.floats(1, 3600))), max_size=60))
def test_indices_agree_with_a_slow_oracle(rows: list[tuple[int, float]]) -> None:
    """Mean, 95th percentile and indices of any groups are those of a loop."""
    group = np.array([row[0] for row in rows], np.int64)
    times = np.array([row[1] for row in rows], np.float64)
    found = reliability(group, 4, times, np.full(4, 60.0), 95.0)
    for number in range(4):
        mine = [time for one, time in rows if one == number and not math.isnan(time)]
        mean = sum(mine) / len(mine) if mine else NAN
        late = float(np.percentile(mine, 95)) if mine else NAN
        np.testing.assert_allclose(found.mean_s[number], mean, rtol=1e-12)
        np.testing.assert_allclose(found.percentile_s[number], late, rtol=1e-9)
        np.testing.assert_allclose(found.travel_time_index_ratio[number], mean / 60, rtol=1e-12)
        np.testing.assert_allclose(found.planning_time_index_ratio[number], late / 60, rtol=1e-9)
        np.testing.assert_allclose(found.buffer_index_ratio[number], (late - mean) / mean, rtol=1e-6, atol=1e-9)


def test_section_of_one_kilometre() -> None:
    """One kilometre at 50 km/h takes 72 s; standing traffic does not arrive."""
    found = travel_time(np.array([1.0, 1.0]), np.array([50.0, 0.0]))
    assert found[0] == 72
    assert math.isnan(found[1])


def test_steady_traffic_needs_no_buffer() -> None:
    """If every trip takes 90 s where 60 would do, both indices are 1.5 and no buffer is needed."""
    found = reliability(np.zeros(20, np.int64), 1, np.full(20, 90.0), np.array([60.0]), 95.0)
    assert (found.travel_time_index_ratio[0], found.planning_time_index_ratio[0]) == (1.5, 1.5)
    assert found.buffer_index_ratio[0] == 0


def test_congestion_is_what_is_lost_of_free_flow() -> None:
    """At half the speed half is lost, at free speed and above nothing; without a time it is unknown."""
    found = congestion_index(np.array([120.0, 60.0, 50.0, NAN]), np.full(4, 60.0))
    np.testing.assert_array_equal(found, [0.5, 0.0, 0.0, NAN])
