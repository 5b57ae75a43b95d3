"""Signal states: what holds when events are missing, repeated, or cut off by a restart."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.kernels.plan import plan
from processing.kernels.round import red_to_red, services
from processing.kernels.signal_state import AMBER, DARK, GREEN, RED, RED_AMBER, UNKNOWN, changes
from processing.kernels.timeline import Timeline, interval_at, state_at, timeline
from processing.kernels.transition import (
    PEDESTRIANS,
    VEHICLES,
    VEHICLES_WITHOUT_RED_AMBER,
    transition_counts,
    violations,
)

SECOND_US = 1_000_000
FIVE_MINUTES_US = 300 * SECOND_US


def shown(*events: tuple[float, int], longest_us: int = FIVE_MINUTES_US) -> Timeline:
    """Intervals of one signal group from (time in seconds, code)."""
    time_us = np.round(np.array([time_s for time_s, _ in events]) * SECOND_US).astype(np.int64)
    n = len(events)
    code = np.array([code for _, code in events], np.int64)
    return timeline(changes(np.zeros(n, np.int64), time_us, code, np.full(n, 2)), longest_us)


def rows(found: Timeline) -> list[tuple[int, float, float]]:
    """State, start and end [s] of the whole intervals."""
    chosen = np.nonzero(found.whole)[0].tolist()
    return [(int(found.state[n]), found.start_us[n] / SECOND_US, found.end_us[n] / SECOND_US) for n in chosen]


AMERICAN = ((0, 1), (30, 7), (30, 8), (33, 9), (33, 10), (35, 11), (80, 1), (110, 7), (110, 8), (113, 9), (113, 10))
GERMAN = ((0, 1003), (30, 1002), (33, 1001), (79, 1004), (80, 1003), (110, 1002), (113, 1001))


def test_both_kinds_of_controller_give_the_same_greens() -> None:
    """Codes 1, 7 to 11 and states tell the same green and amber; red-amber is only in the states."""
    assert rows(shown(*AMERICAN)) == [
        (GREEN, 0, 30),
        (AMBER, 30, 33),
        (RED, 33, 80),
        (GREEN, 80, 110),
        (AMBER, 110, 113),
    ]
    german = rows(shown(*GERMAN))
    assert german[:4] == [(GREEN, 0, 30), (AMBER, 30, 33), (RED, 33, 79), (RED_AMBER, 79, 80)]
    assert german[4:] == [(GREEN, 80, 110), (AMBER, 110, 113)]


def test_one_report_of_the_end_of_green_is_enough() -> None:
    """Of 7 and 8, and of 9 and 10, either may be lost without harm."""
    full = rows(shown(*AMERICAN))
    for lost in ({7}, {8}, {9}, {10}, {7, 9}, {8, 10, 11}):
        assert rows(shown(*(event for event in AMERICAN if event[1] not in lost))) == full


def test_lost_begin_of_red_leaves_amber_of_unknown_length() -> None:
    """Where only the end of the red clearance tells of red, neither amber nor red has a length."""
    found = shown((0, 1), (30, 8), (35, 11), (80, 1), (110, 8))
    assert rows(found) == [(GREEN, 0, 30), (GREEN, 80, 110)]
    assert state_at(found, np.array([0, 0]), np.array([32, 40]) * SECOND_US).tolist() == [UNKNOWN, RED]


def test_green_that_begins_twice_has_no_length() -> None:
    """Two begins of green in a row mean a lost end: the first green is of unknown length, and what followed unknown."""
    found = shown((0, 1), (80, 1), (110, 8))
    assert rows(found) == [(GREEN, 80, 110)]
    assert state_at(found, np.array([0]), np.array([40 * SECOND_US])).tolist() == [UNKNOWN]


def test_lost_amber_is_a_violation_and_no_length_of_green() -> None:
    """Green straight to red is unlawful for vehicles; the green whose amber was lost does not count as a green."""
    found = shown((0, 1), (33, 10), (80, 1), (110, 8), (113, 10), (160, 1))
    facts = plan(found, np.zeros(len(found.signal), np.int64), 1, VEHICLES_WITHOUT_RED_AMBER)
    assert (facts.violation_count[0], facts.green_min_s[0], facts.amber_s[0]) == (1, 30, 3)
    assert len(services(found).signal) == 1


def test_unlawful_transitions_are_found() -> None:
    """Red to amber and green to red-amber are unlawful, dark to anything is not; pedestrians have no amber."""
    found = shown((0, 1001), (10, 1002), (13, 1001), (20, 1003), (30, 1004), (31, 1003), (40, 1000), (50, 1002))
    marked = violations(found, VEHICLES)
    assert list(zip(found.state[marked].tolist(), found.start_us[marked] // SECOND_US, strict=True)) == [
        (RED, 0),
        (RED, 13),
        (GREEN, 20),
    ]
    walk = shown((0, 1003), (10, 1001), (40, 1003), (50, 1001))
    assert not violations(walk, PEDESTRIANS).any()
    assert violations(walk, VEHICLES).sum() == 3
    assert transition_counts(walk)[GREEN, RED] == 2
    with pytest.raises(ValueError, match="5 by 5"):
        violations(walk, np.ones((2, 2), np.bool_))


def test_controller_restart_cuts_every_signal_group() -> None:
    """After a power failure no state is known until the next event, and nothing lasts across it."""
    events = [(0, 1, 2), (5, 1, 6), (20, 182, 0), (25, 184, 0), (60, 1, 2), (90, 8, 2), (93, 10, 2), (140, 1, 2)]
    time_us, code, parameter = (np.array(column, np.int64) for column in zip(*events, strict=True))
    known = changes(np.full(len(events), 7), time_us * SECOND_US, code, parameter)
    found = timeline(known, FIVE_MINUTES_US)
    assert known.group_of.tolist() == [2, 6]
    assert rows(found) == [(AMBER, 90, 93), (RED, 93, 140)]
    asked_s = np.array([10, 22, 40, 61, 30])
    assert state_at(found, np.array([0, 0, 0, 0, 1]), asked_s * SECOND_US).tolist() == [
        GREEN,
        UNKNOWN,
        UNKNOWN,
        GREEN,
        UNKNOWN,
    ]


def test_gap_in_the_events_is_no_state() -> None:
    """A state that lasts longer than is believed is a gap: known for that long, and of no length."""
    found = shown((0, 1), (30, 8), (33, 10), (2400, 1))
    assert rows(found) == [(GREEN, 0, 30), (AMBER, 30, 33)]
    assert state_at(found, np.array([0, 0]), np.array([300, 340]) * SECOND_US).tolist() == [RED, UNKNOWN]


def test_no_parameter_and_other_codes_are_left_out() -> None:
    """A begin of green without its phase, and events that are no state, change nothing."""
    known = changes(np.zeros(3, np.int64), np.arange(3), np.array([1, 82, -1]), np.array([-1, 4, 4]))
    assert len(known.signal) == 0
    found = timeline(known, 1)
    assert interval_at(found, np.array([0]), np.array([0])).tolist() == [-1]
    assert state_at(found, np.array([0]), np.array([0])).tolist() == [UNKNOWN]


def test_red_to_red_cycle_as_published() -> None:
    """Case 11, first cycle: red 08:00:04, green 08:00:46, yellow 08:01:43.7, red 08:01:48.8: 42.0, 57.7, 5.1 s."""
    start_us, cycle = red_to_red(shown((4, 10), (46, 1), (103.7, 8), (108.8, 10)))
    moments = [start_us[0], cycle.green_us[0], cycle.amber_us[0], cycle.end_us[0]]
    assert (np.diff(moments) / SECOND_US).tolist() == [42.0, 57.7, 5.1]
    assert (cycle.end_us[0] - start_us[0]) / SECOND_US == 104.8


def test_red_to_red_counts_red_amber_as_red() -> None:
    """A German cycle has its red-amber in the red before green."""
    start_us, cycle = red_to_red(shown(*((time_s + 7, code) for time_s, code in GERMAN)))
    assert (start_us.tolist(), cycle.green_us.tolist(), cycle.end_us.tolist()) == (
        [40 * SECOND_US],
        [87 * SECOND_US],
        [120 * SECOND_US],
    )


def _slow(events: list[tuple[int, int]], asked: int) -> int:
    """State at a time, event by event, where nothing is lost and nothing too long."""
    state = UNKNOWN
    for time, code in events:
        if time <= asked:
            state = code - 1000
    return state


@given(st.lists(st.tuples(st.integers(1, 20), st.integers(1, 4)), min_size=1, max_size=40), st.integers(-5, 500))
def test_state_agrees_with_a_slow_oracle(steps: list[tuple[int, int]], asked: int) -> None:
    """The state at any time is that of the last change, in plain Python, whatever the order of changes."""
    time, state, events = 0, DARK, []
    for length, turn in steps:
        time, state = time + length, (state + turn) % 5
        events.append((time, 1000 + state))
    found = shown(*events, longest_us=1000 * SECOND_US)
    assert state_at(found, np.array([0]), np.array([asked * SECOND_US])).tolist() == [_slow(events, asked)]
    assert (found.end_us - found.start_us)[found.whole].sum() == (events[-1][0] - events[0][0]) * SECOND_US


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 60), st.sampled_from([1, 7, 8, 9, 10, 11, 182])), max_size=60)
)
def test_a_signal_group_is_the_same_alone_and_among_others(events: list[tuple[int, int, int]]) -> None:
    """A controller's intervals do not depend on which other controllers are computed in the same call."""
    events = sorted(events, key=lambda event: event[1])
    controller, time, code = (np.array([event[n] for event in events], np.int64) for n in range(3))
    known = changes(controller, time, code, np.zeros(len(events), np.int64))
    among = timeline(known, 100)
    for one in set(known.controller_of.tolist()):
        mine = controller == one
        alone = timeline(changes(controller[mine], time[mine], code[mine], np.zeros(mine.sum(), np.int64)), 100)
        chosen = known.controller_of[among.signal] == one
        for name in ("start_us", "end_us", "state", "whole"):
            assert getattr(among, name)[chosen].tolist() == getattr(alone, name).tolist()
