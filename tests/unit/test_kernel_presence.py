"""Presences: lost edges, stuck detectors, and time on within spans."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.kernels.presence import Presences, merged, occupied_us, presences
from processing.kernels.round import Rounds
from processing.kernels.split_failure import occupancies, split_failures

S = 1_000_000
STUCK_US = 1200 * S


def found(*edges: tuple[float, int], until_s: float = 10_000) -> Presences:
    """Times on of one detector from (time in seconds, 82 on or 81 off)."""
    time_us = np.round(np.array([time for time, _ in edges]) * S).astype(np.int64)
    on = np.array([code == 82 for _, code in edges])
    return presences(np.zeros(len(edges), np.int64), time_us, on, round(until_s * S), 2 * S, STUCK_US)


def spans(one: Presences) -> list[tuple[float, float]]:
    """Start and end [s]."""
    return [(start / S, end / S) for start, end in zip(one.start_us.tolist(), one.end_us.tolist(), strict=True)]


def test_edges_are_paired() -> None:
    """Each time on runs from its begin to its end; a detector still on was on until the end."""
    assert spans(found((1, 82), (3, 81), (5, 82), until_s=9)) == [(1, 3), (5, 9)]


def test_lost_end_is_put_back() -> None:
    """Of two begins 2 s apart the first lasts until the second, of two further apart it lasts half the time."""
    assert spans(found((1, 82), (3, 82), (4, 81))) == [(1, 3), (3, 4)]
    assert spans(found((1, 82), (11, 82), (12, 81))) == [(1, 6), (11, 12)]
    assert found((1, 82), (11, 82), (12, 81)).repaired.tolist() == [True, False]


def test_lost_begin_is_put_back() -> None:
    """Of two ends in a row the second's begin was half-way; an end before anything else tells nothing."""
    assert spans(found((1, 82), (2, 81), (6, 81))) == [(1, 2), (4, 6)]
    assert spans(found((1, 81), (5, 82), (6, 81))) == [(5, 6)]


def test_edges_of_one_instant_have_no_order() -> None:
    """An end and a begin of the same tenth of a second give the same times on in either order."""
    assert spans(found((1, 82), (3, 82), (3, 81), (5, 81))) == spans(found((1, 82), (3, 81), (3, 82), (5, 81)))


def test_detector_on_for_forty_minutes_is_stuck() -> None:
    """A detector on for 40 minutes leaves the occupancy of every span it touches unknown, and of no other."""
    approach = merged(found((0, 82), (2, 81), (100, 82), (2500, 81), (2600, 82), (2602, 81)), np.zeros(3, np.int64))
    start_us, end_us = np.array([0, 90, 1000, 2590]) * S, np.array([10, 110, 1030, 2620]) * S
    occupied = occupied_us(approach, np.zeros(4, np.int64), start_us, end_us)
    np.testing.assert_array_equal(occupied, [2 * S, math.nan, math.nan, 2 * S])


def test_approach_is_occupied_where_any_detector_is() -> None:
    """Times on of an approach's detectors are merged, not added; a detector of no approach is left out."""
    one = Presences(
        np.array([0, 1, 2]), np.array([0, 5, 20]), np.array([10, 15, 30]), np.zeros(3, np.bool_), np.zeros(3, np.bool_)
    )
    together = merged(one, np.array([0, 0, -1]))
    assert (together.start_us.tolist(), together.end_us.tolist()) == ([0], [15])
    with pytest.raises(ValueError, match="ends before"):
        occupied_us(together, np.array([0]), np.array([5]), np.array([4]))


def test_unsorted_edges_are_the_callers_mistake() -> None:
    """Edges out of order are a ValueError; no edges give no presence."""
    with pytest.raises(ValueError, match="sorted"):
        found((5, 82), (1, 81))
    nothing = np.empty(0, np.int64)
    assert len(presences(nothing, nothing, nothing > 0, 0, 0, 0).detector) == 0


edges = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 200), st.booleans()), max_size=60)


@given(edges, st.lists(st.tuples(st.integers(0, 2), st.integers(0, 200), st.integers(0, 100)), min_size=1, max_size=10))
def test_occupied_time_agrees_with_a_slow_oracle(
    rows: list[tuple[int, int, bool]], asked: list[tuple[int, int, int]]
) -> None:
    """Time on within any span is what counting second by second gives, with several detectors to an approach."""
    rows = sorted(rows, key=lambda row: row[:2])
    detector, time_us = (np.array([row[n] for row in rows], np.int64) for n in (0, 1))
    one = presences(detector, time_us, np.array([row[2] for row in rows], np.bool_), 200, 2, 10_000)
    approach_of = np.array([0, 1, 1])
    approach = merged(one, approach_of[one.detector])
    group, start_us, length_us = (np.array([row[n] for row in asked], np.int64) for n in range(3))
    got = occupied_us(approach, group, start_us, start_us + length_us)
    for number, (wanted, start, length) in enumerate(asked):
        slow = sum(
            any(
                approach_of[d] == wanted and first <= moment < last
                for d, first, last in zip(one.detector, one.start_us, one.end_us, strict=True)
            )
            for moment in range(start, start + length)
        )
        assert got[number] == slow


@given(edges)
def test_presences_of_a_detector_never_overlap(rows: list[tuple[int, int, bool]]) -> None:
    """Whatever was lost, a detector's times on follow one another."""
    rows = sorted(rows, key=lambda row: row[:2])
    detector, time_us = (np.array([row[n] for row in rows], np.int64) for n in (0, 1))
    one = presences(detector, time_us, np.array([row[2] for row in rows], np.bool_), 200, 2, 10_000)
    assert (one.end_us >= one.start_us).all()
    same = one.detector[1:] == one.detector[:-1]
    assert (one.start_us[1:] >= one.end_us[:-1])[same].all()


def test_split_failure_hand_case() -> None:
    """Case 15: 24.0 s of 30 s green and 4.5 s of 5 s red occupied fail; 23.7 s are 79.0 %, which is not over 79 %."""
    signal, green, amber, red, end, row = (np.array([value * S]) for value in (0, 100, 130, 133, 180, 0))
    rounds = Rounds(signal, green, amber, red, end, row)
    for green_s, strict, threshold, failed in (
        (24.0, True, 0.79, 1),
        (24.0, False, 0.80, 1),
        (23.7, True, 0.79, 0),
        (23.7, False, 0.79, 1),
    ):
        one = found((90, 82), (100 + green_s, 81), (133.5, 82), (140, 81))
        share = occupancies(rounds, merged(one, np.zeros(2, np.int64)), 5 * S)
        assert (share.green_s[0], share.green_ratio[0], share.red_ratio[0]) == (30, pytest.approx(green_s / 30), 0.9)
        assert split_failures(share.green_ratio, share.red_ratio, threshold, strict=strict)[0] == failed


def test_split_failure_is_unknown_with_a_stuck_or_silent_detector() -> None:
    """A detector stuck in green, one never seen before, and a red cut short leave the failure unknown."""
    green_us = np.array([0, 5000, 6000]) * S
    rounds = Rounds(
        np.zeros(3, np.int64), green_us, green_us + 30 * S, green_us + 33 * S, green_us + np.array([80, 80, 36]) * S,
        np.arange(3),
    )  # fmt: skip
    one = found((10, 82), (11, 81), (4000, 82), (5300, 81))
    share = occupancies(rounds, merged(one, np.zeros(2, np.int64)), 5 * S)
    failed = split_failures(share.green_ratio, share.red_ratio, 0.8, strict=False)
    assert np.isnan(failed).all()
    assert share.green_ratio[2] == 0
