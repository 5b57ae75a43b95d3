"""The family of approaches: worked answers, faults of detectors and of descriptions, and a window's own bits."""

import math
from typing import Any

import numpy as np
import pytest
from fix_approach import (
    LIMITS,
    SENSORS,
    SITE,
    Event,
    american,
    computed,
    counts,
    dated,
    german,
    rows,
    vehicles,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from emscher.store.copy import Rows
from emscher.stream import SECOND_US
from processing.approach import reason
from processing.families.approach import FAMILY
from processing.family import Task

FIRST, LAST = -20, 35
"""Cycles that cover look-back, window and look-ahead."""


def _plan(plan: Any) -> list[Event]:  # noqa: ANN401 - either dialect
    """Both signal groups, the second one green while the first is red."""
    return [*plan(LAST - FIRST, 60 * FIRST), *plan(LAST - FIRST, 60 * FIRST + 35, 4)]


def _traffic() -> list[Event]:
    """Each cycle: three vehicles over the advance detector (two on green), one at the stop line that is served."""
    starts = [60.0 * number for number in range(FIRST, LAST)]
    return [
        *vehicles(2, [at + second for at in starts for second in (5, 10, 50)]),
        *vehicles(1, [at + 2 for at in starts], 6),
        *vehicles(3, [at + 31 for at in starts[::5]]),
        *vehicles(3, [at + 38 for at in starts[::10]]),
    ]


def _east(found: Rows) -> Any:  # noqa: ANN401 - a row
    (row,) = found[found["signal_group"] == 2]
    return row


def _calm(plan: Any = american) -> Any:  # noqa: ANN401 - either dialect
    return _east(computed(rows([*_plan(plan), *_traffic()]), [0]))


@pytest.mark.parametrize("plan", [american, german])
def test_both_dialects_give_the_same_measures(plan: Any) -> None:  # noqa: ANN401 - either dialect
    """Two of three arrive on green, of 60 s 30 are green; the third waits 10 s; six of 30 s are occupied."""
    row = _calm(plan)
    assert (row["cycle_count"], row["cycle_s"], row["green_ratio"], row["coverage_ratio"]) == (15, 60, 0.5, 1)
    assert (row["arrival_count"], row["arrivals_on_green_ratio"], row["platoon_ratio"]) == (45, 2 / 3, 4 / 3)
    assert row["approach_delay_s"] == pytest.approx(10 / 3)
    assert row["green_occupancy_ratio"] == pytest.approx(0.2)
    assert (row["red_occupancy_ratio"], row["split_failure_count"]) == (0, 0)
    # Of 30 s 24 are unoccupied, less one gap of 0.9 s.
    assert row["green_utilisation_ratio"] == pytest.approx((30 - (24 - 0.9)) / 30)
    assert (row["amber_actuation_count"], row["red_actuation_count"], row["severe_red_actuation_count"]) == (3, 2, 2)


def test_saturation_is_count_over_capacity() -> None:
    """15 vehicles a quarter hour are 60 veh/h; half of 2000 veh/h is 1000; the delays follow from the kernels' own."""
    row = _calm()
    assert (row["flow_veh_h"], row["capacity_veh_h"], row["saturation_ratio"]) == (60, 1000, 0.06)
    uniform_s = 0.5 * 60 * 0.25 / (1 - 0.06 * 0.5)
    assert row["control_delay_hcm_s"] == pytest.approx(
        uniform_s + 225 * (-0.94 + math.sqrt(0.94**2 + 4 * 0.06 / (1000 * 0.25)))
    )
    assert row["control_delay_hbs_s"] == pytest.approx(uniform_s + 900 * (-0.94 + math.sqrt(0.94**2 + 4 * 0.06 / 1000)))
    assert (row["los"], row["qsv"]) == (0, 0)


def test_lane_sensors_give_saturation_but_no_arrivals() -> None:
    """A German signal group whose lane counts intervals has flow, saturation and delay, and says why no arrivals."""
    lanes = counts([(60 * minute, 60, 5) for minute in range(15)])
    found = computed(rows(_plan(german)), [0], lanes=lanes)
    (south,) = found[found["signal_group"] == 4]
    assert (south["flow_veh_h"], south["saturation_ratio"], south["flow_quality_ratio"]) == (300, 0.3, 1)
    assert math.isnan(south["arrivals_on_green_ratio"])
    assert (south["arrival_reason"], south["presence_reason"]) == (reason.COUNTS_ONLY, reason.NOT_CONFIGURED)
    # Two stages of 30 and 30 s leave no lost time; the first has no demand, its detectors are silent.
    assert south["advice_reason"] == reason.DEMAND_UNKNOWN


def test_advice_is_websters_and_balanced() -> None:
    """Demands of 0.3 and 0.1 of saturation share the 55 s of green that a cycle of 60 s leaves, 3 to 1."""
    plan = [
        *german(LAST - FIRST, 60 * FIRST),
        *[(at + second, code, 4) for at in range(60 * FIRST, 60 * LAST, 60) for second, code in
          ((33, 1003), (58, 1002), (59.5, 1001))],
    ]  # fmt: skip
    stop = vehicles(1, [60.0 * number + second for number in range(FIRST, LAST) for second in range(1, 11)], 0.5)
    lanes = counts([(60 * minute, 60, 10 / 3) for minute in range(15)])
    found = computed(rows([*plan, *stop]), [0], lanes=lanes)
    east, south = found[0], found[1]
    assert (east["flow_veh_h"], south["flow_veh_h"]) == (600, pytest.approx(200))
    assert east["advised_cycle_s"] == south["advised_cycle_s"] == LIMITS["signal_cycle_min", ""]
    assert east["advised_green_s"] / south["advised_green_s"] == pytest.approx(3)
    assert (east["balanced_green_s"], south["balanced_green_s"]) == (pytest.approx(41.25), pytest.approx(13.75))
    assert east["advice_reason"] == reason.DEFINED


def test_pedestrians_wait_from_the_call_to_the_walk() -> None:
    """Calls 20 and 50 s before the walk give a mean of 35 s, and B by the longest."""
    calls = [(100.0, 45, 2), (120.0, 21, 2), (130.0, 22, 2), (250.0, 45, 2), (300.0, 21, 2), (310.0, 22, 2)]
    row = _east(computed(rows([*_plan(american), *calls]), [0]))
    assert (row["pedestrian_call_count"], row["pedestrian_delay_s"], row["pedestrian_delay_max_s"]) == (2, 35, 50)
    assert row["pedestrian_qsv"] == 2
    assert row["pedestrian_reason"] == reason.DEFINED


def test_buttons_of_a_german_crossing_are_answered_by_its_green() -> None:
    """A button 40 s before the green of a pedestrians' signal group is a wait of 40 s."""
    crossing = {
        "key": "crossing",
        "signal_group": 4,
        "kind": "pedestrian",
        "detectors": [{"function": "button", "channel": 9}],
    }
    site = {**SITE, "approaches": [SITE["approaches"][0], crossing]}
    walks = [(at + second, code, 4) for at in range(-600, 1500, 60) for second, code in ((0, 1003), (20, 1001))]
    found = computed(rows([*walks, *vehicles(9, [80.0])]), [0], site)
    (row,) = found[found["signal_group"] == 4]
    assert (row["pedestrian_call_count"], row["pedestrian_delay_s"], row["pedestrian_qsv"]) == (1, 40, 1)


def test_queue_counts_from_when_it_was_seen_empty() -> None:
    """Three come in red and leave in green: a queue of three in 60 m of room, of full quality."""
    starts = [60.0 * number for number in range(FIRST, LAST)]
    came = vehicles(2, [at + second for at in starts for second in (40, 45, 50)], 0.5)
    went = vehicles(1, [at + second for at in starts for second in (2, 4, 6)], 0.5)
    row = _east(computed(rows([*_plan(american), *came, *went]), [0]))
    assert (row["queue_max_veh"], row["queue_storage_ratio"], row["queue_quality_ratio"]) == (3, 0.3, 1)
    never = vehicles(1, [at + 1 for at in starts], 58)
    row = _east(computed(rows([*_plan(american), *came, *never]), [0]))
    assert math.isnan(row["queue_max_veh"])
    assert row["queue_reason"] == reason.NOT_RESET


def test_detector_on_for_forty_minutes_is_stuck_in_every_window() -> None:
    """From on to off nothing is known of the stop line, whether a window sees the begin, the end or neither."""
    begin_s, end_s = 480.0, 480.0 + 2400
    events = [*american(120, -1200), *american(120, -1165, 4)]
    starts = [60.0 * number for number in range(-20, 100)]
    stop = [event for event in vehicles(1, [at + 2 for at in starts], 6) if not begin_s - 6 <= event[0] <= end_s]
    stuck = [(begin_s, 82, 1), (end_s, 81, 1)]
    found = computed(rows([*events, *stop, *stuck]), [0, 1, 2, 3, 4])
    east = found[found["signal_group"] == 2]
    assert east["green_occupancy_ratio"][0] == pytest.approx(0.2)
    assert np.isnan(east["green_occupancy_ratio"][1:3]).all()
    assert (east["presence_reason"][1:3] == reason.STUCK).all()
    assert np.isnan(east["flow_veh_h"][:4]).all()
    assert (east["flow_reason"][:4] == reason.STUCK).all()
    assert (east["green_occupancy_ratio"][4], east["flow_veh_h"][4]) == (pytest.approx(0.2), 60)


def test_lost_amber_takes_out_its_round_alone() -> None:
    """A cycle whose amber was not reported counts neither as a cycle nor for occupancy; the others stand."""
    events = [
        event for event in _plan(american) if not (event[2] == 2 and 300 <= event[0] < 335 and event[1] in (7, 8))
    ]
    row = _east(computed(rows([*events, *_traffic()]), [0]))
    assert row["cycle_count"] == 14
    assert (row["cycle_s"], row["green_ratio"], row["green_occupancy_ratio"]) == (60, 0.5, pytest.approx(0.2))


def test_missing_events_leave_what_is_known() -> None:
    """Five minutes without any event take their cycles out, and arrivals in them have no state."""
    events = [event for event in [*_plan(american), *_traffic()] if not 300 <= event[0] < 600]
    row = _east(computed(rows(events), [0]))
    # Four before; the fifth has no end, and the first green after may have begun before it was reported.
    assert row["cycle_count"] == 8
    assert (row["cycle_s"], row["arrivals_on_green_ratio"], row["arrival_count"]) == (60, pytest.approx(2 / 3), 30)
    # The last event before is the detector's of 291 s, the next the green of 600 s.
    assert row["coverage_ratio"] == pytest.approx((900 - 309) / 900)
    assert row["flow_veh_h"] == pytest.approx(10 * 3600 / (900 - 309))


def test_restart_takes_out_the_cycle_it_falls_into() -> None:
    """After a power failure nothing is known of the signal until its next event."""
    row = _east(computed(rows([*_plan(american), *_traffic(), (310, 182, -1), (325, 184, -1)]), [0]))
    assert row["cycle_count"] == 14
    assert (row["cycle_s"], row["green_occupancy_ratio"]) == (60, pytest.approx(0.2))


def test_silent_detectors_are_no_empty_road() -> None:
    """A detector that says nothing gives no zero but a reason; one of two that lives is half the quality."""
    row = _east(computed(rows(_plan(american)), [0]))
    for name in ("arrival_count", "flow_veh_h", "green_occupancy_ratio", "red_actuation_count"):
        assert math.isnan(row[name]), name
    assert {row[f"{name}_reason"] for name in ("arrival", "flow", "presence", "red")} == {reason.SILENT}
    two = [*SITE["approaches"][0]["detectors"], {"function": "presence", "channel": 5}]
    site = {**SITE, "approaches": [{**SITE["approaches"][0], "detectors": two}]}
    row = _east(computed(rows([*_plan(american), *_traffic()]), [0], site))
    assert (row["green_occupancy_ratio"], row["presence_quality_ratio"]) == (pytest.approx(0.2), 0.5)


def test_window_that_is_not_over_counts_what_was_observed() -> None:
    """Five minutes into a window flow is per hour of those five minutes, and no state is believed beyond them."""
    live = [event for event in [*_plan(american), *_traffic()] if event[0] <= 300]
    row = _east(computed(rows(live), [0]))
    assert (row["coverage_ratio"], row["flow_veh_h"], row["arrivals_on_green_ratio"]) == (1 / 3, 60, 2 / 3)


@pytest.mark.parametrize(
    ("change", "faulty"),
    [
        ({"detectors": [{"function": "presence", "sensor": "nowhere"}]}, {"presence"}),
        ({"detectors": []}, {"presence", "arrival", "flow", "red"}),
        ({"lanes": [{"length_m": 0}]}, {"presence", "arrival", "flow", "red"}),
        ({"signal_group": 4}, {"presence", "arrival", "flow", "red"}),
    ],
)
def test_faulty_description_leaves_its_indicators_undefined(change: dict[str, Any], faulty: set[str]) -> None:
    """What the check complains of is undefined with that reason, and the signal's own facts stand."""
    site = {**SITE, "approaches": [{**SITE["approaches"][0], **change}, *SITE["approaches"][1:]]}
    lanes = counts([(60 * minute, 60, 5) for minute in range(15)])
    found = computed(rows([*_plan(american), *_traffic()]), [0], site, lanes)
    row = found[0]
    assert {name for name in faulty if row[f"{name}_reason"] == reason.FAULTY} == faulty
    assert (row["cycle_s"], row["cycle_count"]) == (60, 15)
    if "signal_group" not in change:
        assert found[1]["flow_veh_h"] == 300


@pytest.mark.parametrize("site", [{}, {"approaches": 7}, {"approaches": [None, {"key": 1}]}])
def test_description_that_cannot_be_read_gives_no_rows(site: dict[str, Any]) -> None:
    """Nothing is described, or nothing that could be read: no row, and no error."""
    assert len(computed(rows(_plan(american)), [0], site)) == 0


CODES = st.sampled_from([1, 4, 5, 6, 7, 8, 9, 10, 11, 21, 22, 45, 81, 82, 90, 182, 184, 1000, 1001, 1002, 1003, 1004])
EVENTS = st.lists(st.tuples(st.integers(-1000, 4600), CODES, st.integers(-1, 4)), max_size=120)


@settings(max_examples=150, deadline=None)
@given(EVENTS, st.booleans())
def test_a_window_has_the_same_bits_alone_and_among_others(events: list[Event], planned: bool) -> None:  # noqa: FBT001
    """Each window, with just the look-back and look-ahead it declares, gives the bits it gives among its neighbours."""
    whole = rows([*events, *(_plan(american) if planned else [])])
    lanes = counts([(60 * minute, 60, minute % 7) for minute in range(-15, 75)])
    among = computed(whole, [0, 1, 2, 3], lanes=lanes)
    alone = np.concatenate([computed(whole, [window], lanes=lanes) for window in range(4)])
    order = ["window_start", "signal_group"]
    assert np.sort(alone, order=order).tobytes() == np.sort(among, order=order).tobytes()
    far = computed(whole, [0, 3], lanes=lanes)
    chosen = np.isin(among["window_start"], far["window_start"])
    assert among[chosen].tobytes() == far.tobytes()


def test_no_window_gives_no_row() -> None:
    """A task of no window gives no row, whatever was loaded."""
    nothing = np.empty(0, np.int64)
    loaded = {"approach_events": rows(_plan(american)), "approach_counts": counts([])}
    assert len(FAMILY.compute(Task(1, SENSORS, nothing, 900 * SECOND_US, loaded, SITE, dated(LIMITS)))) == 0
