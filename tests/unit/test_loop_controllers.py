"""What controllers ask for, given what is published."""

from __future__ import annotations

import msgspec
import pytest
from fix_loop import AHEAD, LINE, passed
from fix_sumo import network

from emscher import city as cities
from simulators.loop.controllers import CONTROLLED, Controller, controller_of
from simulators.loop.plan import plan_of
from simulators.loop.published import Told
from simulators.loop.site import Feed, Site, sites_of
from simulators.loop.tuning import Tuning, frozen
from simulators.loop.watch import ON, Watch
from simulators.sumo.description import geojson
from simulators.sumo.layout import Junction, lay_out

TUNING = frozen()


def crossing() -> tuple[Junction, Site]:
    """The crossing and what its description says."""
    junctions = lay_out(network(), "x")
    (site,) = sites_of(cities.parse(geojson("x", network(), junctions), "x")).values()
    return junctions[0], site


def controller(name: str, tuning: Tuning = TUNING) -> Controller:
    """A controller of the crossing."""
    one, site = crossing()
    return controller_of(name, {site.key: site}, {site.key: plan_of(one.signal, one.stages)}, tuning)


def channel(site: Site, group: int, *, advance: bool) -> int:
    """The first detector of a group."""
    found = next(one.advance if advance else one.presence for one in site.lanes if one.group == group)
    assert found is not None
    return found


def waiting(site: Site, group: int, count: int) -> Watch:
    """Red for a group on which some wait, green for the others."""
    watch = Watch(site)
    watch.command(0, 0.0)
    came = passed(channel(site, group, advance=True), *(10.0 + 2 * number for number in range(count)))
    watch.take(sorted([*came, (15.0, ON, channel(site, group, advance=False))]), 40.0)
    return watch


def test_the_frozen_file_says_every_setting() -> None:
    """Nothing is tuned beside the dated file."""
    assert msgspec.structs.asdict(frozen()).keys() == set(Tuning.__struct_fields__)


@pytest.mark.parametrize("name", ["emscher", "maxpressure"])
def test_a_queue_at_red_gets_the_green_that_nobody_uses(name: str) -> None:
    """Four wait in the south, nobody comes from the west."""
    _, site = crossing()
    (south,) = (one for one in site.groups if site.stages[2] == {one})
    assert controller(name).decide({site.key: waiting(site, south, 4)}, {site.key: 0}, {}) == {site.key: 2}


@pytest.mark.parametrize("name", CONTROLLED)
def test_nobody_waits_and_nothing_changes(name: str) -> None:
    """An empty crossing keeps its green."""
    _, site = crossing()
    watch = Watch(site)
    watch.command(0, 0.0)
    watch.take([], 20.0)
    assert controller(name).decide({site.key: watch}, {site.key: 0}, {}) == {site.key: 0}


def test_a_green_in_full_use_is_not_cut() -> None:
    """A vehicle waits in the south, but both western lanes are still discharging."""
    _, site = crossing()
    (south,) = (one for one in site.groups if site.stages[2] == {one})
    watch = waiting(site, south, 1)
    lanes = [one for one in site.lanes if one.group != south]
    busy = [event for one in lanes if one.advance for event in passed(one.advance, *range(20, 40, 2))]
    line = [event for one in lanes if one.presence for event in passed(one.presence, *range(25, 41, 2), lasts_s=1.5)]
    watch.take(sorted(busy + line), 42.0)
    assert controller("emscher").decide({site.key: watch}, {site.key: 0}, {}) == {site.key: 0}


def test_a_full_way_out_counts_for_nothing() -> None:
    """The spillback guard: who waits for a road that is full is not let go."""
    _, site = crossing()
    (south,) = (one for one in site.groups if site.stages[2] == {one})
    lane = next(one for one in site.lanes if one.group == south)
    ahead = Site(
        "next",
        "next.ctl",
        (1,),
        frozenset(),
        (frozenset({1}), frozenset[int]()),
        (frozenset(), frozenset()),
        (30.0, 30.0),
        70.0,
        (type(lane)(1, LINE, AHEAD, 75.0, 80.0, 14.0),),
        (Feed(1, site.key, south, 6.0),),
    )
    full = Watch(ahead)
    full.take([(5.0, ON, LINE), (20.0, ON, AHEAD)], 40.0)
    one, _ = crossing()
    plan = plan_of(one.signal, one.stages)
    sites, plans = {site.key: site, "next": ahead}, {site.key: plan, "next": plan}
    watches = {site.key: waiting(site, south, 4), "next": full}
    decided = controller_of("emscher", sites, plans, TUNING).decide(watches, {site.key: 0, "next": 1}, {})
    assert decided[site.key] == 0


def test_webster_gives_green_by_published_volumes() -> None:
    """With a heavy demand from the south its green is the longest, and comes in its turn."""
    _, site = crossing()
    (south,) = (one for one in site.groups if site.stages[2] == {one})
    flows = {group: 600.0 if group == south else 100.0 for group in site.groups}
    told = {(site.controller, group): Told(flow, None, None, 0, 0) for group, flow in flows.items()}
    plan = controller("webster")
    stage, greens = 0, {0: 0, 1: 0, 2: 0}
    for now_s in range(0, 1200, 5):
        watch = Watch(site)
        watch.take([], float(now_s))
        after = plan.decide({site.key: watch}, {site.key: stage}, told)[site.key]
        assert after in {stage, (stage + 1) % 3}
        stage = after
        greens[stage] += 5 if now_s > TUNING.plan_s + 120 else 0
    assert greens[2] > greens[0] > 0
