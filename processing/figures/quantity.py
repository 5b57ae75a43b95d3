"""Quantities that no meter here delivers: water, heat that was reused, renewable energy, as somebody entered them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from processing.figures.carbon import Contract, contract_of, said_of
from processing.figures.figure import Figure, combined, complete, missing
from processing.figures.period import Period

CITY = "city"
"""Stands for the site where something is the whole city's."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity of a site over some days, the last not included."""

    site: str
    name: str
    first: date
    last: date
    value: float
    unit: str
    source: str


def entered(
    quantities: Sequence[Quantity], site: str, name: str, unit: str, period: Period, least_pct: float
) -> Figure:
    """Sum what was entered for a period; a row that reaches over its borders belongs to no period."""
    own = [one for one in quantities if one.site == site and one.name == name]
    within = [one for one in own if period.first <= one.first and one.last <= period.last]
    if not within:
        over = " within it" if any(one.first < period.last and one.last > period.first for one in own) else ""
        return missing(unit, "no_data", f"no {name} was entered for {period.name}{over}")
    days = sum((one.last - one.first).days for one in within)
    share = min(100 * days / (period.last - period.first).days, 100.0)
    sources = tuple(dict.fromkeys(f"{name}: {one.source}" for one in within))
    return complete(Figure(math.fsum(one.value for one in within), unit, "ok", "", share, sources), least_pct)


def renewable(
    by_day_kwh: Mapping[date, float], used: Figure, site: str, contracts: Sequence[Contract], added: Figure
) -> Figure:
    """Renewable energy in the balance sheet: the share that contracts prove, and what was entered [kWh].

    Parameters
    ----------
    by_day_kwh : mapping of date to float
        Energy used by day [kWh].
    used : Figure
        The same energy, whose state the figure inherits.
    site : str
        The site.
    contracts : sequence of Contract
        Every contract; one without proof counts for nothing.
    added : Figure
        Renewable energy that was entered besides.
    """
    held = [(contract_of(contracts, site, day), energy_kwh) for day, energy_kwh in by_day_kwh.items()]
    proved = [(one, energy_kwh) for one, energy_kwh in held if one is not None and one.proof]
    if not proved and added.value is None:
        return combined(None, "kWh", (used, missing("kWh", "no_proof", "no contract with proof, nothing entered")))
    from_contracts = math.fsum(one.renewable_ratio * energy_kwh for one, energy_kwh in proved)
    sources = tuple(dict.fromkeys(said_of(one) for one, _ in proved))
    value = None if used.value is None else from_contracts + (added.value or 0.0)
    parts = [used, Figure(from_contracts, "kWh", sources=sources)] + ([added] if added.value is not None else [])
    return combined(value, "kWh", parts)
