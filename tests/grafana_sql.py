"""SQL of panels as Grafana sends it to PostgreSQL: variables by its page, macros by its server."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

Chosen = Mapping[str, str | Sequence[str]]

STEPS_S = (
    *(1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 604800),
    *(2592000, 31536000),
)
"""Intervals that Grafana rounds to [s]; the next one from the middle on."""
POINTS = 1000
UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True)
class Period:
    """A chosen period."""

    since: datetime
    until: datetime

    def interval_s(self, least: str | None, points: int = POINTS) -> int:
        """Width of a bucket as Grafana chooses it, no less than the panel's own [s]."""
        wanted_s = (self.until - self.since).total_seconds() / points
        rounded = STEPS_S[-1]
        for lower, upper in pairwise(STEPS_S):
            if wanted_s < (lower + upper) / 2:
                rounded = lower
                break
        return max(rounded, UNITS_S[least[-1]] * int(least[:-1]) if least else 1)


def interpolated(sql: str, variables: Sequence[Mapping[str, Any]], chosen: Chosen) -> str:
    """Put chosen values in as the page does: several as quoted list, a single one as it is, its quotes doubled."""
    several = {one["name"] for one in variables if one["multi"] or one["includeAll"]}
    for name, value in chosen.items():
        values = [value] if isinstance(value, str) else value
        doubled = [one.replace("'", "''") for one in values]
        text = ",".join(f"'{one}'" for one in doubled) if name in several else ",".join(doubled)
        sql = re.sub(rf"\$(?:{name}\b|\{{{name}\}})", lambda _, text=text: text, sql)  # type: ignore[misc] # the lambda's default
    return sql


def expanded(sql: str, period: Period, interval_s: int, *, timescaledb: bool) -> str:
    """Expand macros as the server does."""
    since, until = (f"'{moment:%Y-%m-%dT%H:%M:%SZ}'" for moment in (period.since, period.until))
    sql = sql.replace("$__interval_ms", str(interval_s * 1000))
    sql = re.sub(r"\$__interval\b", f"{interval_s}s", sql)
    sql = sql.replace("$__timeFrom()", since).replace("$__timeTo()", until)
    sql = re.sub(r"\$__timeFilter\(([^)]*)\)", rf"\1 BETWEEN {since} AND {until}", sql)
    sql = re.sub(r"\$__timeGroup\(([^,)]*),[^)]*\)", lambda found: _group(found[1], interval_s, timescaledb), sql)
    assert "$" not in sql, sql
    return sql


def _group(column: str, interval_s: int, timescaledb: bool) -> str:  # noqa: FBT001 - as the data source's setting
    if timescaledb:
        return f"time_bucket('{interval_s:.3f}s',{column})"
    return f"floor(extract(epoch from {column})/{interval_s})*{interval_s}"
