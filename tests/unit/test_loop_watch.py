"""Queues from published events: counted in and out, put right, and told how sure they are."""

from __future__ import annotations

import pytest
from fix_loop import AHEAD, LINE, passed, site

from simulators.loop.watch import OFF, ON, Event, Watch


def watched(events: list[Event], now_s: float, *, advance: bool = True, green_s: float = 1e9) -> Watch:
    """What is known after events, settled every five seconds on the way, red until a moment."""
    one = Watch(site(advance=advance))
    one.command(1, 0.0)
    events = sorted(events)
    for until_s in (*range(5, int(now_s), 5), now_s):
        one.command(0 if until_s > green_s else 1, green_s)
        one.take([event for event in events if event[0] < until_s and event[0] >= one.now_s], float(until_s))
    return one


def test_vehicles_between_the_loops_are_counted() -> None:
    """Three come, the first stands at the line: three wait."""
    one = watched([*passed(AHEAD, 10, 13, 16), (15.5, ON, LINE)], 30)
    assert one.queue(one.lanes[0]) == 3
    assert one.red_s(1) == 30


def test_who_leaves_is_counted_out() -> None:
    """In green two of three pass the line."""
    events = [*passed(AHEAD, 10, 13, 16), (15.5, ON, LINE), (22.0, OFF, LINE)]
    one = watched([*events, *passed(LINE, 23.0, lasts_s=1.0), (24.5, ON, LINE)], 26, green_s=20)
    assert one.queue(one.lanes[0]) == 1


def test_a_free_stop_line_puts_a_wrong_count_right() -> None:
    """Whoever changed the lane after the advance loop is not waiting; only who is on the way counts."""
    one = watched([*passed(AHEAD, 10, 12, 14, 29)], 30)
    assert one.queue(one.lanes[0]) == 1
    assert one.lanes[0].quality(30) == 1


def test_a_standing_advance_loop_means_a_full_lane() -> None:
    """Nobody more can be counted in, but the queue goes on growing with the flow."""
    one = watched([(12.0, ON, LINE), *passed(AHEAD, 5, 8, 11, 14), (20.0, ON, AHEAD)], 60)
    assert one.lanes[0].standing(60)
    assert one.queue(one.lanes[0]) > one.lanes[0].room


def test_lost_edges_do_not_stop_the_count() -> None:
    """An on after an on is another vehicle."""
    one = watched([(8.0, ON, LINE), (10.0, ON, AHEAD), (12.0, ON, AHEAD), (12.4, OFF, AHEAD)], 20)
    assert one.queue(one.lanes[0]) == 2


def test_a_stop_line_loop_that_hangs_is_found_out() -> None:
    """It is on for more than a minute while vehicles come: its word counts for nothing."""
    arrivals = passed(AHEAD, *range(10, 150, 10))
    one = watched([(1.0, ON, LINE), *arrivals], 150)
    assert one.lanes[0].presence.stuck
    assert one.lanes[0].quality(150) == 0
    assert one.queue(one.lanes[0]) <= 2 * one.lanes[0].room


def test_an_advance_loop_that_hangs_is_found_out() -> None:
    """Vehicles go on passing the line."""
    one = watched([(1.0, ON, AHEAD), *passed(LINE, *range(10, 150, 10))], 150)
    assert one.lanes[0].advance.stuck
    assert one.queue(one.lanes[0]) == 0


def test_who_does_not_go_at_green_is_not_there() -> None:
    """The edge of his leaving was lost; at the next edge the loop is believed again."""
    events = [*passed(AHEAD, 10), (15.0, ON, LINE)]
    assert watched(events, 30).queue(watched(events, 30).lanes[0]) == 1
    found = watched(events, 34, green_s=20)
    assert found.queue(found.lanes[0]) == 0
    found.take([(35.0, OFF, LINE), (36.0, ON, LINE)], 38)
    assert found.queue(found.lanes[0]) == 1


@pytest.mark.parametrize(("at_line", "waits"), [(True, 1.0), (False, 0.0)])
def test_without_an_advance_loop_only_the_line_tells(*, at_line: bool, waits: float) -> None:
    """One waits, or nobody."""
    one = watched([(5.0, ON, LINE)] if at_line else [], 20, advance=False)
    assert one.queue(one.lanes[0]) == waits
    assert one.lanes[0].quality(20) == 0
