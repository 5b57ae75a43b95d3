"""Rows of the report: a figure over three periods beside its target, and its traffic light."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from dashboards.report.document import Row
from dashboards.report.gather import Seen
from dashboards.report.legal import Check
from dashboards.report.light import light
from dashboards.report.periods import last_day
from dashboards.report.target import KNOWN, Target, chosen
from processing.figures.figure import Figure, missing
from processing.figures.period import Period

SUMS = ("kWh", "kg")
"""Units of figures that grow with the time they are taken over."""


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
        judged = "quarter" if whole.value is None else "twelve_months"
        wanted = _wanted(target, quarter.period, judged, now)
        title = KNOWN[name]
        lit = light(
            here if judged == "quarter" else whole,
            wanted,
            target.better if target else "lower",
            legal=verdicts.get((site, name), ""),
        )
        found.append(
            Row(site, name, title.name_de, title.name_en, here, whole, earlier, target, wanted, judged, lit),
        )
    return found


def _names(quarter: Seen, targets: Sequence[Target]) -> Iterator[tuple[str, str]]:
    computed = {(site, name): True for site, own in quarter.figures.items() for name in own}
    yield from computed | {(one.site, one.indicator): True for one in targets}


def _figure(figures: Mapping[str, Mapping[str, Figure]], site: str, name: str) -> Figure:
    nothing = missing(KNOWN[name].unit, "no_data", "nothing was measured")
    return figures.get(site, {}).get(name, nothing)


def _wanted(target: Target | None, quarter: Period, judged: str, now: datetime) -> float | None:
    """Value that the path asks for; of a yearly sum a quarter may use the share of the year that is over of it."""
    if target is None:
        return None
    path = target.path(last_day(quarter))
    if judged == "twelve_months" or target.unit not in SUMS:
        return path
    days = (quarter.last - quarter.last.replace(year=quarter.last.year - 1)).days
    return path * quarter.elapsed_s(now) / (days * 86_400)
