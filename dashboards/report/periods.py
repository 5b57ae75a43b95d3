"""Periods that a report looks at: the quarter, its months, the twelve months to its end, the same quarter before."""

from __future__ import annotations

from emscher.errors import ReportError
from processing.figures.period import Period, period

MONTHS_OF_A_QUARTER = 3


def quarter(name: str, zone: str) -> Period:
    """Read a quarter.

    Raises
    ------
    ReportError
        It is none.
    """
    try:
        found = period(name, zone)
    except ValueError as exc:
        raise ReportError(f"--quarter: {name!r} is no quarter.", "Write it as 2026Q4.") from exc
    if found.months != MONTHS_OF_A_QUARTER:
        raise ReportError(f"--quarter: {name!r} is no quarter.", "Write it as 2026Q4.")
    return found


def months(of: Period) -> list[Period]:
    """Its months."""
    return [period(f"{of.first.year}-{of.first.month + one:02d}", of.zone) for one in range(of.months)]


def year_before(of: Period) -> Period:
    """The same quarter a year earlier."""
    return period(f"{of.first.year - 1}{of.name[4:]}", of.zone)
