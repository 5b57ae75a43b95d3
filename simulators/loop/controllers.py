"""The controllers by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from simulators.loop.adaptive import Adaptive
from simulators.loop.max_pressure import MaxPressure
from simulators.loop.plan import Plan
from simulators.loop.published import Indicators
from simulators.loop.site import Site
from simulators.loop.tuning import Tuning
from simulators.loop.watch import Watch
from simulators.loop.webster import Webster

OWN = ("fixed", "actuated")
"""The scenario's own program, and SUMO's actuated control on the same phases."""
CONTROLLED = ("maxpressure", "webster", "emscher")


class Controller(Protocol):
    """Names the stage that each junction should show."""

    def decide(self, watches: Mapping[str, Watch], stages: Mapping[str, int], indicators: Indicators) -> dict[str, int]:
        """Decide at a moment."""


def controller_of(name: str, sites: Mapping[str, Site], plans: Mapping[str, Plan], tuning: Tuning) -> Controller:
    """Make a controller."""
    if name == "maxpressure":
        return MaxPressure(sites, tuning)
    if name == "webster":
        return Webster(sites, plans, tuning)
    return Adaptive(sites, plans, tuning)
