"""What the law asks of a site: only where its power and its first day say that it binds, else targets are voluntary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from processing.figures.figure import Figure
from processing.figures.limit import Limit, limit, started
from processing.figures.metered import Site

DATA_CENTRE = "data_centre_power_at_least"
LIMITED = {"legal_pue": "pue_at_most", "ref": "ref_at_least", "erf": "erf_at_least"}
"""Figures that the law limits, by the name of the limit."""
DUTIES = (
    "ems_power_at_least",
    "certified_ems_power_at_least",
    "publication_power_at_least",
    "customer_statement_power_at_least",
    "eu_report_power_at_least",
)
"""Duties from a power on, by the name of the limit that says it."""

Verdict = Literal["kept", "broken", "not_computable", "not_yet"]


@dataclass(frozen=True, slots=True)
class Bond:
    """Whether the law binds a site, and why."""

    site: str
    binds: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Check:
    """A limit of the law at a site, the figure beside it, and whether it is kept."""

    site: str
    indicator: str
    limit: Limit
    figure: Figure
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Duty:
    """Something that a site must do or have from a date on; nothing here knows whether it was done."""

    site: str
    limit: Limit


def bond(site: Site, limits: Sequence[Limit], day: date) -> Bond:
    """Say whether the law binds a site on a day."""
    least, power = limit(limits, DATA_CENTRE, day), _power(site)
    if least is None:
        return Bond(site.key, binds=False, reason=f"am {day:%d.%m.%Y} gilt kein Schwellenwert")
    if power is None:
        return Bond(site.key, binds=False, reason="Anschlussleistung nicht angegeben (rated_it_kw)")
    said = f"{power:g} kW Anschlussleistung, Schwelle {least.value:g} kW"
    if power < least.value:
        return Bond(site.key, binds=False, reason=said)
    if started(site.metadata.get("operating_since")) is None:
        return Bond(site.key, binds=False, reason=f"{said}; Betriebsbeginn nicht angegeben (operating_since)")
    return Bond(site.key, binds=True, reason=said)


def checks(site: Site, figures: Mapping[str, Figure], limits: Sequence[Limit], day: date) -> list[Check]:
    """Hold a bound site's figures of twelve months against the limits of a day, and name those that come.

    Parameters
    ----------
    site : Site
        A site that the law binds.
    figures : mapping of str to Figure
        Its figures over twelve months.
    limits : sequence of Limit
        Every limit.
    day : date
        The last day of the twelve months.
    """
    began, found = started(site.metadata.get("operating_since")), []
    for indicator, name in LIMITED.items():
        figure, now = figures[indicator], limit(limits, name, day, began)
        if now is not None:
            kept: Verdict = "kept" if figure.value is not None and now.keeps(figure.value) else "broken"
            found.append(Check(site.key, indicator, now, figure, "not_computable" if figure.value is None else kept))
        coming = [
            one for one in limits if one.name == name and one.valid_from > day and one.holds(one.valid_from, began)
        ]
        found += [
            Check(site.key, indicator, one, figure, "not_yet") for one in sorted(coming, key=lambda one: one.valid_from)
        ]
    return found


def duties(site: Site, limits: Sequence[Limit], day: date) -> list[Duty]:
    """Name what a bound site must do by its power: the highest step that it reaches of each duty."""
    power, found = _power(site) or 0.0, []
    for name in DUTIES:
        own = [one for one in limits if one.name == name and one.valid_from <= day and one.value <= power]
        if own:
            found.append(Duty(site.key, max(own, key=lambda one: (one.valid_from, one.scope))))
    return found


def _power(site: Site) -> float | None:
    said = site.metadata.get("rated_it_kw")
    return float(said) if isinstance(said, int | float) and not isinstance(said, bool) else None
