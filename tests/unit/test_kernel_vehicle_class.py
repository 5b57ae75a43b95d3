"""Classes of vehicles, with a slow oracle in plain Python."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.kernels.vehicle_class import CLASSES, classified

NAN = float("nan")

counts = st.one_of(st.just(NAN), st.integers(0, 40).map(float))
intervals = st.tuples(st.integers(0, 2), st.sampled_from([15.0, 60.0, 300.0]), *[counts] * CLASSES)


def _hourly(rows: list[tuple[float, float]]) -> float:
    known = [(vehicles, seconds) for vehicles, seconds in rows if not math.isnan(vehicles)]
    return 3600 * sum(one for one, _ in known) / sum(one for _, one in known) if known else NAN


def _share(rows: list[tuple[float, float]]) -> float:
    known = [(some, every) for some, every in rows if not math.isnan(every)]
    every = sum(one for _, one in known)
    return 100 * sum(one for one, _ in known) / every if every else NAN


@given(st.lists(intervals, max_size=30))
def test_flows_and_shares_agree_with_a_slow_oracle(rows: list[tuple[float, ...]]) -> None:
    """Flows, groups and shares of any intervals are those of a loop in plain Python."""
    group = np.array([row[0] for row in rows], np.int64)
    interval_s = np.array([row[1] for row in rows], np.float64)
    count = np.array([row[2:] for row in rows], np.float64).reshape(len(rows), CLASSES).T
    found = classified(group, 3, interval_s, count)
    for number in range(3):
        mine = [row[1:] for row in rows if row[0] == number]
        for place in range(CLASSES):
            expected = _hourly([(row[1 + place], row[0]) for row in mine])
            np.testing.assert_allclose(found.flow_veh_h[place, number], expected, rtol=1e-12)
        light = [(sum(row[1:4]), row[0]) for row in mine]
        heavy = [(sum(row[4:9]), row[0]) for row in mine]
        np.testing.assert_allclose(found.light_veh_h[number], _hourly(light), rtol=1e-12)
        np.testing.assert_allclose(found.heavy_veh_h[number], _hourly(heavy), rtol=1e-12)
        heavy_of = [(sum(row[4:9]), sum(row[1:9])) for row in mine]
        unclassified_of = [(row[9], sum(row[1:10])) for row in mine]
        np.testing.assert_allclose(found.heavy_share_pct[number], _share(heavy_of), rtol=1e-12)
        np.testing.assert_allclose(found.unclassified_share_pct[number], _share(unclassified_of), rtol=1e-12)
        assert found.covered_s[number] == sum(row[0] for row in mine if not math.isnan(sum(row[1:])))


@given(st.lists(intervals, min_size=1, max_size=20), st.randoms(use_true_random=False))
def test_order_of_intervals_does_not_matter(rows: list[tuple[float, ...]], random: object) -> None:
    """Counts are whole numbers, so their sums are the same in any order."""
    shuffled = list(rows)
    getattr(random, "shuffle")(shuffled)  # noqa: B009 - hypothesis gives an object without a type

    def flows(of: list[tuple[float, ...]]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        columns = np.array(of, np.float64).T
        return classified(columns[0].astype(np.int64), 3, columns[1], columns[2:]).flow_veh_h

    np.testing.assert_array_equal(flows(rows), flows(shuffled))


def test_worked_answer() -> None:
    """Two minutes with 26 vehicles, one of them without a class: 19 light ones, 6 heavy ones."""
    count = np.array([[1, 8, 1, 0, 1, 1, 0, 1, 0], [0, 8, 1, 1, 1, 0, 1, 0, 1]], np.float64).T
    found = classified(np.zeros(2, np.int64), 1, np.full(2, 60.0), count)
    assert found.flow_veh_h[:, 0].tolist() == [30, 480, 60, 30, 60, 30, 30, 30, 30]
    assert (found.light_veh_h[0], found.heavy_veh_h[0]) == (570, 180)
    assert found.heavy_share_pct[0] == 24
    assert found.unclassified_share_pct[0] == pytest.approx(100 / 26)
    assert found.covered_s[0] == 120


def test_a_missing_class_leaves_its_group_unknown() -> None:
    """Without buses there is no number of heavy vehicles and no share; light vehicles are what they are."""
    count = np.array([[1, 8, 1, 0, 1, 1, 0, NAN, 0]], np.float64).T
    found = classified(np.zeros(1, np.int64), 1, np.full(1, 60.0), count)
    assert found.light_veh_h[0] == 600
    assert math.isnan(found.heavy_veh_h[0])
    assert math.isnan(found.heavy_share_pct[0])
    assert found.covered_s[0] == 0


def test_shapes_must_agree() -> None:
    """Counts of another number of classes are refused."""
    with pytest.raises(ValueError, match="9 classes"):
        classified(np.zeros(1, np.int64), 1, np.ones(1), np.zeros((8, 1)))
