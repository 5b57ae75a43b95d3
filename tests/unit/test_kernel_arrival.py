"""Arrivals, delays, red running, terminations, pedestrians, queues: hand cases and slow oracles."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.kernels.actuation import actuation_counts
from processing.kernels.arrival import approach_delay_s, arrivals, coordination, platoon_ratio
from processing.kernels.group import Ints
from processing.kernels.moment import last_row
from processing.kernels.number import numbered, within
from processing.kernels.pedestrian import pedestrian_delays
from processing.kernels.queue import queues
from processing.kernels.red_running import red_offset_bins, red_offsets_s, red_runs
from processing.kernels.round import services
from processing.kernels.signal_state import AMBER, DARK, GREEN, RED, RED_AMBER, UNKNOWN, changes
from processing.kernels.termination import terminations
from processing.kernels.timeline import Timeline, state_at, timeline

S = 1_000_000
ZERO = np.zeros(1, np.int64)


def _shown(*events: tuple[int, int]) -> Timeline:
    time_s, code = (np.array([event[n] for event in events], np.int64) for n in (0, 1))
    nothing = np.zeros(len(events), np.int64)
    return timeline(changes(nothing, time_s * S, code, nothing), 300 * S)


def _at(*seconds: float) -> tuple[Ints, Ints]:
    return np.zeros(len(seconds), np.int64), np.round(np.array(seconds) * S).astype(np.int64)


GERMAN = _shown(
    (0, 1003), (30, 1002), (33, 1001), (79, 1004), (80, 1003), (110, 1002), (113, 1001), (159, 1004), (160, 1003)
)


def test_arrivals_by_what_they_met() -> None:
    """Two of five arrivals in known states met green; red-amber is red; one before all data counts as unknown."""
    signal, time_us = _at(-5, 10, 29.9, 30, 50, 79.5)
    found = arrivals(state_at(GERMAN, signal, time_us), np.zeros(6, np.int64), 2)
    assert (found.green_count[0], found.amber_count[0], found.red_count[0], found.unknown_count[0]) == (2, 1, 2, 1)
    assert found.green_ratio[0] == 0.4
    assert math.isnan(found.green_ratio[1])
    np.testing.assert_allclose(platoon_ratio(found.green_ratio, np.array([0.375, 0.4])), [0.4 / 0.375, math.nan])


def test_dark_signal_shows_no_state_to_arrive_at() -> None:
    """An arrival at a dark signal met neither green nor red."""
    assert arrivals(np.array([DARK]), ZERO, 1).unknown_count[0] == 1


def test_approach_delay_is_the_wait_for_green() -> None:
    """On red it is the time to green, through red-amber as well; on green and amber 0; without a next green unknown."""
    found = approach_delay_s(GERMAN, *_at(10, 31, 33, 50, 79.5, 170, -3), longest_us=300 * S)
    np.testing.assert_allclose(found, [0, 0, 47, 30, 0.5, 0, math.nan])
    cut = _shown((0, 1003), (30, 1002), (33, 1001))
    assert np.isnan(approach_delay_s(cut, *_at(50), longest_us=300 * S))[0]
    lost = _shown((0, 1003), (30, 1002), (33, 1001), (79, 1002), (82, 1001))
    assert np.isnan(approach_delay_s(lost, *_at(50), longest_us=300 * S))[0]
    assert np.isnan(approach_delay_s(GERMAN, *_at(50), longest_us=20 * S))[0]


def test_coordination_places_arrivals_in_their_cycle() -> None:
    """An arrival has the begin of its cycle, the seconds since then and the state; none across a gap."""
    cycle_us, second_s, state = coordination(GERMAN, *_at(20, 50, 90, 130), begins_with=RED)
    assert cycle_us.tolist() == [-1, 33 * S, 33 * S, 113 * S]
    np.testing.assert_allclose(second_s, [math.nan, 17, 57, 17])
    assert state.tolist() == [GREEN, RED, GREEN, RED]
    gap = _shown((0, 1001), (50, 1003), (500, 1002), (503, 1001))
    assert np.isnan(coordination(gap, *_at(501), begins_with=RED)[1])[0]
    nothing = _shown()
    assert coordination(nothing, *_at(1), begins_with=RED)[2].tolist() == [UNKNOWN]


def test_red_running_is_told_by_the_begin_of_red() -> None:
    """Offsets are negative on amber, and binned to half seconds; one long after the begin of red is severe."""
    rounds = services(GERMAN)
    signal, time_us = _at(29, 31, 34.2, 40, 200)
    np.testing.assert_allclose(red_offsets_s(rounds, signal, time_us), [-4, -2, 1.2, 7, math.nan])
    np.testing.assert_allclose(red_offset_bins(np.array([1.2, -2.3, 0.25, -0.25]), 0.5), [1.0, -2.5, 0.5, -0.5])
    counts = red_runs(rounds, signal, time_us, np.zeros(5, np.int64), 1, 5.0)
    assert [int(count[0]) for count in counts] == [1, 2, 1]
    assert np.isnan(red_offsets_s(services(_shown()), signal, time_us)).all()


def test_terminations_are_counted_and_max_outs_in_a_row() -> None:
    """Three max-outs in a row are found although another phase ended between them."""
    code = np.array([5, 4, 5, 5, 6, 5, 1])
    found = terminations(np.array([0, 1, 0, 0, 0, 0, 0]), 3, code)
    assert found.gap_out_count.tolist() == [0, 1, 0]
    assert found.max_out_count.tolist() == [4, 0, 0]
    assert found.force_off_count.tolist() == [1, 0, 0]
    assert found.max_outs_in_a_row.tolist() == [3, 0, 0]


def test_pedestrian_waits_from_the_first_call_to_walk() -> None:
    """The first who called waits; a call during walk does not; a walk without a call answers nobody."""
    events = [(0, 45), (5, 90), (20, 21), (22, 90), (27, 22), (30, 90), (60, 21), (70, 22), (100, 21), (110, 22)]
    time_s, code = (np.array(column, np.int64) for column in zip(*events, strict=True))
    row, delay_s = pedestrian_delays(np.zeros(len(events), np.int64), time_s * S, code, 300 * S)
    assert (time_s[row].tolist(), delay_s.tolist()) == ([20, 60], [20, 30])


def test_pedestrian_call_of_another_phase_is_not_answered() -> None:
    """A walk answers its own phase; a wait too long to be believed has no length."""
    signal, time_s = np.array([0, 1, 1, 1, 1]), np.array([0, 10, 15, 20, 900])
    row, delay_s = pedestrian_delays(signal, time_s * S, np.array([45, 21, 22, 45, 21]), 300 * S)
    assert row.tolist() == [4]
    assert np.isnan(delay_s).all()
    assert len(pedestrian_delays(ZERO, ZERO, ZERO, 1)[0]) == 0


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 50), st.sampled_from([21, 22, 45, 90, 82])), max_size=40))
def test_pedestrian_waits_agree_with_a_slow_oracle(events: list[tuple[int, int, int]]) -> None:
    """Waits are those of a loop in plain Python."""
    events = sorted(events, key=lambda event: event[:2])
    slow: list[tuple[int, float]] = []
    called: dict[int, int] = {}
    walking: set[int] = set()
    for number, (signal, time, code) in enumerate(events):
        if code in (45, 90) and signal not in walking:
            called.setdefault(signal, time)
        elif code == 21:
            if signal in called:
                slow.append((number, float(time - called.pop(signal))))
            walking.add(signal)
        elif code == 22:
            walking.discard(signal)
    columns = (np.array([event[n] for event in events], np.int64) for n in range(3))
    signals, time_s, codes = columns
    row, delay_s = pedestrian_delays(signals, time_s * S, codes, 300 * S)
    assert list(zip(row.tolist(), delay_s.tolist(), strict=True)) == slow


def test_queue_is_put_right_when_the_stop_line_is_empty() -> None:
    """Four in and one out leave three; an empty stop line resets them to none, which costs quality."""
    step, empty = np.array([1, 1, 1, -1, 1, 0, 1]), np.array([0, 0, 0, 0, 0, 1, 0], np.bool_)
    found = queues(np.zeros(7, np.int64), 2, np.arange(7), step, empty)
    assert found.queue_veh.tolist() == [1, 2, 3, 2, 3, 0, 1]
    assert found.longest_veh[0] == 3
    assert found.quality_ratio[0] == pytest.approx(1 - 3 / 6)
    assert math.isnan(found.longest_veh[1])
    assert math.isnan(found.quality_ratio[1])


@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from([-1, 0, 1]), st.booleans()), max_size=60))
def test_queue_agrees_with_a_slow_oracle(rows: list[tuple[int, int, bool]]) -> None:
    """Queues and their quality are those of a loop in plain Python; the queue is never negative."""
    rows = sorted(rows, key=lambda row: row[0])
    queue, moved, wrong, slow = [0] * 3, [0] * 3, [0] * 3, []
    for which, change, empty in rows:
        if empty:
            wrong[which] += queue[which]
            queue[which] = 0
        else:
            moved[which] += abs(change)
            wrong[which] += queue[which] + change < 0
            queue[which] = max(0, queue[which] + change)
        slow.append(queue[which])
    group, step = (np.array([row[n] for row in rows], np.int64) for n in (0, 1))
    found = queues(group, 3, np.arange(len(rows)), step, np.array([row[2] for row in rows], np.bool_))
    assert found.queue_veh.tolist() == slow
    for one in range(3):
        wanted = max(0.0, 1 - wrong[one] / moved[one]) if moved[one] else math.nan
        np.testing.assert_allclose(found.quality_ratio[one], wanted)


def test_queue_refuses_what_is_no_step() -> None:
    """Two vehicles at once are the caller's mistake."""
    with pytest.raises(ValueError, match="step"):
        queues(ZERO, 1, ZERO, ZERO + 2, ZERO > 0)


