"""Judgement: a figure held against the path to its target."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from processing.figures.figure import Figure
from processing.figures.light import Light, light
from processing.figures.period import Period, last_day
from processing.figures.target import Target

SUMS = ("kWh", "kg")
"""Units of figures that grow with the time they are taken over."""

Judged = Literal["quarter", "twelve_months"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """Which figure was judged, what the path asks of it, and the light it got."""

    judged: Judged
    figure: Figure
    wanted: float | None
    light: Light


def judge(
    here: Figure, whole: Figure, target: Target | None, quarter: Period, now: datetime, *, legal: str = ""
) -> Judgement:
    """Judge the twelve months, or the quarter where they have no value.

    Parameters
    ----------
    here, whole : Figure
        Over the quarter, and over the twelve months to its end.
    target : Target or None
        What was decided.
    quarter : Period
        The quarter.
    now : datetime
        How much of a running quarter is over decides how much of a yearly sum it may use.
    legal : str
        What the law says of it, as :func:`processing.figures.light.light` takes it.
    """
    judged: Judged = "quarter" if whole.value is None else "twelve_months"
    figure = here if judged == "quarter" else whole
    wanted = _wanted(target, quarter, judged, now)
    return Judgement(judged, figure, wanted, light(figure, wanted, target.better if target else "lower", legal=legal))


def _wanted(target: Target | None, quarter: Period, judged: Judged, now: datetime) -> float | None:
    """Value that the path asks for; of a yearly sum a quarter may use the share of the year that is over of it."""
    if target is None:
        return None
    path = target.path(last_day(quarter))
    if judged == "twelve_months" or target.unit not in SUMS:
        return path
    days = (quarter.last - quarter.last.replace(year=quarter.last.year - 1)).days
    return path * quarter.elapsed_s(now) / (days * 86_400)
