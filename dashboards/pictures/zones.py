"""Zones: devices in the public WLAN by hour, as they are published; a hidden hour stays hidden."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from dashboards.pictures.canvas import Language, Picture, drawing, nothing
from dashboards.pictures.grid import grid, laid

TITLE = {"de": "Öffentliches WLAN je Zone und Stunde", "en": "Public WLAN by zone and hour"}
UNIT = {"de": "Geräte gleichzeitig", "en": "devices at once"}
MISSING = {"de": "verborgen oder nicht gemeldet", "en": "hidden or not reported"}

Hour = tuple[str, datetime, float | None, bool, bool]
"""Zone, begin of the hour, devices at once, whether it is hidden, whether it is simulated."""


def draw(hours: Sequence[Hour], zone: str, language: Language) -> Picture:
    """Draw the published hours."""
    simulated = any(one[-1] for one in hours)
    with drawing("zones", TITLE[language], language, height_in=3.2, simulated=simulated) as (picture, axes):
        if not hours:
            nothing(axes, language)
            return picture
        rows, times, values = laid([(name, at, devices) for name, at, devices, _, _ in hours])
        unit, missing = UNIT[language], MISSING[language]
        grid(axes, rows, times, values, timedelta(hours=1), unit=unit, missing=missing, zone=zone)
    return picture
