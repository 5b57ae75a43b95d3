"""One run of the loop: a scenario, a controller, a seed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from emscher import city as cities
from emscher.city import City
from simulators.loop.controllers import CONTROLLED, Controller, controller_of
from simulators.loop.guard import Bounds, Guard
from simulators.loop.lossy import Lossy
from simulators.loop.plan import Plan, plan_of
from simulators.loop.published import Indicators, Published
from simulators.loop.site import sites_of
from simulators.loop.trips import Trips, read
from simulators.loop.tuning import Tuning
from simulators.loop.watch import Event, Watch
from simulators.sumo.child import Sumo
from simulators.sumo.description import geojson
from simulators.sumo.layout import Junction, lay_out
from simulators.sumo.name import name_of
from simulators.sumo.network import Order
from simulators.sumo.publishing import total_s
from simulators.sumo.readings import Reports

HOUR_S = 3600.0
ROUNDS = 2
"""The longest red leaves room for so many rounds of shortest greens."""

Opening = Callable[[City, datetime], Awaitable[Published]]
"""Opens the platform for a city, at what the beginning is meant to be."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What to run; ``start`` says what time the beginning is meant to be, given the length [s]."""

    scenario: Path
    controller: str
    seed: int
    start: Callable[[float], datetime]
    duration_s: float | None = None
    loss_ratio: float = 0.0
    stuck: bool = False


async def run_once(asked: Asked, tuning: Tuning, opening: Opening, folder: Path) -> Trips:
    """Run a scenario to its end, and see what became of the vehicles.

    Parameters
    ----------
    asked : Asked
        What to run.
    tuning : Tuning
        Settings of the controllers.
    opening : callable
        Opens the platform.
    folder : Path
        For what SUMO writes; absolute.
    """
    async with Sumo(asked.scenario, asked.seed) as sumo:
        junctions = lay_out(sumo.network, name_of(asked.scenario))
        length_s = total_s(sumo, asked.duration_s, HOUR_S)
        until_s, start = sumo.network.begin_s + length_s, asked.start(length_s)
        reports = Reports(junctions, sumo.network.begin_s, start)
        controlled = asked.controller in CONTROLLED
        order = Order(
            kind="start",
            folder=str(folder),
            # What nobody listens to would only take time.
            loops=reports.loops if controlled else (),
            signals=reports.signals,
            program="actuated" if asked.controller == "actuated" else "own",
        )
        await sumo.start(order)
        if controlled:
            text = geojson(name_of(asked.scenario), sumo.network, junctions)
            city = cities.parse(text, asked.scenario)
            published = await opening(city, start)
            await _Loop(sumo, junctions, reports, city, published, asked, tuning).run(until_s)
        else:
            await sumo.advance(until_s)
        ended = await sumo.end()
    return read(folder / "trips.xml", ended.teleports)


class _Loop:
    """SUMO, the platform, a controller and the guards, step by step."""

    def __init__(
        self,
        sumo: Sumo,
        junctions: tuple[Junction, ...],
        reports: Reports,
        city: City,
        published: Published,
        asked: Asked,
        tuning: Tuning,
    ) -> None:
        self._sumo = sumo
        self._reports = reports
        self._published = published
        self._tuning = tuning
        self._begin_s = sumo.network.begin_s
        sites = sites_of(city)
        # A signal with less than two stages has nothing to decide; its own program goes on.
        self._junctions = {one.key: one for one in junctions if len(one.stages) > 1 and one.key in sites}
        self._sites = {key: sites[key] for key in self._junctions}
        plans = {key: plan_of(one.signal, one.stages) for key, one in self._junctions.items()}
        self._guards = {
            key: Guard(
                plans[key],
                _bounds(plans[key], tuning),
                self._begin_s,
                [link for group in one.groups for link in group.links],
            )
            for key, one in self._junctions.items()
        }
        self._watches = {key: Watch(site) for key, site in self._sites.items()}
        self._controller: Controller = controller_of(asked.controller, self._sites, plans, tuning)
        self._lossy = Lossy(asked.loss_ratio, asked.seed, _first_loop(self._junctions) if asked.stuck else None)

    async def run(self, until_s: float) -> None:
        """Go on to the end."""
        now_s, asked_s = self._begin_s, self._begin_s
        indicators: Indicators = {}
        while now_s < until_s - 1e-6:
            next_s = min(now_s + self._tuning.interval_s, until_s)
            told = {one.signal.key: self._guards[key].shows(now_s, next_s) for key, one in self._junctions.items()}
            states = {key: shown for key, shown in told.items() if shown}
            answer = await self._sumo.advance(next_s, states)
            now_s = answer.time_s
            await self._published.put(self._lossy(self._reports.messages(answer)))
            for key, guard in self._guards.items():
                self._watches[key].command(guard.stage, guard.since_s - self._begin_s)
            self._watch(await self._published.events(), now_s)
            if now_s - asked_s >= self._tuning.indicators_s:
                asked_s = now_s
                indicators = await self._published.indicators()
            stages = {key: guard.stage for key, guard in self._guards.items()}
            for key, stage in self._controller.decide(self._watches, stages, indicators).items():
                self._guards[key].request(stage, now_s)

    def _watch(self, events: Mapping[str, Sequence[Event]], now_s: float) -> None:
        for site in self._sites.values():
            found = events.get(site.controller, ())
            self._watches[site.key].take(found, now_s - self._begin_s)


def _bounds(plan: Plan, tuning: Tuning) -> Bounds:
    """Bounds of a signal; of many stages a longer red than usual, or nothing but the shortest greens would be left."""
    longest_s = max(tuning.red_max_s, ROUNDS * plan.round_s(tuning.green_min_s))
    return Bounds(tuning.green_min_s, longest_s, tuning.interval_s)


def _first_loop(junctions: Mapping[str, Junction]) -> tuple[str, int]:
    """The stop-line loop of the first junction's first group, to hang."""
    one = next(iter(junctions.values()))
    return one.controller, next(found.channel for found in one.detectors if found.function == "presence")
