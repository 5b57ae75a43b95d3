"""What figures are computed from, read from the store in the rights of whoever asks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from psycopg import sql

from emscher.store.query import queries
from processing.figures import shift, wlan
from processing.figures.applications import Share
from processing.figures.carbon import Contract, Factor
from processing.figures.figure import Figure
from processing.figures.limit import Limit
from processing.figures.metered import Day, Site
from processing.figures.period import Period
from processing.figures.quantity import CITY, Quantity
from processing.figures.servers import Server
from processing.figures.site import Facts

_SQL = queries("processing", "figures.sql")

Fetch = Callable[[sql.SQL, Mapping[str, Any]], Awaitable[list[Any]]]
"""Reads all rows of a statement."""


async def sites(fetch: Fetch, period: Period, now: datetime) -> list[Site]:
    """Read the sites that have meters, with what these gave in a period, as far as it is over."""
    span = {"since": period.since, "until": period.until, "zone": period.zone}
    described: dict[str, tuple[str, Mapping[str, Any]]] = {}
    meters: dict[str, dict[str, int]] = {}
    for key, name, metadata, point, count in await fetch(_SQL["meters"].statement, span):
        described[key] = name, metadata
        meters.setdefault(key, {})[point] = count
    days: dict[str, dict[str, list[Day]]] = {}
    for key, point, *day in await fetch(_SQL["energy_days"].statement, span):
        days.setdefault(key, {}).setdefault(point, []).append(Day(*day))
    elapsed_s = period.elapsed_s(now)
    return [
        Site(key, *described[key], meters[key], days.get(key, {}), elapsed_s, period.until <= now) for key in described
    ]


async def facts(fetch: Fetch) -> Facts:
    """Read limits, factors, contracts and entered quantities."""
    return Facts(
        [Limit(*row) for row in await fetch(_SQL["limits"].statement, {})],
        [Factor(*row) for row in await fetch(_SQL["factors"].statement, {})],
        [Contract(*row) for row in await fetch(_SQL["contracts"].statement, {})],
        [Quantity(*row) for row in await fetch(_SQL["quantities"].statement, {})],
    )


async def servers(fetch: Fetch, site: str, period: Period) -> list[Server]:
    """Read how the servers of a site were used; internal."""
    span = {"site": site, "since": period.since, "until": period.until}
    return [Server(*row) for row in await fetch(_SQL["servers"].statement, span)]


async def applications(fetch: Fetch, site: str, period: Period) -> list[Share]:
    """Read what the applications of a site used; internal."""
    span = {"site": site, "since": period.since, "until": period.until, "zone": period.zone}
    return [Share(*row) for row in await fetch(_SQL["applications"].statement, span)]


async def wlan_volume_bytes(fetch: Fetch, period: Period) -> tuple[float | None, bool]:
    """Read what all access points carried, None where none reported, and whether it was simulated; internal."""
    span = {"since": period.since, "until": period.until}
    ((volume_bytes, simulated),) = await fetch(_SQL["wlan_volume"].statement, span)
    return volume_bytes, bool(simulated)


PUBLISHED_AFTER = timedelta(hours=2)
"""How long after its begin an hour of WLAN is published, when all access points have reported."""


async def public_wlan(
    fetch: Fetch, period: Period, now: datetime, facts: Facts
) -> dict[str, tuple[dict[str, Figure], bool]]:
    """Compute the figures of public WLAN from published hours, by zone and last for the city, and who is simulated."""
    span = {"since": period.since, "until": period.until}
    zones = [
        wlan.Zone(key, count, points, said or ())
        for key, count, points, said in await fetch(_SQL["wlan_zones"].statement, span)
    ]
    hours = {key: wlan.Hours(*sums) for key, *sums in await fetch(_SQL["wlan_hours"].statement, span)}
    ((moments, most),) = await fetch(_SQL["wlan_moments"].statement, span)
    ripe = now - PUBLISHED_AFTER
    elapsed_s, least_pct, over = period.elapsed_s(ripe), facts.least_pct(period), period.until <= ripe
    found = {
        one.key: (
            wlan.figures(one, hours.get(one.key), period, elapsed_s, least_pct, over=over),
            one.key in hours and hours[one.key].simulated,
        )
        for one in zones
    }
    served = [one for one in zones if one.access_points]
    whole = wlan.Zone(CITY, sum(one.zones for one in served), sum(one.access_points for one in served), ())
    summed = replace(wlan.city_wide(hours), moments=moments, clients_max=most)
    of_city = wlan.figures(whole, summed, period, elapsed_s * len(served), least_pct, over=over)
    of_city["wlan_offload_ratio"] = wlan.offload(of_city["wlan_volume_gb"], facts.quantities, period, least_pct)
    of_city["wlan_district_coverage_ratio"] = wlan.district_coverage(zones, facts.quantities, period)
    return {**found, CITY: (of_city, summed.simulated)}


async def intensities(fetch: Fetch, grid: str, period: Period) -> list[shift.Step]:
    """Read the grid's intensity over a period."""
    span = {"grid": grid, "since": period.since, "until": period.until}
    return [shift.Step(*row) for row in await fetch(_SQL["intensities"].statement, span)]
