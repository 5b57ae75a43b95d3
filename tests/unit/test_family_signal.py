"""The signal family: a window's indicators depend on its readings alone, and survive losses and restarts."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from emscher.store.copy import Rows
from emscher.stream import SECOND_US
from processing.families.signal import FAMILY, ROW
from processing.family import Task

QUARTER_S = 900
START_S = 1_767_600_000


def _rows(events: list[tuple[float, int, int]], sensor: int = 1) -> Rows:
    """Rows of (second, code, parameter), as the query gives them."""
    rows = np.empty(len(events), ROW)
    ordered = sorted(set(events), key=lambda event: (event[2], event[0], event[1]))
    for number, (second, code, parameter) in enumerate(ordered):
        at = np.datetime64(round((START_S + second) * SECOND_US), "us")
        rows[number] = (sensor, at, False, code, parameter)
    return rows[: len(ordered)]


def _computed(rows: Rows, windows: list[int]) -> Rows:
    """Compute these windows from what the worker would load for them."""
    starts = (START_S + QUARTER_S * np.array(windows, np.int64)) * SECOND_US
    since = np.datetime64(int(starts[0]) - FAMILY.look_back_s * SECOND_US, "us")
    until = np.datetime64(int(starts[-1]) + (FAMILY.width_s + FAMILY.look_ahead_s) * SECOND_US, "us")
    loaded = rows[(rows["observed_at"] >= since) & (rows["observed_at"] < until)]
    return FAMILY.compute(Task(1, (), starts, QUARTER_S * SECOND_US, {"signal_rows": loaded}))


def _german(cycles: int, begin_s: float = 0) -> list[tuple[float, int, int]]:
    """Cycles of 90 s: 1 s red-amber, 36 s green, 3 s amber."""
    steps = ((0, 1004), (1, 1003), (37, 1002), (40, 1001))
    return [(begin_s + 90 * number + second, code, 4) for number in range(cycles) for second, code in steps]


def test_german_plan_is_recognised() -> None:
    """Ten cycles of 90 s have their amber, red-amber, shortest green, no violation, and no count of terminations."""
    (row,) = _computed(_rows(_german(11)), [0])
    assert (row["cycle_s"], row["green_ratio"], row["cycle_count"]) == (90, 0.4, 10)
    assert (row["amber_s"], row["red_amber_s"], row["green_min_s"], row["violation_count"]) == (3, 1, 36, 0)
    assert math.isnan(row["gap_out_count"])


def test_terminations_of_an_american_plan_are_counted() -> None:
    """Gap-outs, max-outs and force-offs of the window are counted, those that did not occur as 0."""
    events = [(90.0 * n + s, code, 2) for n in range(4) for s, code in ((0, 1), (30, 4 + n % 2), (30, 8), (33, 10))]
    (row,) = _computed(_rows(events), [0])
    assert (row["gap_out_count"], row["max_out_count"], row["force_off_count"]) == (2, 2, 0)
    assert (row["amber_s"], row["green_min_s"]) == (3, 30)
    assert math.isnan(row["red_amber_s"])


def test_red_to_amber_is_a_violation() -> None:
    """A red followed by amber counts once, in the window in which that red began."""
    (row,) = _computed(_rows([*_german(3), (270, 1002, 4), (273, 1001, 4)]), [0])
    assert row["violation_count"] == 1


def test_restart_ends_the_cycle_it_falls_into() -> None:
    """A power failure within a cycle takes that cycle out, of all the controller's signal groups."""
    calm = _german(6)
    (row,) = _computed(_rows([*calm, (100, 182, -1), (120, 184, -1)]), [0])
    assert (row["cycle_count"], row["cycle_s"], row["amber_s"]) == (4, 90, 3)
    assert row["violation_count"] == 0


def test_event_without_a_signal_group_is_left_out() -> None:
    """A begin of green whose phase was not reported makes no row and disturbs none."""
    alone = _computed(_rows(_german(3)), [0])
    assert _computed(_rows([*_german(3), (50, 1, -1)]), [0]).tobytes() == alone.tobytes()


CODES = st.sampled_from([1, 4, 5, 6, 7, 8, 9, 10, 11, 182, 184, 1000, 1001, 1002, 1003, 1004])


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(-600, 4000), CODES, st.integers(-1, 2)), max_size=80))
def test_a_window_has_the_same_bits_alone_and_among_others(events: list[tuple[float, int, int]]) -> None:
    """Each window, with just the look-back and look-ahead it declares, gives the bits it gives among its neighbours."""
    rows = _rows(events)
    among = _computed(rows, [0, 1, 2, 3])
    alone = [_computed(rows, [window]) for window in range(4)]
    joined = np.concatenate(alone)
    order = np.lexsort((joined["window_start"], joined["signal_group"]))
    assert joined[order].tobytes() == among.tobytes()
    far = _computed(rows, [0, 3])
    chosen = np.isin(among["window_start"], np.unique(np.concatenate((alone[0], alone[3]))["window_start"]))
    assert among[chosen].tobytes() == far.tobytes()
