"""Spans: what times may be asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from api.problem import ProblemError
from api.span import Span, read, text

NOW = datetime(2026, 5, 4, 7, 0, tzinfo=UTC)
ZONE = "Europe/Berlin"


def test_default_is_the_last_hour() -> None:
    """Without `from` and `to` the span is the hour up to now."""
    assert read(None, None, NOW, ZONE) == Span(NOW - timedelta(hours=1), NOW)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("2026-05-04T06:00:00Z", "2026-05-04T06:00:00Z"),
        ("2026-05-04T06:00:00+02:00", "2026-05-04T04:00:00Z"),
        ("2026-05-04T06:00:00 02:00", "2026-05-04T04:00:00Z"),
        ("2026-05-04T06:00:00.25Z", "2026-05-04T06:00:00.250000Z"),
        ("2026-05-04", "2026-05-03T22:00:00Z"),
        ("2026-01-04", "2026-01-03T23:00:00Z"),
    ],
)
def test_times_are_understood(given: str, meant: str) -> None:
    """RFC 3339 with a zone, also with its plus sign lost on the way, or a date as the city's midnight."""
    assert text(read(given, None, NOW, ZONE).since) == meant


@pytest.mark.parametrize(
    "given",
    ["", "x", "2026-13-01", "2026-05-04T06:00:00", "1746338400", "0001-01-01T00:00:00+14:00", "9" * 5_000, "\0"],
)
def test_what_is_no_time_is_refused(given: str) -> None:
    """A time without a zone, an impossible one and one outside the calendar are refused by name."""
    with pytest.raises(ProblemError) as caught:
        read(given, None, NOW, ZONE)
    assert set(caught.value.errors) == {"from"}


@pytest.mark.parametrize("begin", ["2026-05-04T07:00:00Z", "2026-05-04T08:00:00Z"])
def test_span_without_length_is_refused(begin: str) -> None:
    """`from` must lie before `to`."""
    with pytest.raises(ProblemError, match="before `to`"):
        read(begin, "2026-05-04T07:00:00Z", NOW, ZONE)


def test_begin_of_the_calendar_is_refused() -> None:
    """An end that has no hour before it is refused, not a fault."""
    with pytest.raises(ProblemError):
        read(None, "0001-01-01T00:00:00Z", NOW, ZONE)
