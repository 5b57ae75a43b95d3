"""The controller `emscher`: the stage that serves most vehicles per second, switching counted in.

Of each stage it asks how many waiting and coming vehicles it would serve in its best green, per second of that green
and of the time until it can begin (Laemmer and Helbing 2008, doi:10.1088/1742-5468/2008/04/P04019, idea only). What
waits comes from the queue with its quality, what comes from the advance loops and from what the neighbours let go; a
green that is not used any more counts for what comes alone; a way out that is full counts for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from processing.kernels.saturation import green_utilisation
from simulators.loop.plan import Plan
from simulators.loop.published import Indicators
from simulators.loop.site import Site
from simulators.loop.tuning import Tuning
from simulators.loop.watch import LaneWatch, Watch

STUCK, SILENT = 4, 3


@dataclass(slots=True)
class _Served:
    """A lane in a stage: who waits, who comes at which time from now on, how many a second can go."""

    waiting: float
    rate_veh_s: float
    flow_veh_s: float
    arrivals_s: list[float] = field(default_factory=list)

    def by(self, begin_s: float, end_s: float) -> float:
        """Vehicles that go in a green from one time to another from now on [s]."""
        here = self.waiting + sum(at_s <= end_s for at_s in self.arrivals_s)
        return min(here, self.rate_veh_s * max(end_s - begin_s, 0.0))


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
        self._plans = plans
        self._tuning = tuning
        self._between_s = {
            key: {
                (one, other): sum(lasts_s for lasts_s, _ in plan.between(one, other))
                for one in range(len(plan.stages))
                for other in range(len(plan.stages))
                if one != other
            }
            for key, plan in plans.items()
        }
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
        site, tuning = self._sites[key], self._tuning
        worth = [
            self._worth(watches, site, stage, 0.0 if stage == shown else self._between_s[key][shown, stage], indicators)
            for stage in range(len(site.stages))
        ]
        best = max(range(len(worth)), key=worth.__getitem__)
        return best if worth[best] > worth[shown] * tuning.hysteresis else shown

    def _worth(
        self, watches: Mapping[str, Watch], site: Site, stage: int, until_s: float, indicators: Indicators
    ) -> float:
        """Vehicles served per second in the stage's best green."""
        tuning, watch = self._tuning, watches[site.key]
        served = [
            self._served(watches, site, stage, one, indicators)
            for group in sorted(site.stages[stage])
            if not self._blocked(watches, site.key, group)
            for one in watch.of(group)
        ]
        begin_s = until_s + (tuning.startup_s if until_s else 0.0)
        least_s = max(tuning.green_min_s if until_s else tuning.interval_s, tuning.interval_s)
        greens_s = np.arange(least_s, tuning.horizon_s + tuning.interval_s, tuning.interval_s)
        values = [
            sum(one.by(begin_s, until_s + green_s) for one in served) / (until_s + green_s)
            for green_s in greens_s.tolist()
        ]
        # Once it is over, the next one must begin anew.
        return max(values, default=0.0) * self._patience(watch, site, stage)

    def _patience(self, watch: Watch, site: Site, stage: int) -> float:
        """How much more the longest waiting vehicle counts."""
        waits_s = [
            watch.red_s(group)
            for group in site.stages[stage]
            if group in site.on_foot or any(watch.queue(one) >= 1 for one in watch.of(group))
        ]
        return 1.0 + max(waits_s, default=0.0) / self._tuning.patience_s

    def _served(
        self, watches: Mapping[str, Watch], site: Site, stage: int, one: LaneWatch, indicators: Indicators
    ) -> _Served:
        tuning, watch = self._tuning, watches[site.key]
        group = one.lane.group
        yields = group in site.yielding[stage]
        rate = tuning.yielding_veh_s if yields else tuning.saturation_veh_s
        told = indicators.get((site.controller, group))
        waiting = watch.queue(one)
        flow = one.flow_veh_s(watch.now_s)
        if told is not None and told.flow_veh_s is not None:
            flow = max(flow, told.flow_veh_s / max(len(watch.of(group)), 1)) if one.quality(watch.now_s) < 1 else flow
        if watch.green[group] and not self._utilised(watch, one):
            waiting = min(waiting, float(one.coming(watch.now_s)))
        return _Served(waiting, rate, flow, self._arrivals_s(watches, site, one))

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

    def _arrivals_s(self, watches: Mapping[str, Watch], site: Site, one: LaneWatch) -> list[float]:
        """When those who are not yet at the advance loop will be at the stop line: released by a neighbour [s]."""
        now_s = watches[site.key].now_s
        group = one.lane.group
        found: list[float] = []
        for feed in site.feeds:
            if feed.group != group or feed.site not in watches:
                continue
            source = watches[feed.site]
            share = self._share(watches, site, one)
            passed = [
                at_s + feed.travel_s - now_s
                for lane in source.of(feed.source)
                for at_s in lane.left
                if at_s + feed.travel_s - one.lane.travel_s > now_s
            ]
            passed = sorted(after_s for after_s in passed if after_s <= self._tuning.horizon_s)
            # Of those released only a share comes to this lane; each k-th stands for it.
            step = round(1 / share) if share > 0 else 0
            found += passed[step - 1 :: step] if step else []
        return found

    def _share(self, watches: Mapping[str, Watch], site: Site, one: LaneWatch) -> float:
        """Share of those released by the neighbours who came to this lane lately."""
        released = sum(
            len(lane.left)
            for feed in site.feeds
            if feed.group == one.lane.group and feed.site in watches
            for lane in watches[feed.site].of(feed.source)
        )
        return min(len(one.came) / released, 1.0) if released else 0.0

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
