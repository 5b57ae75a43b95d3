"""Max pressure: every few seconds the stage whose queues exceed those they lead to the most (Varaiya 2013)."""

from __future__ import annotations

from collections.abc import Mapping

from simulators.loop.published import Indicators
from simulators.loop.site import Site
from simulators.loop.tuning import Tuning
from simulators.loop.watch import Watch


class MaxPressure:
    """Decides for all junctions.

    Parameters
    ----------
    sites : mapping of str to Site
        What is known of them.
    tuning : Tuning
        Settings.
    """

    def __init__(self, sites: Mapping[str, Site], tuning: Tuning) -> None:
        self._sites = sites
        self._tuning = tuning
        self._leads: dict[tuple[str, int], list[tuple[str, int]]] = {}
        for site in sites.values():
            for feed in site.feeds:
                self._leads.setdefault((feed.site, feed.source), []).append((site.key, feed.group))
        self._since_s: dict[str, float] = {}

    def decide(self, watches: Mapping[str, Watch], stages: Mapping[str, int], indicators: Indicators) -> dict[str, int]:
        """Name the stage of the highest pressure; a green lasts one period at least."""
        del indicators
        found = {}
        for key, site in self._sites.items():
            now_s = watches[key].now_s
            found[key] = stages[key]
            if now_s - self._since_s.get(key, -1e9) < self._tuning.pressure_s:
                continue
            worth = [self._pressure(watches, site, stage) for stage in range(len(site.stages))]
            best = max(range(len(worth)), key=worth.__getitem__)
            if worth[best] > worth[stages[key]]:
                found[key] = best
                self._since_s[key] = now_s
        return found

    def _pressure(self, watches: Mapping[str, Watch], site: Site, stage: int) -> float:
        watch = watches[site.key]
        total = 0.0
        for group in sorted(site.stages[stage]):
            leads = [(key, number) for key, number in self._leads.get((site.key, group), ()) if key in watches]
            ahead = [sum(watches[key].queue(one) for one in watches[key].of(number)) for key, number in leads]
            total += sum(watch.queue(one) for one in watch.of(group)) - (sum(ahead) / len(ahead) if ahead else 0.0)
        return total
