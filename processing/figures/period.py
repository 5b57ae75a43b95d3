"""A period of the city's calendar: a year, a quarter or a month, from local midnight to local midnight."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

MONTHS_OF_A_YEAR = 12

_FORM = re.compile(r"(?P<year>[12]\d{3})(?:Q(?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2]))?")


@dataclass(frozen=True, slots=True)
class Period:
    """A period, of its first day up to but not including the last.

    Parameters
    ----------
    name : str
        As it was asked for: ``2026``, ``2026Q4`` or ``2026-11``.
    first, last : date
        First day of it, and first day after it.
    months : int
        Its length.
    zone : str
        Zone whose midnights are meant.
    """

    name: str
    first: date
    last: date
    months: int
    zone: str

    @property
    def since(self) -> datetime:
        """Its begin, in UTC."""
        return _midnight(self.first, self.zone)

    @property
    def until(self) -> datetime:
        """Its end, in UTC."""
        return _midnight(self.last, self.zone)

    @property
    def whole_year(self) -> bool:
        """Whether it has the twelve months that yearly figures ask for."""
        return self.months == MONTHS_OF_A_YEAR

    def elapsed_s(self, now: datetime) -> float:
        """How much of it is over [s]."""
        return max((min(self.until, now) - self.since).total_seconds(), 0.0)


def period(name: str, zone: str) -> Period:
    """Read a period.

    Parameters
    ----------
    name : str
        ``2026``, ``2026Q4`` or ``2026-11``.
    zone : str
        Zone whose midnights are meant.

    Raises
    ------
    ValueError
        It is none.
    """
    found = _FORM.fullmatch(name)
    if found is None:
        raise ValueError("write a year as 2026, a quarter as 2026Q4, a month as 2026-11")
    year = int(found["year"])
    if found["month"]:
        begin, months = int(found["month"]), 1
    elif found["quarter"]:
        begin, months = 3 * int(found["quarter"]) - 2, 3
    else:
        begin, months = 1, MONTHS_OF_A_YEAR
    years, month = divmod(begin - 1 + months, MONTHS_OF_A_YEAR)
    return Period(name, date(year, begin, 1), date(year + years, month + 1, 1), months, zone)


def twelve_months(to: Period) -> Period:
    """Twelve months that end with a quarter."""
    first = date(to.last.year - 1, to.last.month, 1)
    return Period(f"12 months to {to.name}", first, to.last, MONTHS_OF_A_YEAR, to.zone)


def last_day(of: Period) -> date:
    """The last day that belongs to it."""
    return of.last - timedelta(days=1)


def _midnight(day: date, zone: str) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
