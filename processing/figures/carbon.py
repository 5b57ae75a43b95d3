"""CO2 of electricity: by where it is used and by what was bought, with the factor's year, vintage and gas.

References
----------
.. [1] GHG Protocol, Scope 2 Guidance: both figures side by side. Secondary.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from processing.figures.figure import Figure, combined, missing

GRID = "electricity mix Germany"
RESIDUAL = "residual mix Germany"


@dataclass(frozen=True, slots=True)
class Factor:
    """An emission factor of one year as published in one year [g/kWh]."""

    energy_source: str
    year: int
    vintage: int
    g_per_kwh: float
    gas: str
    upstream_included: bool
    status: str
    source: str

    def __str__(self) -> str:
        """Say which factor it is."""
        return (
            f"{self.g_per_kwh:g} g {self.gas}/kWh, {self.energy_source} {self.year}, vintage {self.vintage},"
            f" {self.status}, {self.source}"
        )


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract of supply and the days it holds, both included; without a last day it still does."""

    site: str | None
    supplier: str
    product: str
    valid_from: date
    valid_to: date | None
    g_per_kwh: float
    gas: str
    renewable_ratio: float
    proof: str

    def holds(self, site: str, day: date) -> bool:
        """Say whether it supplies a site on a day."""
        return self.site in (None, site) and self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def factor_of(factors: Sequence[Factor], energy_source: str, year: int, vintage: int | None) -> Factor | None:
    """Choose the newest factor of a year, or the newest that was published by the year of a vintage."""
    fits = [
        one
        for one in factors
        if one.energy_source == energy_source
        and one.year == year
        and not one.upstream_included
        and (vintage is None or one.vintage <= vintage)
    ]
    return max(fits, key=lambda one: (one.vintage, one.gas), default=None)


def location_based(
    used: Figure, by_day_kwh: Mapping[date, float], factors: Sequence[Factor], vintage: int | None = None
) -> Figure:
    """CO2 of the energy of each year by that year's factor of the grid [kg].

    Parameters
    ----------
    used : Figure
        The energy, whose state the figure inherits.
    by_day_kwh : mapping of date to float
        The same energy by day [kWh].
    factors : sequence of Factor
        Every factor there is.
    vintage : int, optional
        Take no factor that was published later: a report that is made again gives what it gave.
    """
    years: dict[int, list[float]] = {}
    for day, energy_kwh in by_day_kwh.items():
        years.setdefault(day.year, []).append(energy_kwh)
    parts, chosen = [], []
    for year, energies in sorted(years.items()):
        factor = factor_of(factors, GRID, year, vintage)
        if factor is None:
            upto = f" published by {vintage}" if vintage is not None else ""
            return combined(None, "kg", (used, missing("kg", "no_factor", f"no factor of {GRID} for {year}{upto}")))
        parts.append(math.fsum(energies) * factor.g_per_kwh / 1000)
        chosen.append(str(factor))
    return _emitted(used, parts, chosen)


def market_based(
    used: Figure,
    by_day_kwh: Mapping[date, float],
    site: str,
    contracts: Sequence[Contract],
    factors: Sequence[Factor],
    vintage: int | None = None,
) -> Figure:
    """CO2 by the contract that held on each day; where none did, by the residual mix [kg]."""
    parts, chosen = [], {}
    for day, energy_kwh in sorted(by_day_kwh.items()):
        contract = contract_of(contracts, site, day)
        factor = None if contract else factor_of(factors, RESIDUAL, day.year, vintage)
        if contract is not None:
            parts.append(energy_kwh * contract.g_per_kwh / 1000)
            chosen[said_of(contract)] = True
        elif factor is not None:
            parts.append(energy_kwh * factor.g_per_kwh / 1000)
            chosen[str(factor)] = True
        else:
            why = f"no contract on {day}, and no factor of {RESIDUAL} for {day.year}"
            return combined(None, "kg", (used, missing("kg", "no_factor", why)))
    return _emitted(used, parts, list(chosen))


def contract_of(contracts: Sequence[Contract], site: str, day: date) -> Contract | None:
    """Choose the contract that holds: the site's own before the city's, the younger before the older."""
    fits = [one for one in contracts if one.holds(site, day)]
    return max(fits, key=lambda one: (one.site is not None, one.valid_from), default=None)


def said_of(contract: Contract) -> str:
    """Say which contract it is."""
    proof = f"proof: {contract.proof}" if contract.proof else "without proof"
    return f"{contract.g_per_kwh:g} g {contract.gas}/kWh, {contract.supplier}, {contract.product}, {proof}"


def _emitted(used: Figure, parts: Sequence[float], chosen: Sequence[str]) -> Figure:
    value = math.fsum(parts) if parts and used.value is not None else None
    return combined(value, "kg", (used, Figure(value, "kg", sources=tuple(chosen))))
