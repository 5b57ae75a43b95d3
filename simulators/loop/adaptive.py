"""The controller `emscher`: the stage that serves most vehicles per second, switching counted in.

Of each stage it asks how many waiting and coming vehicles it would serve in its best green, per second of that green
and of the time until it can begin (Laemmer and Helbing 2008, doi:10.1088/1742-5468/2008/04/P04019, idea only). What
waits comes from the queue with its quality, what comes from the advance loops and from what the neighbours let go; a
green that is not used any more counts for what comes alone; a way out that is full counts for nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from processing.kernels.saturation import green_utilisation
from simulators.loop.plan import Plan
from simulators.loop.published import Indicators
from simulators.loop.site import Site
from simulators.loop.tuning import Tuning
from simulators.loop.watch import LaneWatch, Watch


@dataclass(slots=True)
class _Served:
    """A lane: who waits, and who comes at which time from now on [s]."""

    waiting: float
    arrivals_s: list[float]

    def by(self, begin_s: float, end_s: float, rate_veh_s: float) -> float:
        """Vehicles that go in a green from one time to another from now on [s], so many a second at most."""
        here = self.waiting + bisect_right(self.arrivals_s, end_s)
        return min(here, rate_veh_s * max(end_s - begin_s, 0.0))


class Adaptive:
    """Decides for all junctions.

    Parameters
    ----------
    sites : mapping of str to Site
        What is known of them.
    plans : mapping of str to Plan
        Their times between stages.
    tuning : Tuning
        Settings.
    """

    def __init__(self, sites: Mapping[str, Site], plans: Mapping[str, Plan], tuning: Tuning) -> None:
        self._sites = sites
        self._tuning = tuning
        self._between_s = {key: plan.times_s for key, plan in plans.items()}
        self._leads: dict[tuple[str, int], list[tuple[str, int]]] = {}
        for site in sites.values():
            for feed in site.feeds:
                self._leads.setdefault((feed.site, feed.source), []).append((site.key, feed.group))

    def decide(self, watches: Mapping[str, Watch], stages: Mapping[str, int], indicators: Indicators) -> dict[str, int]:
        """Name the stage that each junction should show.

        Parameters
        ----------
        watches : mapping of str to Watch
            What was published of events.
        stages : mapping of str to int
            Stage that each shows.
        indicators : Indicators
            What was published of quarter hours.
        """
        return {key: self._stage(watches, key, stages[key], indicators) for key in self._sites}

    def _stage(self, watches: Mapping[str, Watch], key: str, shown: int, indicators: Indicators) -> int:
        site, watch = self._sites[key], watches[key]
        share = self._shares(watches, site)
        lanes = {
            group: [self._served(watches, site, one, share.get(group, 0.0), indicators) for one in watch.of(group)]
            for group in site.groups
            if not self._blocked(watches, key, group)
        }
        between_s = self._between_s[key]
        worth = [
            self._worth(watch, site, stage, 0.0 if stage == shown else between_s[shown, stage], lanes)
            for stage in range(len(site.stages))
        ]
        best = max(range(len(worth)), key=worth.__getitem__)
        return best if worth[best] > worth[shown] * self._tuning.hysteresis else shown

    def _worth(
        self, watch: Watch, site: Site, stage: int, until_s: float, lanes: Mapping[int, Sequence[_Served]]
    ) -> float:
        """Vehicles served per second in the stage's best green."""
        tuning = self._tuning
        served = [
            (one, tuning.yielding_veh_s if group in site.yielding[stage] else tuning.saturation_veh_s)
            for group in sorted(site.stages[stage])
            for one in lanes.get(group, ())
            if one.waiting or one.arrivals_s
        ]
        begin_s = until_s + (tuning.startup_s if until_s else 0.0)
        green_s = max(tuning.green_min_s if until_s else tuning.interval_s, tuning.interval_s)
        best = 0.0
        while green_s <= tuning.horizon_s:
            end_s = until_s + green_s
            best = max(best, sum(one.by(begin_s, end_s, rate) for one, rate in served) / end_s)
            green_s += tuning.green_step_s
        return best * self._patience(watch, site, stage)

    def _patience(self, watch: Watch, site: Site, stage: int) -> float:
        """How much more the longest waiting vehicle counts."""
        waits_s = [
            watch.red_s(group)
            for group in site.stages[stage]
            if group in site.on_foot or any(watch.queue(one) >= 1 for one in watch.of(group))
        ]
        return 1.0 + max(waits_s, default=0.0) / self._tuning.patience_s

    def _served(
        self, watches: Mapping[str, Watch], site: Site, one: LaneWatch, share: float, indicators: Indicators
    ) -> _Served:
        watch = watches[site.key]
        group = one.lane.group
        waiting = watch.queue(one)
        told = indicators.get((site.controller, group))
        if told is not None and told.flow_veh_s is not None and one.quality(watch.now_s) <= 0 and waiting:
            # The count is not to be trusted: as many as came on average while it was red.
            waiting = max(waiting, told.flow_veh_s / len(watch.of(group)) * watch.red_s(group))
        if watch.green[group] and not self._utilised(watch, one):
            waiting = min(waiting, float(one.coming(watch.now_s)))
        return _Served(waiting, self._arrivals_s(watches, site, one, share / len(watch.of(group))))

    def _utilised(self, watch: Watch, one: LaneWatch) -> bool:
        """Whether the green of the last seconds was used (SCATS-like utilisation of the published events)."""
        tuning = self._tuning
        now_s = watch.now_s
        green_s = now_s - watch.since_s[one.lane.group]
        if one.presence.stuck or one.lane.presence is None or green_s < tuning.utilised_s + tuning.startup_s:
            return True
        since_s = now_s - tuning.utilised_s
        left = sum(at_s >= since_s for at_s in one.left)
        free_s = min(now_s - one.presence.since_s, tuning.utilised_s) if not one.presence.on else 0.0
        used = green_utilisation(
            np.array([tuning.utilised_s]), np.array([tuning.utilised_s - free_s]), np.array([float(left)]), tuning.gap_s
        )
        return bool(used[0] >= tuning.utilised_ratio)

    def _arrivals_s(self, watches: Mapping[str, Watch], site: Site, one: LaneWatch, share: float) -> list[float]:
        """When those who are not yet at the advance loop will be at the stop line: released by a neighbour [s]."""
        if share <= 0:
            return []
        now_s = watches[site.key].now_s
        found: list[float] = []
        for feed in site.feeds:
            if feed.group == one.lane.group and feed.site in watches:
                # Before then they have passed the advance loop, and are counted there.
                since_s = now_s - feed.travel_s + one.lane.travel_s
                until_s = now_s - feed.travel_s + self._tuning.horizon_s
                found += [
                    at_s + feed.travel_s - now_s
                    for lane in watches[feed.site].of(feed.source)
                    for at_s in lane.left
                    if since_s < at_s <= until_s
                ]
        # Of those released only a share comes to this lane; each k-th stands for it.
        step = max(round(1 / share), 1)
        return sorted(found)[step - 1 :: step]

    def _shares(self, watches: Mapping[str, Watch], site: Site) -> dict[int, float]:
        """Share of those released by the neighbours who came to each group lately."""
        released: dict[int, int] = {}
        for feed in site.feeds:
            if feed.site in watches:
                count = sum(len(lane.left) for lane in watches[feed.site].of(feed.source))
                released[feed.group] = released.get(feed.group, 0) + count
        watch = watches[site.key]
        return {
            group: min(sum(len(one.came) for one in watch.of(group)) / count, 1.0)
            for group, count in released.items()
            if count
        }

    def _blocked(self, watches: Mapping[str, Watch], key: str, group: int) -> bool:
        """Spillback guard: whether the only ways out of a group are full."""
        leads = [(site, number) for site, number in self._leads.get((key, group), ()) if site in watches]
        if not leads:
            return False
        return all(self._full(watches[site], number) for site, number in leads)

    def _full(self, watch: Watch, group: int) -> bool:
        """Whether the queue of a group stands back to its farthest loop, and that is the length of its lanes."""
        lanes = watch.of(group)
        return bool(lanes) and all(
            one.standing(watch.now_s)
            and watch.now_s - one.advance.since_s >= self._tuning.blocked_s
            and one.lane.length_m <= one.lane.distance_m + 2 * 7.0
            for one in lanes
        )
