"""Webster's plan, made anew from published volumes: the stages in their order, cycle and greens by demand."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from processing.kernels.webster import webster_cycle_s, webster_splits_s
from simulators.loop.plan import Plan
from simulators.loop.published import Indicators
from simulators.loop.site import Site
from simulators.loop.tuning import Tuning
from simulators.loop.watch import Watch

CYCLE_S = (30.0, 120.0)
"""Bounds of the cycle, RiLSA 2015 [s]."""
BUSIEST = 0.95
"""Above this sum of flow ratios no cycle serves all; the longest one is taken [1]."""
HOUR_S = 3600.0


class Webster:
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
        self._lost_s = {key: plan.round_s(0.0) for key, plan in plans.items()}
        self._greens_s = {key: list(site.stage_s) for key, site in sites.items()}
        self._made_s = dict.fromkeys(sites, 0.0)
        self._since_s = dict.fromkeys(sites, 0.0)
        self._shown = dict.fromkeys(sites, 0)

    def decide(self, watches: Mapping[str, Watch], stages: Mapping[str, int], indicators: Indicators) -> dict[str, int]:
        """Go on to the next stage when a green is over."""
        found = {}
        for key, site in self._sites.items():
            now_s, stage = watches[key].now_s, stages[key]
            if now_s - self._made_s[key] >= self._tuning.plan_s and indicators:
                self._made_s[key] = now_s
                self._greens_s[key] = self._greens(site, self._lost_s[key], indicators) or self._greens_s[key]
            if stage != self._shown[key]:
                self._shown[key], self._since_s[key] = stage, now_s
            over = now_s - self._since_s[key] >= self._greens_s[key][stage]
            found[key] = (stage + 1) % len(site.stages) if over else stage
        return found

    def _greens(self, site: Site, lost_s: float, indicators: Indicators) -> list[float] | None:
        """Greens of all stages; None where nothing is known of the demand."""
        served_veh_h = self._tuning.saturation_veh_s * HOUR_S
        ratios: dict[int, float] = {}
        for group in site.groups:
            told = indicators.get((site.controller, group))
            lanes = sum(one.group == group for one in site.lanes)
            if told is not None and told.flow_veh_h is not None and lanes:
                ratios[group] = told.flow_veh_h / (lanes * served_veh_h)
        if not ratios:
            return None
        # A group that is green in several stages asks for its share of each.
        shares = {group: max(sum(group in stage for stage in site.stages), 1) for group in ratios}
        demand = np.array(
            [
                max((ratios[group] / shares[group] for group in stage if group in ratios), default=0.0)
                for stage in site.stages
            ]
        )
        total = float(demand.sum())
        if total <= 0:
            return None
        whole = np.array([min(total, BUSIEST)])
        cycle_s = webster_cycle_s(np.array([lost_s]), whole, *CYCLE_S)
        splits_s = webster_splits_s(cycle_s, np.array([lost_s]), demand[None, :])[0]
        return [max(float(green_s), self._tuning.green_min_s) for green_s in splits_s]
