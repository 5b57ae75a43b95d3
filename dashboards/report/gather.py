"""What the store knows of a period: figures by site and name, sums over the city among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dashboards.report.document import Application, Month, Wlan
from dashboards.report.periods import months
from emscher.store.query import queries
from processing.figures import store
from processing.figures.applications import NOT_ATTRIBUTED, per_application
from processing.figures.figure import Figure, missing, total
from processing.figures.intensity import energy_per_gb
from processing.figures.metered import Site, energy
from processing.figures.period import Period
from processing.figures.quantity import CITY
from processing.figures.servers import idle, idle_limits, utilisation
from processing.figures.site import Facts, figures
from processing.figures.titles import SERVER_TITLES, TITLES

SQL = queries("dashboards.report")

QUARTER_HOUR_S = 900
DAY_S = 86_400
POE = "poe"
SUMMED = ("edc_kwh", "eit_kwh", "co2_location_kg", "co2_market_kg")
TOP = 10


@dataclass(frozen=True, slots=True)
class Seen:
    """Sites and their figures over a period."""

    period: Period
    sites: Sequence[Site]
    figures: Mapping[str, Mapping[str, Figure]]


async def seen(fetch: store.Fetch, period: Period, now: datetime, facts: Facts) -> Seen:
    """Compute every figure of a period that the report may show.

    Parameters
    ----------
    fetch : callable
        Reads rows.
    period : Period
        The period.
    now : datetime
        What is over by then counts.
    facts : Facts
        Limits, factors, contracts and entered quantities.
    """
    every = await store.sites(fetch, period, now)
    sites = [one for one in every if not set(one.meters) <= {POE}]
    found: dict[str, dict[str, Figure]] = {}
    for site in sites:
        found[site.key] = figures(site, period, facts) | await _servers(fetch, site, period, now, facts)
    fed = [energy(site, (POE,), facts.least_pct(period)) for site in every if POE in site.meters]
    used = total(fed or [missing("kWh", "no_meter", f"no meter at {POE}")], "kWh")
    zones = await wlan(fetch, period)
    own = [found[site.key] for site in sites]
    found[CITY] = {name: total([one[name] for one in own], TITLES[name].unit) for name in SUMMED if own}
    found[CITY] |= {"wlan_kwh": used, "wlan_kwh_per_gb": _per_gb(used, zones)}
    found[CITY] |= (await store.public_wlan(fetch, period, now, facts))[CITY][0]
    return Seen(period, sites, found)


async def wlan(fetch: store.Fetch, period: Period) -> Wlan:
    """Read what is published of the WLAN."""
    (row,) = await fetch(SQL["wlan"].statement, {"since": period.since, "until": period.until})
    return Wlan(*row)


async def by_month(fetch: store.Fetch, quarter: Period, now: datetime, facts: Facts) -> list[Month]:
    """Read energy by site and month, as far as a month has begun."""
    found = []
    for one in months(quarter):
        if one.since < now:
            sites, least_pct = await store.sites(fetch, one, now), facts.least_pct(one)
            found += [
                Month(
                    site.key,
                    one.name,
                    energy(site, site.whole_points, least_pct),
                    energy(site, (site.it_point,), least_pct),
                )
                for site in sites
            ]
    return sorted(found, key=lambda one: (one.site, one.month))


async def applications(fetch: store.Fetch, at: Seen, facts: Facts) -> list[Application]:
    """Read the ten applications that used most at each site, and what is not attributed to any; the report is public.

    Only what the register gives a name for the public is named; the others are numbered by their rank.
    """
    found = []
    for site in at.sites:
        if shares := await store.applications(fetch, site.key, at.period):
            open_names = {one.application: one.public_name for one in shares}
            servers = energy(site, (site.server_point,), facts.least_pct(at.period))
            rows = list(per_application(shares, servers).items())
            ranked = [one for one in rows if one[0] != NOT_ATTRIBUTED][:TOP]
            found += [
                Application(site.key, open_names[name] or f"Anwendung {rank}", used)
                for rank, (name, used) in enumerate(ranked, 1)
            ]
            found += [Application(site.key, *one) for one in rows if one[0] == NOT_ATTRIBUTED]
    return found


async def _servers(fetch: store.Fetch, site: Site, period: Period, now: datetime, facts: Facts) -> dict[str, Figure]:
    servers = await store.servers(fetch, site.key, period)
    if not servers:
        return {}
    least_pct, elapsed_s = facts.least_pct(period), period.elapsed_s(now)
    # A quarter in which summer time begins has its days, though not all their hours.
    days = float((period.last - period.first).days) if site.over else elapsed_s / DAY_S
    usage = utilisation(servers, elapsed_s / QUARTER_HOUR_S, least_pct)
    values = (usage, *idle(servers, idle_limits(facts.limits, period.first), days, least_pct))
    return dict(zip(SERVER_TITLES, values, strict=True))


def _per_gb(used: Figure, zones: Wlan) -> Figure:
    """Energy per volume; where hours are suppressed there is none, because it would tell what they carried."""
    if zones.suppressed_hours:
        return missing("kWh/GB", "incomplete", f"the volume of {zones.suppressed_hours} hours is not published")
    return energy_per_gb(used, zones.volume_bytes)
