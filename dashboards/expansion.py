"""SQL of panels as Grafana sends it to PostgreSQL, to run it without one: variables and macros filled in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
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


def first_choice(variables: Sequence[Mapping[str, Any]], ask: Callable[[str], Sequence[Sequence[Any]]]) -> Chosen:
    """Choose what a page chooses at first: of several all, else the first.

    Parameters
    ----------
    variables : sequence of mapping
        Variables of a dashboard.
    ask : callable
        Gives the rows of a statement: texts and values.
    """
    chosen: dict[str, str | list[str]] = {}
    for one in variables:
        if one["type"] == "custom":
            chosen[one["name"]] = one["current"]["value"]
            continue
        found = [str(row[1]) for row in ask(interpolated(one["query"], variables, chosen))]
        chosen[one["name"]] = found if one["includeAll"] else next(iter(found), "")
    return chosen


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
    if "$" in sql:
        raise ValueError(f"a macro or variable is left: {sql}")
    return sql


def _group(column: str, interval_s: int, timescaledb: bool) -> str:  # noqa: FBT001 - as the data source's setting
    if timescaledb:
        return f"time_bucket('{interval_s:.3f}s',{column})"
    return f"floor(extract(epoch from {column})/{interval_s})*{interval_s}"
