"""Making a report: everything read from the store in one snapshot, and put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg import IsolationLevel, sql

from dashboards.report import legal
from dashboards.report.document import Judged, Report, Row
from dashboards.report.frozen import frozen, restatements
from dashboards.report.gather import SQL, Seen, applications, by_month, seen, wlan
from dashboards.report.light import light_of
from dashboards.report.periods import year_before
from dashboards.report.rows import rows
from dashboards.report.target import Measure
from emscher import __version__
from emscher.store.pool import Connection
from processing.figures import store
from processing.figures.carbon import Factor
from processing.figures.period import Period, last_day, twelve_months
from processing.figures.site import COMPLETENESS
from processing.figures.target import Target

RELEVANT = (COMPLETENESS, "idle_server", legal.DATA_CENTRE, *legal.LIMITED.values(), *legal.DUTIES)
METERED = ("edc_kwh", "eit_kwh")


async def made(connection: Connection, quarter: Period, now: datetime, number: str = "", office: str = "") -> Report:
    """Make the report of a quarter as the store knows it now.

    Parameters
    ----------
    connection : Connection
        In the reader's role, outside of a transaction.
    quarter : Period
        The quarter.
    now : datetime
        The time of the report.
    number, office : str
        Number of the council's paper, and who reports.
    """
    await connection.set_isolation_level(IsolationLevel.REPEATABLE_READ)

    async def fetch(statement: sql.SQL, values: Mapping[str, Any]) -> list[Any]:
        return await (await connection.execute(statement, values)).fetchall()

    async with connection.transaction():
        facts = await store.facts(fetch)
        this, year, before = [
            await seen(fetch, one, now, facts) for one in (quarter, twelve_months(quarter), year_before(quarter))
        ]
        targets = [Target(*one) for one in await fetch(SQL["targets"].statement, {})]
        measures = [Measure(*one) for one in await fetch(SQL["measures"].statement, {})]
        ((example,),) = await fetch(SQL["plan_is_simulated"].statement, {})
        zones = await wlan(fetch, quarter)
        months = await by_month(fetch, quarter, now, facts)
        shares = await applications(fetch, this, facts)
        reports = await frozen(fetch, quarter.name)
        restated = await restatements(fetch, reports, quarter.zone, now, facts)
    day = last_day(quarter)
    bonds = [legal.bond(site, facts.limits, day) for site in this.sites]
    bound = [site for site, one in zip(this.sites, bonds, strict=True) if one.binds]
    checks = [one for site in bound for one in legal.checks(site, year.figures[site.key], facts.limits, day)]
    found = rows(this, year, before, targets, checks, now)
    factors = _used(found, facts.factors)
    return Report(
        quarter=quarter.name,
        first=quarter.first,
        last=day,
        number=number,
        office=office,
        made_at=now,
        frozen_at=None,
        software_version=__version__,
        factor_vintage=max((one.vintage for one in factors), default=None),
        completeness_pct=_least(this),
        least_pct=facts.least_pct(quarter),
        simulated=bool(example or zones.simulated or any(site.simulated for site in (*this.sites, *year.sites))),
        sites={site.key: site.name for site in this.sites},
        rows=found,
        months=months,
        applications=shares,
        wlan=zones,
        measures=[Judged(one, light_of(one, day)) for one in measures],
        bonds=bonds,
        checks=checks,
        duties=[one for site in bound for one in legal.duties(site, facts.limits, day)],
        restatements=restated,
        limits=[one for one in facts.limits if one.name.startswith(RELEVANT) and not one.scope.startswith("label")],
        factors=factors,
        contracts=facts.contracts,
    )


def _used(found: Sequence[Row], factors: Sequence[Factor]) -> list[Factor]:
    """Factors that a figure names among its sources."""
    named = {said for one in found for figure in (one.quarter, one.twelve_months) for said in figure.sources}
    return [one for one in factors if str(one) in named]


def _least(this: Seen) -> float | None:
    shares = [this.figures[site.key][name].completeness_pct for site in this.sites for name in METERED]
    return min((one for one in shares if one is not None), default=None)
