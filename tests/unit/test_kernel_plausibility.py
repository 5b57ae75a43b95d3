"""Plausibility of one interval, with a slow oracle in plain Python."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from processing.kernels.measured import decode, encode
from processing.kernels.plausibility import consistent, limited, limited_counts, occupied, rejected, unchanged

NAN = float("nan")
codes = st.sampled_from([-3.0, -2.0, -1.0, 0.0, 1.0, 9.0])
triple = st.tuples(codes, codes, codes)


@given(st.lists(st.tuples(triple, triple), min_size=1, max_size=20))
def test_contradictions_agree_with_a_slow_oracle(rows: list[tuple[tuple[float, ...], tuple[float, ...]]]) -> None:
    """Rules B7 to B12 for any counts and speeds are those of a loop in plain Python."""
    count, speed = consistent(
        decode(np.array([row[0] for row in rows]).T), decode(np.array([row[1] for row in rows]).T)
    )
    for number, (counts, speeds) in enumerate(rows):
        pairs = list(zip(counts, speeds, strict=True))
        speed_wrong = any(q == 0 and v not in (-1, -3) for q, v in pairs)
        count_wrong = any(v > 0 and q <= 0 for q, v in pairs)
        assert encode(count)[:, number].tolist() == ([-2] * 3 if count_wrong else list(counts))
        assert encode(speed)[:, number].tolist() == ([-2] * 3 if speed_wrong else list(speeds))


def test_detector_without_counts_contradicts_nothing() -> None:
    """A detector that reports no counts at all keeps its speeds."""
    count, speed = consistent(decode(np.full((3, 1), NAN)), decode(np.full((3, 1), 50.0)))
    assert np.isnan(encode(count)).all()
    assert (encode(speed) == 50).all()


def test_empty_road_without_a_reported_speed_is_consistent() -> None:
    """No vehicle and no word about speed is no contradiction."""
    _, speed = consistent(decode(np.zeros((3, 1))), decode(np.full((3, 1), NAN)))
    assert (speed.status == 0).all()


def test_smoothed_speed_is_only_compared_where_there_are_two() -> None:
    """Rule B13 says nothing where one of the two smoothed speeds is missing."""
    found = unchanged(decode(np.zeros(3)), decode(np.array([80.0, 80.0, 81.0])), decode(np.array([80.0, NAN, 80.0])))
    assert encode(found).tolist() == [80, 80, -2]


@given(st.floats(0, 200), st.floats(0, 100))
def test_occupancy_is_only_faulty_above_both_limits(speed: float, occupancy: float) -> None:
    """Rule B14 needs a speed above its limit and an occupancy at or above its own."""
    found = occupied(decode(np.array([occupancy])), decode(np.array([speed])), np.array([100.0]), np.array([80.0]))
    assert (encode(found)[0] == -2) == (speed > 100 and occupancy >= 80)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=20))
def test_limited_counts_add_up(rows: list[tuple[int, int]]) -> None:
    """Where limits are kept, heavy ones and cars still add up to all."""
    heavy, car = np.array(rows, np.float64).T
    count, changed = limited_counts(decode(np.stack([heavy + car, heavy, car])), np.array([30.0]), np.array([10.0]))
    every, few, rest = count.number
    np.testing.assert_array_equal(few + rest, every)
    assert (every <= 30).all()
    assert (few <= 10).all()
    untouched = ~changed.any(axis=0)
    np.testing.assert_array_equal(every[untouched], (heavy + car)[untouched])


def test_limit_belongs_to_the_lane() -> None:
    """Each lane has its own greatest value; NaN is none, and what is set is marked as a substitute."""
    found, changed = limited(decode(np.array([120.0, 120.0, 120.0, -1.0])), np.array([100.0, 130.0, NAN, 100.0]))
    assert encode(found).tolist() == [100, 120, 120, -1]
    assert changed.tolist() == found.interpolated.tolist() == [True, False, False, False]


def test_rejecting_spoils_what_is_judged_together() -> None:
    """Where one class is above its greatest all are faulty; the interval beside it keeps its values."""
    count = decode(np.array([[20.0, 20.0], [4.0, 2.0], [16.0, 18.0]]))
    _, changed = limited_counts(count, np.array([30.0]), np.array([3.0]))
    assert encode(rejected(count, changed)).T.tolist() == [[-2, -2, -2], [20, 2, 18]]
