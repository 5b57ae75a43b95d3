"""Cross-sections of lanes, and virtual ones."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from processing.kernels.cross_section import cross_section, virtual
from processing.kernels.measured import decode, encode

lane = st.tuples(st.sampled_from([-3.0, 0.0, 60.0, 120.0, 300.0]), st.sampled_from([-3.0, -1.0, 0.0, 40.0, 55.0]))


@given(st.lists(lane, min_size=1, max_size=5))
def test_lanes_agree_with_a_slow_oracle(lanes: list[tuple[float, float]]) -> None:
    """Sum of flows and weighted mean of speeds are those of a loop in plain Python, if every lane has a value."""
    codes = np.array(lanes)
    group = np.zeros(len(lanes), np.int64)
    flow, speed = cross_section(group, 1, decode(codes[:, 0]), decode(codes[:, 1]), np.array([len(lanes)]))
    if any(q < 0 for q, _ in lanes):
        assert (encode(flow)[0], encode(speed)[0]) == (-3, -3)
        return
    assert encode(flow)[0] == sum(q for q, _ in lanes)
    needed = [v for q, v in lanes if q > 0]
    if any(v < 0 for v in needed) or not needed:
        assert encode(speed)[0] == (-3 if -3 in needed else -1)
    else:
        mean = sum(q * v for q, v in lanes if q > 0) / sum(q for q, _ in lanes)
        assert encode(speed)[0] == math.floor(mean + 0.5)


def test_missing_lane_leaves_no_sum() -> None:
    """Two of three lanes are no cross-section, rather than one that is too small."""
    values = decode(np.array([100.0, 200.0]))
    flow, speed = cross_section(np.zeros(2, np.int64), 1, values, values, np.array([3]))
    assert math.isnan(flow.number[0])
    assert math.isnan(speed.number[0])


def test_quality_of_a_sum_is_the_mean() -> None:
    """Qualities 1 and 0.5 of two lanes give 0.75 of their sum, and it is marked as containing a substitute."""
    flow = decode(np.array([100.0, 100.0]), np.array([1.0, 0.5]), np.array([False, True]))
    found, _ = cross_section(np.zeros(2, np.int64), 1, flow, decode(np.array([50.0, 50.0])), np.array([2]))
    assert found.quality_ratio[0] == 0.75
    assert found.interpolated[0]


def test_ramps_add_and_leave() -> None:
    """After an exit of 200 and an entry of 300 veh/h a carriageway of 1000 carries 1100, at its own speed."""
    flows = decode(np.array([[1000.0], [200.0], [300.0]]))
    flow, speed = virtual(flows, np.array([1.0, -1.0, 1.0]), decode(np.array([80.0])))
    assert (flow.number[0], speed.number[0]) == (1100, 80)
    flow, _ = virtual(flows[:2], np.array([-1.0, 1.0]), decode(np.array([80.0])))
    assert flow.number[0] == 0
