"""What figures are computed from, read from the store in the rights of whoever asks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from psycopg import sql

from emscher.store.query import queries
from processing.figures.applications import Share
from processing.figures.carbon import Contract, Factor
from processing.figures.limit import Limit
from processing.figures.metered import Day, Site
from processing.figures.period import Period
from processing.figures.quantity import Quantity
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
