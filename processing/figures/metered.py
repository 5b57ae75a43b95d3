"""What the meters of a site gave: energy by point and day, and how much of the time they cover."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from processing.figures.figure import Figure, complete, missing, total

UNCLASSIFIED = ""
IT_POINTS = {"ups_out": 1, "pdu_out": 2, "it_input": 3}
"""Points at which IT energy is measured, the coarsest first, with the category of PUE that they make (points: own
reading of the standard's three levels)."""
WHOLE_POINT = "utility"

_NAMELESS = "of the site's meters do not say where they measure"


@dataclass(frozen=True, slots=True)
class Day:
    """One day's sum over the meters of a point."""

    day: date
    energy_kwh: float | None
    estimated_kwh: float | None
    covered_s: float
    resets: int
    backwards: int
    missing: int
    simulated: bool


@dataclass(frozen=True, slots=True)
class Site:
    """A site with its meters.

    Parameters
    ----------
    key, name : str
        The site.
    metadata : mapping
        What its description says: ``it_measurement_point``, ``whole_measurement_points``,
        ``node_measurement_point``, ``operating_since``.
    meters : mapping of str to int
        How many meters it has by measurement point.
    days : mapping of str to sequence of Day
        What they gave in the period, by measurement point.
    elapsed_s : float
        How much of the period is over [s].
    over : bool
        Whether all of it is.
    """

    key: str
    name: str
    metadata: Mapping[str, Any]
    meters: Mapping[str, int]
    days: Mapping[str, Sequence[Day]] = field(default_factory=dict)
    elapsed_s: float = 0.0
    over: bool = True

    @property
    def it_point(self) -> str:
        """Where its IT energy is measured: as its description says, else the coarsest point that has a meter."""
        said = self.metadata.get("it_measurement_point")
        return str(said) if said else next((one for one in IT_POINTS if one in self.meters), next(iter(IT_POINTS)))

    @property
    def whole_points(self) -> tuple[str, ...]:
        """Points whose sum is its whole energy."""
        return tuple(self.metadata.get("whole_measurement_points") or (WHOLE_POINT,))

    @property
    def server_point(self) -> str:
        """Where the energy of single servers is measured: at their inputs or at the outlets, never at both."""
        return str(self.metadata.get("node_measurement_point") or "it_input")

    @property
    def simulated(self) -> bool:
        """Whether anything of it comes from a simulator."""
        return any(one.simulated for days in self.days.values() for one in days)


def energy(site: Site, points: Sequence[str], least_pct: float) -> Figure:
    """Sum the energy of some measurement points of a site.

    Parameters
    ----------
    site : Site
        The site.
    points : sequence of str
        Measurement points, each of which must have a meter.
    least_pct : float
        Least share of the metering time for a value to be shown [%].
    """
    return total([_of_point(site, point, least_pct) for point in points], "kWh")


def energy_by_day(site: Site, points: Sequence[str]) -> dict[date, float]:
    """Energy of each day over some measurement points [kWh]."""
    found: dict[date, list[float]] = {}
    for point in points:
        for one in site.days.get(point, ()):
            if one.energy_kwh is not None:
                found.setdefault(one.day, []).append(one.energy_kwh)
    return {day: math.fsum(values) for day, values in sorted(found.items())}


def _of_point(site: Site, point: str, least_pct: float) -> Figure:
    count, nameless = site.meters.get(point, 0), site.meters.get(UNCLASSIFIED, 0)
    if not count:
        if nameless:
            return missing(
                "kWh", "unclassified", f"{nameless} meters do not say where they measure, none is at {point}"
            )
        return missing("kWh", "no_meter", f"no meter at {point}")
    days = site.days.get(point, ())
    covered = math.fsum(one.covered_s for one in days)
    share = 100 * covered / (count * site.elapsed_s) if site.elapsed_s else 0.0
    energies = [one.energy_kwh for one in days if one.energy_kwh is not None]
    found = Figure(
        math.fsum(energies) if energies else None,
        "kWh",
        completeness_pct=min(share, 100.0),
        sources=(f"{count} {'meter' if count == 1 else 'meters'} at {point}",),
    )
    found = complete(found, least_pct)
    if not site.over:
        found = found.but("interim", "the period is not over")
    if nameless:
        found = found.but(found.state, f"{nameless} {_NAMELESS}")
    for state, number, text in (
        ("power_missing", sum(one.missing for one in days), "a meter had no power reading {} times"),
        ("lower_bound", sum(one.resets for one in days), "a counter began anew {} times"),
        ("counter_backwards", sum(one.backwards for one in days), "a counter went back {} times"),
    ):
        if number:
            found = found.but(state, text.format(number))  # type: ignore[arg-type] # one of the states above
    estimated = math.fsum(one.estimated_kwh for one in days if one.estimated_kwh is not None)
    return found.but(found.state, f"{estimated:.1f} kWh are estimated and not part of it") if estimated else found