def test_actuations_count_begins_only() -> None:
    """Ends, and begins outside all windows, are not counted."""
    found = actuation_counts(np.array([0, 0, 1, 1]), np.array([0, 0, 1, -1]), np.array([True, False, True, True]), 2, 2)
    assert found.tolist() == [[1, 0], [0, 1]]


pairs = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9)), max_size=30)


@given(pairs, pairs, st.sampled_from([1, 10_000_000]))
def test_numbers_stand_for_their_pairs(rows: list[tuple[int, int]], asked: list[tuple[int, int]], far: int) -> None:
    """Each number gives its pair back, ascending; a pair asked for that does not occur has the number -1."""
    controller, parameter = (np.array([row[n] for row in rows], np.int64) for n in (0, 1))
    controller *= far
    number, controller_of, parameter_of = numbered(controller, parameter)
    assert controller_of[number].tolist() == controller.tolist()
    assert parameter_of[number].tolist() == parameter.tolist()
    known = list(zip(controller_of.tolist(), parameter_of.tolist(), strict=True))
    assert known == sorted(set(known))
    wanted = [(row[0] * far, row[1]) for row in asked]
    one, other = (np.array([row[n] for row in wanted], np.int64) for n in (0, 1))
    got = within(one, other, controller_of, parameter_of)
    assert got.tolist() == [known.index(pair) if pair in known else -1 for pair in wanted]


def test_numbers_below_zero_are_the_callers_mistake() -> None:
    """Negative numbers and shapes that disagree are a ValueError."""
    with pytest.raises(ValueError, match="from 0"):
        numbered(ZERO - 1, ZERO)
    with pytest.raises(ValueError, match="controllers for"):
        numbered(ZERO, np.zeros(2, np.int64))
    with pytest.raises(ValueError, match="too many groups"):
        last_row(np.array([10**12]), ZERO, ZERO, np.array([10**15]))


def test_states_have_the_numbers_of_the_stream() -> None:
    """The kernels' states are those of the stream, in its order."""
    assert (DARK, RED, AMBER, GREEN, RED_AMBER) == (0, 1, 2, 3, 4)
