"""The traffic light: green, amber or red by a rule that is printed beside it.

Green: on the linear path or better. Amber: off by at most 5 %, or less than 98 % of the time is covered. Red: off by
more, or a limit that binds by law is broken, or there is no value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from processing.figures.figure import Figure

Colour = Literal["green", "amber", "red", "none"]

AMBER_UPTO_PCT = 5.0
COMPLETE_PCT = 98.0


@dataclass(frozen=True, slots=True)
class Light:
    """A colour, why it is that, and by how much the figure is worse than its path [%] (negative: better)."""

    colour: Colour
    reason: str
    off_pct: float | None = None


def light(figure: Figure, wanted: float | None, better: str = "lower", *, legal: str = "") -> Light:
    """Judge a figure.

    Parameters
    ----------
    figure : Figure
        The figure.
    wanted : float or None
        What the path asks for; None where there is no target.
    better : str
        Whether ``lower`` or ``higher`` values are better.
    legal : str
        ``kept``, ``broken`` or ``not_computable`` where the law binds, else empty.
    """
    if legal == "broken":
        return Light("red", "gesetzlicher Grenzwert verletzt", _off(figure, wanted, better))
    if wanted is None and not legal:
        return Light("none", "kein Ziel beschlossen")
    if figure.value is None or legal == "not_computable":
        return Light("red", "nicht berechenbar")
    off = _off(figure, wanted, better)
    return Light(*_colour(off, figure.completeness_pct), off)


def _colour(off_pct: float | None, completeness_pct: float | None) -> tuple[Colour, str]:
    if off_pct is not None and off_pct > AMBER_UPTO_PCT:
        return "red", "mehr als 5 % neben dem Zielpfad"
    if off_pct is not None and off_pct > 0:
        return "amber", "bis 5 % neben dem Zielpfad"
    if completeness_pct is not None and completeness_pct < COMPLETE_PCT:
        return "amber", "Vollständigkeit unter 98 %"
    return "green", "auf dem Zielpfad oder besser" if off_pct is not None else "Grenzwert eingehalten"


def _off(figure: Figure, wanted: float | None, better: str) -> float | None:
    """By how much a value is worse than wanted [%]; beside a path of nothing every step is infinite."""
    if wanted is None or figure.value is None:
        return None
    worse = figure.value - wanted if better == "lower" else wanted - figure.value
    if wanted == 0:
        return 0.0 if worse == 0 else float("inf") if worse > 0 else -100.0
    # Nine digits: 1.05 times a path is 5 %, whatever the last bit says.
    return round(100 * worse / abs(wanted), 9)
