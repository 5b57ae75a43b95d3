"""Rows of the report: a figure over three periods beside its target, and its traffic light."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from dashboards.report.document import Row
from dashboards.report.gather import Seen
from dashboards.report.legal import Check
from dashboards.report.target import KNOWN
from processing.figures.figure import Figure, missing
from processing.figures.judgement import judge
from processing.figures.period import last_day
from processing.figures.target import Target, chosen


def rows(
    quarter: Seen, year: Seen, before: Seen, targets: Sequence[Target], checks: Sequence[Check], now: datetime
) -> list[Row]:
    """Put figures and targets side by side.

    Parameters
    ----------
    quarter, year, before : Seen
        The quarter, the twelve months to its end, the same quarter a year before.
    targets : sequence of Target
        Every target; one whose figure nobody measures has a row without a value.
    checks : sequence of Check
        Limits that bind by law.
    now : datetime
        How much of a running quarter is over decides how much of a yearly sum it may use.
    """
    verdicts = {(one.site, one.indicator): one.verdict for one in checks if one.verdict != "not_yet"}
    found = []
    for site, name in _names(quarter, targets):
        target = chosen(targets, site, name, last_day(quarter.period))
        here, whole, earlier = (_figure(one.figures, site, name) for one in (quarter, year, before))
        one = judge(here, whole, target, quarter.period, now, legal=verdicts.get((site, name), ""))
        title = KNOWN[name]
        found.append(
            Row(
                site,
                name,
                title.name_de,
                title.name_en,
                here,
                whole,
                earlier,
                target,
                one.wanted,
                one.judged,
                one.light,
            )
        )
    return found


def _names(quarter: Seen, targets: Sequence[Target]) -> Iterator[tuple[str, str]]:
    computed = {(site, name): True for site, own in quarter.figures.items() for name in own}
    yield from computed | {(one.site, one.indicator): True for one in targets}


def _figure(figures: Mapping[str, Mapping[str, Figure]], site: str, name: str) -> Figure:
    nothing = missing(KNOWN[name].unit, "no_data", "nothing was measured")
    return figures.get(site, {}).get(name, nothing)
