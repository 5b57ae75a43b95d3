"""How well a data centre uses energy: PUE, and shares of renewable energy, reused heat, water and CO2.

References
----------
.. [1] EnEfG, sections 3, 11, 13 and annex 3, which cite DIN EN 50600-4-2 to 4-6. Read.
.. [2] ISO/IEC 30134-8 and 30134-9 for CUE and WUE. Secondary; that CUE is a quotient is not verified.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from processing.figures.figure import Figure, combined, ratio
from processing.figures.metered import IT_POINTS
from processing.figures.period import Period

NEW_FROM = date(2026, 7, 1)
"""From here on the law leaves the electricity of a pure heat upgrade out (section 11(2))."""


def pue(whole: Figure, it: Figure, it_point: str, period: Period) -> Figure:
    """Divide the whole energy by the energy of IT, with the category; shorter than twelve months it is interim."""
    category = f"PUE category {IT_POINTS[it_point]}, IT energy at {it_point}" if it_point in IT_POINTS else it_point
    found = ratio(whole, it)
    found = replace(found, sources=(*found.sources, category))
    return interim(found, period, "interim (iPUE)")


def legal_pue(
    whole: Figure, it: Figure, heat_upgrade: Figure | None, started: date | None, it_point: str, period: Period
) -> Figure:
    """PUE as the law limits it: a new data centre leaves out what lifts waste heat to a useful temperature."""
    if heat_upgrade is None or started is None or started < NEW_FROM:
        return pue(whole, it, it_point, period)
    value = None if whole.value is None or heat_upgrade.value is None else whole.value - heat_upgrade.value
    return pue(combined(value, "kWh", (whole, heat_upgrade)), it, it_point, period)


def interim(figure: Figure, period: Period, label: str = "interim") -> Figure:
    """Mark a figure that is defined over twelve months and was taken over fewer."""
    return figure if period.whole_year else figure.but("interim", f"{label}: {period.months} of 12 months")


def ref(renewable: Figure, whole: Figure, period: Period) -> Figure:
    """Share of renewable energy."""
    return interim(ratio(renewable, whole), period)


def erf(reused: Figure, whole: Figure, period: Period) -> Figure:
    """Share of energy that is reused as heat."""
    return interim(ratio(reused, whole), period)


def wue(water: Figure, it: Figure, period: Period) -> Figure:
    """Water per energy of IT, from cubic metres [L/kWh]."""
    return interim(ratio(water, it, "L/kWh", 1000), period)


def cue(emitted: Figure, it: Figure, period: Period) -> Figure:
    """CO2 of the whole energy per energy of IT [kg/kWh]."""
    return interim(ratio(emitted, it, "kg/kWh"), period)
