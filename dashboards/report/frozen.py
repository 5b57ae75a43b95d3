"""Frozen reports: kept byte for byte, never made again, and compared with what would come out today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from dashboards.report.document import Report, Restatement, encode, fingerprint
from dashboards.report.gather import SQL, seen
from dashboards.report.periods import quarter
from dashboards.report.target import KNOWN
from emscher.errors import ReportError
from emscher.store.pool import Connection
from processing.figures.figure import Figure
from processing.figures.period import Period
from processing.figures.site import Facts
from processing.figures.store import Fetch


class Kept(msgspec.Struct):
    """Of a frozen row what is compared; more may stand there, as older versions wrote it."""

    site: str
    indicator: str
    quarter: Figure


class _Document(msgspec.Struct):
    rows: list[Kept]


@dataclass(frozen=True, slots=True)
class Frozen:
    """A frozen report."""

    quarter: str
    frozen_at: datetime
    sha256: str
    document: str

    @property
    def rows(self) -> Sequence[Kept]:
        """Its rows."""
        return msgspec.json.decode(self.document, type=_Document).rows


async def frozen(fetch: Fetch, upto: str) -> list[Frozen]:
    """Read the reports that were frozen, up to a quarter, the newest first."""
    return [Frozen(*row) for row in await fetch(SQL["frozen"].statement, {"quarter": upto})]


async def restatements(
    fetch: Fetch, reports: Sequence[Frozen], zone: str, now: datetime, facts: Facts
) -> list[Restatement]:
    """Compute the quarters of frozen reports again, and give what differs.

    Parameters
    ----------
    fetch : callable
        Reads rows.
    reports : sequence of Frozen
        Frozen reports.
    zone : str
        The city's zone.
    now : datetime
        Time of the new report.
    facts : Facts
        Factors and limits as they are known now.
    """
    found = []
    for report in reports:
        today = await seen(fetch, quarter(report.quarter, zone), now, facts)
        for kept in report.rows:
            figure = today.figures.get(kept.site, {}).get(kept.indicator)
            if figure is not None and differs(kept.quarter, figure):
                name = KNOWN[kept.indicator].name_de
                at = (report.quarter, kept.site, kept.indicator, name, report.frozen_at)
                found.append(Restatement(*at, kept.quarter, figure))
    return found


def differs(one: Figure, other: Figure) -> bool:
    """Say whether two figures are to be told apart: by their value to nine digits, or by having none."""
    if one.value is None or other.value is None:
        return one.value is not other.value
    return abs(one.value - other.value) > 1e-9 * max(abs(one.value), abs(other.value))


async def freeze(connection: Connection, report: Report, period: Period, now: datetime) -> tuple[Report, bytes]:
    """Keep a report for good.

    Parameters
    ----------
    connection : Connection
        In the writer's role.
    report : Report
        The draft.
    period : Period
        Its quarter.
    now : datetime
        When it is frozen.

    Raises
    ------
    ReportError
        The quarter is not over, or is frozen already.
    """
    if now < period.until:
        raise ReportError(f"{report.quarter} is not over.", "Freeze it when it is.")
    report = replace(report, frozen_at=now)
    content = encode(report)
    row = {
        "quarter": report.quarter,
        "frozen_at": now,
        "software_version": report.software_version,
        "factor_vintage": report.factor_vintage,
        "completeness_pct": report.completeness_pct,
        "document": content.decode(),
        "sha256": fingerprint(content),
    }
    cursor = await connection.execute(SQL["freeze"].statement, row)
    if not cursor.rowcount:
        raise ReportError(
            f"{report.quarter} is frozen already.",
            "Without --freeze, what differs today stands beside what was frozen.",
        )
    return report, content
