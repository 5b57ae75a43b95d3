"""The traffic light of a measure, by the rule of :mod:`processing.figures.light`."""

from __future__ import annotations

from datetime import date

from dashboards.report.target import Measure
from processing.figures.light import AMBER_UPTO_PCT, Light


def light_of(measure: Measure, day: date) -> Light:
    """Judge a measure: by what it achieved, and from its due date on by what it did not."""
    planned, achieved = measure.planned_kwh_per_year, measure.achieved_kwh_per_year
    if achieved is not None and achieved >= planned:
        return Light("green", "geplante Einsparung erreicht")
    if day <= measure.due:
        return Light("none", "läuft, Frist nicht erreicht")
    if achieved is None:
        return Light("red", "Frist vorbei, nichts gemessen")
    off = 100 * (planned - achieved) / planned
    return Light("amber" if round(off, 9) <= AMBER_UPTO_PCT else "red", "Frist vorbei, weniger als geplant", off)
