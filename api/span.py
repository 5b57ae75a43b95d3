"""The span of time that is asked for: ``from`` up to but not including ``to``."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Query
from starlette.requests import Request

from api.problem import bad_parameter
from processing.families import families

DEFAULT = timedelta(hours=1)
DEFAULT_OF_BUCKET = {
    "15min": timedelta(days=1),
    "1h": timedelta(days=1),
    "hour": timedelta(days=1),
    "1d": timedelta(days=31),
    "day": timedelta(days=31),
    "all": timedelta(days=400),
}
LONG_WINDOW_S = 900
"""Windows this long or longer are asked for by the day [s]."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
# A plus sign that was not written %2B arrives as a blank.
_LOST_PLUS = re.compile(r" (?=\d{2}:?\d{2}$)")

From = Annotated[
    str | None,
    Query(
        alias="from",
        description="Begin of the span: RFC 3339 with zone, or a date (midnight in the city); "
        "by default an hour before `to`, a day for windows of 15 min and more, a month for days, 400 days for `all`.",
        examples=["2026-05-04T06:00:00Z"],
    ),
]
To = Annotated[
    str | None,
    Query(
        description="End of the span, not part of it: RFC 3339 with zone, or a date (its midnight). Default: now.",
        examples=["2026-05-04T07:00:00Z"],
    ),
]


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open span of time, in UTC."""

    since: datetime
    until: datetime


def read(begin: str | None, end: str | None, now: datetime, zone: str, default: timedelta = DEFAULT) -> Span:
    """Read a span.

    Parameters
    ----------
    begin, end : str or None
        What was asked for.
    now : datetime
        End where none is given.
    zone : str
        Zone whose midnights dates mean.
    default : timedelta
        Length where no begin is given.

    Raises
    ------
    ProblemError
        A time does not fit, or the span has no length.
    """
    until = now.astimezone(UTC) if end is None else moment("to", end, zone)
    since = _before(until, default) if begin is None else moment("from", begin, zone)
    if since >= until:
        raise bad_parameter("from", f"{text(since)} does not lie before `to` ({text(until)})")
    return Span(since, until)


def moment(name: str, given: str, zone: str) -> datetime:
    """Read a time.

    Parameters
    ----------
    name : str
        The parameter's name.
    given : str
        What it says.
    zone : str
        Zone whose midnight a date means.

    Raises
    ------
    ProblemError
        It is no time, or has no zone.
    """
    try:
        if _DATE.fullmatch(given):
            return datetime.fromisoformat(given).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        read_time = datetime.fromisoformat(_LOST_PLUS.sub("+", given))
        if read_time.tzinfo is None:
            raise bad_parameter(name, "has no zone; write it in UTC with a Z, as 2026-05-04T06:00:00Z")
        return read_time.astimezone(UTC)
    except (ValueError, OverflowError) as exc:
        raise bad_parameter(
            name, "is no time; write 2026-05-04T06:00:00Z, or 2026-05-04 for midnight in the city"
        ) from exc


def text(time: datetime) -> str:
    """Write a time as RFC 3339 in UTC."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _before(until: datetime, length: timedelta) -> datetime:
    try:
        return until - length
    except OverflowError as exc:
        raise bad_parameter("to", "lies at the beginning of the calendar") from exc


def _asked(request: Request, begin: From = None, to: To = None) -> Span:
    clock: Callable[[], datetime] = request.app.state.clock
    return read(begin, to, clock(), request.app.state.settings.time_zone, _default(request))


def _default(request: Request) -> timedelta:
    """Give the length of a span that suits the width of what is asked for."""
    bucket = request.query_params.get("bucket", "")
    family = families().get(request.path_params.get("family", ""))
    if bucket not in DEFAULT_OF_BUCKET and family is not None and family.resolution_s >= LONG_WINDOW_S:
        return DEFAULT_OF_BUCKET["1h"]
    return DEFAULT_OF_BUCKET.get(bucket, DEFAULT)


AskedSpan = Annotated[Span, Depends(_asked)]
