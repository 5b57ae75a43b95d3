"""Cross-sections of lanes, and virtual ones."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from processing.kernels.cross_section import cross_section, deviation, strict, virtual
from processing.kernels.measured import decode, encode
from processing.kernels.section_density import density, design_density

SILENT, EITHER = -1.0, -3.0
lane = st.tuples(st.sampled_from([-3.0, -1.0, 0.0, 60.0, 120.0, 300.0]), st.sampled_from([-3.0, -1.0, 0.0, 40.0, 55.0]))


@given(st.lists(lane, min_size=1, max_size=5))
def test_lanes_agree_with_a_slow_oracle(lanes: list[tuple[float, float]]) -> None:
    """Sum of flows and weighted mean of speeds are those of a loop; a lane that is silent counts for nothing."""
    codes = np.array(lanes)
    group = np.zeros(len(lanes), np.int64)
    flow, speed = cross_section(group, 1, decode(codes[:, 0]), decode(codes[:, 1]), np.array([len(lanes)]))
    if any(q == EITHER for q, _ in lanes):
        assert (encode(flow)[0], encode(speed)[0]) == (EITHER, EITHER)
        return
    counted = [(q, v) for q, v in lanes if q >= 0]
    assert encode(flow)[0] == (sum(q for q, _ in counted) if counted else SILENT)
    timed = [(q, v) for q, v in counted if v >= 0]
    if any(v == EITHER and q != 0 for q, v in lanes):
        assert encode(speed)[0] == EITHER
    elif not sum(q for q, _ in timed):
        assert encode(speed)[0] == SILENT
    else:
        mean = sum(q * v for q, v in timed) / sum(q for q, _ in timed)
        assert encode(speed)[0] == math.floor(mean + 0.5)


def test_missing_lane_leaves_no_sum() -> None:
    """Two of three lanes are no cross-section, rather than one that is too small."""
    values = decode(np.array([100.0, 200.0]))
    flow, speed = cross_section(np.zeros(2, np.int64), 1, values, values, np.array([3]))
    assert math.isnan(flow.number[0])
    assert math.isnan(speed.number[0])


def test_strict_sum_wants_every_lane() -> None:
    """A lane that is silent beside others leaves no sum where every lane must have one; an empty one needs no speed."""
    two, group = np.array([2]), np.zeros(2, np.int64)
    flow, speed = strict(decode(np.array([-1.0, 200.0])), decode(np.array([-1.0, 50.0])))
    assert math.isnan(cross_section(group, 1, flow, speed, two)[0].number[0])
    for said, expected in ((0.0, 50.0), (100.0, math.nan)):
        flow, speed = strict(decode(np.array([said, 200.0])), decode(np.array([-1.0, 50.0])))
        np.testing.assert_array_equal(cross_section(group, 1, flow, speed, two)[1].number[0], expected)


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


def test_traffic_that_divides_counts_in_parts() -> None:
    """Nine tenths of 1320, seven of 720, less three of 600 veh/h are 1512; quality is weighted likewise."""
    flows = decode(np.array([[1320.0], [720.0], [600.0]]), np.array([[0.97], [0.88], [0.88]]))
    flow, _ = virtual(flows, np.array([0.9, 0.7, -0.3]), decode(np.array([97.0])))
    assert flow.number[0] == 1512
    assert round(float(flow.quality_ratio[0]), 2) == 0.92


def test_density_of_what_stands_is_remembered() -> None:
    """Standing still keeps a density above the limit, raised to the greatest; below it nothing is left."""
    one = np.zeros(2, np.int64)
    limit, greatest = np.array([48.0]), np.array([68.0])
    nothing = decode(np.array([-1.0]))
    flow, speed = decode(np.array([1320.0, 1440.0])), decode(np.array([20.0, 20.0]))
    moving = density(one, 1, flow, speed, nothing, limit, greatest)
    assert moving.number[0] == 138
    stands = decode(np.array([0.0, 0.0]))
    for before, expected in ((moving, 138.0), (decode(np.array([50.0])), 68.0), (decode(np.array([7.0])), 0.0)):
        assert density(one, 1, flow, stands, before, limit, greatest).number[0] == expected
    assert encode(density(one, 1, flow, stands, nothing, limit, greatest))[0] == SILENT
    assert encode(density(one, 1, decode(np.array([60.0, -3.0])), stands, nothing, limit, greatest))[0] == EITHER


def test_design_density_of_what_stands_is_the_greatest() -> None:
    """At speed 0 a design density of 135 becomes 77, one of 10 becomes 0; moving it has no cap."""
    flow = decode(np.array([2700.0]))
    limit, greatest = np.array([58.0]), np.array([77.0])
    before = design_density(flow, decode(np.array([20.0])), decode(np.array([-1.0])), limit, greatest)
    assert before.number[0] == 135
    assert design_density(flow, decode(np.array([0.0])), before, limit, greatest).number[0] == 77
    low = decode(np.array([10.0]))
    assert design_density(flow, decode(np.array([0.0])), low, limit, greatest).number[0] == 0


def test_deviation_from_the_balance() -> None:
    """171 counted where 79.6 are expected are 114.8 % too many; without a balance nothing is said."""
    found = deviation(np.array([171.0, 171.0, math.nan]), np.array([79.6, 0.0, 10.0]))
    np.testing.assert_allclose(found, [114.824, math.nan, math.nan], atol=0.001)
