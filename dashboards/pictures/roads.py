"""Roads: how many vehicles pass, each direction over a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from dashboards.pictures.canvas import Language, Picture, drawing, nothing
from dashboards.pictures.grid import grid, laid

TITLE = {"de": "Verkehr je Richtung über den Tag", "en": "Traffic by direction over the day"}
UNIT = {"de": "Fahrzeuge je Stunde", "en": "vehicles per hour"}
MISSING = {"de": "kein Wert", "en": "no value"}
COMPASS = {"de": ("N", "NO", "O", "SO", "S", "SW", "W", "NW"), "en": ("N", "NE", "E", "SE", "S", "SW", "W", "NW")}
STEP_DEG = 45

Flow = tuple[str, int, datetime, float | None, bool]
"""Place, bearing [deg], begin of the quarter hour, vehicles per hour, whether it is simulated."""


def draw(flows: Sequence[Flow], zone: str, language: Language) -> Picture:
    """Draw the traffic of a day."""
    simulated = any(one[-1] for one in flows)
    with drawing("roads", TITLE[language], language, height_in=4.6, simulated=simulated) as (picture, axes):
        if not flows:
            nothing(axes, language)
            return picture
        named = [
            (f"{name} {COMPASS[language][bearing // STEP_DEG % len(COMPASS[language])]}", at, flow)
            for name, bearing, at, flow, _ in flows
        ]
        rows, times, values = laid(named)
        grid(
            *(axes, rows, times, values, timedelta(minutes=15)),
            unit=UNIT[language],
            missing=MISSING[language],
            zone=zone,
        )
    return picture
