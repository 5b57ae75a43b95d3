"""Analysis of one interval: worked answers and what holds for any input."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from processing.kernels.analysis import Analysis, DesignParameters, accepted, analyse, hourly
from processing.kernels.measured import decode, encode

NAN = float("nan")
PARAMETERS = DesignParameters(
    np.array([[48.0], [28.0], [48.0]]),
    np.array([[68.0], [38.0], [68.0]]),
    np.array([58.0]),
    np.array([77.0]),
    np.array([2.2]),
    np.array([0.02]),
)
codes = st.one_of(st.sampled_from([-3.0, -2.0, -1.0, 0.0]), st.integers(1, 300).map(float))


def _one(flow: tuple[float, ...], speed: tuple[float, ...], before: float = NAN) -> Analysis:
    rows = decode(np.array([flow]).T), accepted(decode(np.array([speed]).T))
    return analyse(*rows, PARAMETERS, np.full((3, 1), before), np.array([before]))


def test_analysis_as_dua25_row_3() -> None:
    """DUA25 row 3, 15 s: 960 veh/h, 25 % heavy, densities 10, 3, 7, design flow 1358 and density 14."""
    flow = hourly(decode(np.array([[4.0], [1.0], [3.0]])), np.array([15.0]))
    assert flow.number[:, 0].tolist() == [960, 240, 720]
    speed = decode(np.array([[100.0], [83.0], [106.0]]))
    found = analyse(flow, speed, PARAMETERS, np.full((3, 1), NAN), np.array([NAN]))
    assert found.heavy_share_pct.number[0] == 25
    assert found.density_veh_km.number[:, 0].tolist() == [10, 3, 7]
    assert found.design_flow_pcu_h.number[0] == 1358
    assert found.design_density_pcu_km.number[0] == 14


def test_standing_traffic_remembers_its_density() -> None:
    """At speed 0 a thin lane is empty, a full one is as full as can be, and an unknown one is not determinable."""
    flow, speed = (60.0, 60.0, 60.0), (0.0, 0.0, 0.0)
    assert encode(_one(flow, speed, 20).density_veh_km)[:, 0].tolist() == [0, 0, 0]
    assert encode(_one(flow, speed, 60).density_veh_km)[:, 0].tolist() == [68, 60, 68]
    assert encode(_one(flow, speed).density_veh_km)[:, 0].tolist() == [-1, -1, -1]


def test_density_is_capped() -> None:
    """Flow over speed never gives more than the greatest density."""
    assert encode(_one((1260, 1200, 60), (5, 5, 5)).density_veh_km)[:, 0].tolist() == [68, 38, 12]


def test_heavy_vehicles_without_vehicles_have_no_share() -> None:
    """A share of nothing is not determinable; without heavy vehicles it is 0, even of nothing."""
    assert encode(_one((0, 60, 0), (-1, 50, -1)).heavy_share_pct)[0] == -1
    assert encode(_one((0, 0, 0), (-1, -1, -1)).heavy_share_pct)[0] == 0


@given(
    st.tuples(codes, codes, codes),
    st.tuples(codes, codes, codes),
    st.one_of(st.just(NAN), st.integers(0, 100).map(float)),
)
def test_every_result_is_a_value_or_a_status(flow: tuple[float, ...], speed: tuple[float, ...], before: float) -> None:
    """Whatever is said, each result is a number in its range, or -1, or -3; a fault never becomes a number."""
    found = _one(flow, speed, before)
    share, design = encode(found.heavy_share_pct)[0], encode(found.design_flow_pcu_h)[0]
    densities = encode(found.density_veh_km)[:, 0].tolist()
    for value in (share, design, *densities):
        assert value in (-1, -3) or (value >= 0 and value == math.floor(value))
    for number in range(3):
        if flow[number] in (-2, -3) or speed[number] in (-2, -3):
            assert densities[number] == -3


@given(st.tuples(codes, codes, codes), st.tuples(codes, codes, codes))
def test_quality_falls_with_each_input(flow: tuple[float, ...], speed: tuple[float, ...]) -> None:
    """Quality of a quotient is the product of its parts, of the design flow the mean of its parts."""
    grades = np.array([[0.9], [0.8], [0.7]])
    rows = [decode(np.array([one]).T, grades, np.zeros((3, 1), np.bool_)) for one in (flow, speed)]
    found = analyse(rows[0], rows[1], PARAMETERS, np.full((3, 1), NAN), np.array([NAN]))
    np.testing.assert_allclose(found.density_veh_km.quality_ratio, grades**2)
    np.testing.assert_allclose(found.heavy_share_pct.quality_ratio, 0.72)
    np.testing.assert_allclose(found.design_flow_pcu_h.quality_ratio, 0.75)
    np.testing.assert_allclose(found.design_density_pcu_km.quality_ratio, 0.75 * 0.9)


def test_interval_without_length_has_no_flow() -> None:
    """A count over no time is no flow."""
    assert math.isnan(hourly(decode(np.array([3.0])), np.array([0.0])).number[0])
