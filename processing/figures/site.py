"""The figures of one site over one period, by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from processing.figures import carbon, effectiveness, quantity
from processing.figures.carbon import Contract, Factor
from processing.figures.figure import Figure
from processing.figures.limit import Limit, limit, started
from processing.figures.metered import Site, energy, energy_by_day
from processing.figures.period import Period
from processing.figures.quantity import Quantity

COMPLETENESS = "figure_completeness_at_least"
HEAT_UPGRADE = "heat_upgrade"


@dataclass(frozen=True, slots=True)
class Facts:
    """What figures are computed with besides the meters: dated rows, each with its source."""

    limits: Sequence[Limit]
    factors: Sequence[Factor]
    contracts: Sequence[Contract]
    quantities: Sequence[Quantity]

    def least_pct(self, period: Period) -> float:
        """Least share of the metering time for a figure to be shown [%].

        Raises
        ------
        LookupError
            There is no such row for the period.
        """
        found = limit(self.limits, COMPLETENESS, period.first)
        if found is None:
            raise LookupError(f"there is no threshold {COMPLETENESS} for {period.first}")
        return found.value


def figures(site: Site, period: Period, facts: Facts, vintage: int | None = None) -> dict[str, Figure]:
    """Compute the figures of a site, in the order of their titles.

    Parameters
    ----------
    site : Site
        The site with what its meters gave.
    period : Period
        The period.
    facts : Facts
        Limits, factors, contracts and entered quantities.
    vintage : int, optional
        Take no emission factor that was published later.
    """
    least_pct = facts.least_pct(period)
    whole, it = energy(site, site.whole_points, least_pct), energy(site, (site.it_point,), least_pct)
    upgrade = energy(site, (HEAT_UPGRADE,), least_pct) if HEAT_UPGRADE in site.meters else None
    by_day = energy_by_day(site, site.whole_points)
    emitted = carbon.location_based(whole, by_day, facts.factors, vintage)

    def entered(name: str, unit: str) -> Figure:
        return quantity.entered(facts.quantities, site.key, name, unit, period, least_pct)

    renewable = quantity.renewable(by_day, whole, site.key, facts.contracts, entered("renewable_kwh", "kWh"))
    began = started(site.metadata.get("operating_since"))
    return {
        "edc_kwh": whole,
        "eit_kwh": it,
        "pue": effectiveness.pue(whole, it, site.it_point, period),
        "legal_pue": effectiveness.legal_pue(whole, it, upgrade, began, site.it_point, period),
        "ref": effectiveness.ref(renewable, whole, period),
        "erf": effectiveness.erf(entered("reused_heat_kwh", "kWh"), whole, period),
        "wue_l_per_kwh": effectiveness.wue(entered("water_m3", "m3"), it, period),
        "cue_kg_per_kwh": effectiveness.cue(emitted, it, period),
        "co2_location_kg": emitted,
        "co2_market_kg": carbon.market_based(whole, by_day, site.key, facts.contracts, facts.factors, vintage),
    }
