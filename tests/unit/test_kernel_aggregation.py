"""Aggregation to longer intervals, with a slow oracle in plain Python."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.kernels.aggregation import across, aggregate, daily
from processing.kernels.measured import decode, encode

flows = st.one_of(st.sampled_from([-3.0, -1.0, 0.0]), st.integers(1, 2000).map(float))
speeds = st.one_of(st.sampled_from([-3.0, -1.0]), st.integers(0, 150).map(float))
rows = st.lists(st.tuples(st.integers(0, 3), flows, speeds), max_size=30)


def _slow(mine: list[tuple[int, float, float]]) -> tuple[float, float]:
    def missing(codes: list[float]) -> float:
        return -3 if any(code in (-2, -3) for code in codes) else -1

    counted = [q for _, q, _ in mine if q >= 0]
    both = [(q, v) for _, q, v in mine if q >= 0 and v >= 0]
    vehicles = sum(q for q, _ in both)
    flow = math.floor(sum(counted) / len(counted) + 0.5) if counted else missing([q for _, q, _ in mine])
    speed = math.floor(sum(q * v for q, v in both) / vehicles + 0.5) if vehicles else missing([v for *_, v in mine])
    return flow, speed


@given(rows)
def test_means_agree_with_a_slow_oracle(given_rows: list[tuple[int, float, float]]) -> None:
    """Flow and speed of any groups of minutes are those of a loop in plain Python."""
    group = np.array([row[0] for row in given_rows], np.int64)
    flow, speed = (decode(np.array([row[n] for row in given_rows], np.float64)) for n in (1, 2))
    length = np.full(len(group), 60.0)
    found = [encode(one) for one in aggregate(group, 4, length, flow, speed, np.array([900.0]))]
    for number in range(4):
        mine = [row for row in given_rows if row[0] == number]
        if mine:
            assert (found[0][number], found[1][number]) == _slow(mine)
        else:
            assert math.isnan(found[0][number])
            assert math.isnan(found[1][number])


@given(rows)
def test_a_group_is_the_same_alone_and_among_others(given_rows: list[tuple[int, float, float]]) -> None:
    """A group's result has the same bits whichever other groups are computed in the same call."""
    group = np.array([row[0] for row in given_rows], np.int64)
    flow, speed = (decode(np.array([row[n] for row in given_rows], np.float64)) for n in (1, 2))
    length, mine = np.full(len(group), 60.0), group == 0
    among = aggregate(group, 4, length, flow, speed, np.array([300.0]))
    alone = aggregate(group[mine], 1, length[mine], flow[mine], speed[mine], np.array([300.0]))
    for one, other in zip(among, alone, strict=True):
        assert one.number[0].tobytes() == other.number[0].tobytes()
        assert one.quality_ratio[0].tobytes() == other.quality_ratio[0].tobytes()


def test_longer_intervals_weigh_more() -> None:
    """Half a minute at 600 and a minute at 1200 veh/h are 1000 veh/h: rates weigh by their time."""
    flow, _ = aggregate(
        np.zeros(2, np.int64),
        1,
        np.array([30.0, 60.0]),
        decode(np.array([600.0, 1200.0])),
        decode(np.array([-1.0, -1.0])),
        np.array([90.0]),
    )
    assert flow.number[0] == 1000


def test_missing_quarter_lowers_quality() -> None:
    """Three of four quarters: quality 0.75 of the flow, its square of the speed, and both are marked."""
    three = decode(np.full(3, 600.0))
    flow, speed = aggregate(np.zeros(3, np.int64), 1, np.full(3, 15.0), three, three, np.array([60.0]))
    assert (flow.quality_ratio[0], speed.quality_ratio[0]) == (0.75, 0.5625)
    assert flow.interpolated[0]
    assert speed.interpolated[0]


def test_a_day_has_24_hours() -> None:
    """A day's vehicles are 24 times its mean hourly flow."""
    assert daily(np.array([500.0]))[0] == pytest.approx(12_000)


def test_lanes_are_added_and_a_missing_one_costs_quality() -> None:
    """Of three lanes of 420 veh/h two are there: 840 veh/h at two thirds, the speed at four ninths."""
    flow, speed = across(
        np.zeros(3, np.int64),
        1,
        decode(np.array([420.0, -3.0, 420.0])),
        decode(np.array([99.0, -1.0, 100.0])),
        np.array([3.0]),
    )
    assert (flow.number[0], speed.number[0]) == (840, 100)
    assert (round(float(flow.quality_ratio[0]), 2), round(float(speed.quality_ratio[0]), 2)) == (0.67, 0.44)
    assert flow.interpolated[0]
