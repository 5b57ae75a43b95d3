"""Words of the report: numbers, days, states and lights in German."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from html import escape
from zoneinfo import ZoneInfo

from processing.figures.figure import Figure, State
from processing.figures.light import Colour, Light

STATES: Mapping[State, str] = {
    "ok": "in Ordnung",
    "interim": "vorläufig",
    "power_missing": "Leistungswert fehlt",
    "lower_bound": "Untergrenze",
    "hours_suppressed": "ohne unterdrückte Stunden",
    "counter_backwards": "Zähler lief rückwärts",
    "undefined": "nicht definiert",
    "no_proof": "kein Nachweis",
    "no_factor": "kein Faktor für das Jahr",
    "no_data": "nicht erfasst",
    "no_meter": "kein Zähler",
    "no_access_point": "kein Zugangspunkt",
    "unclassified": "Messpunkt unbekannt",
    "incomplete": "unvollständig",
}

LIGHTS: Mapping[Colour, str] = {
    "green": "&#9679; grün",
    "amber": "&#9650; gelb",
    "red": "&#9632; rot",
    "none": "ohne Ampel",
}
"""A word and a shape of its own each, so that nobody needs the colour."""

UNITS = {"1": "", "n": "", "devices": "Geräte"}
NOTHING = "keine Angabe"


def number(value: float | None, digits: int | None = None) -> str:
    """Write a number as German readers do; the smaller, the more digits."""
    if value is None:
        return NOTHING
    if digits is None:
        size = abs(value)
        digits = 0 if size >= 1000 or value == int(value) else 1 if size >= 100 else 2 if size >= 1 else 3  # noqa: PLR2004 - steps
    return f"{value:,.{digits}f}".translate(str.maketrans(",.", ".,"))


def quantity(value: float | None, unit: str) -> str:
    """Write a number with its unit."""
    said = UNITS.get(unit, unit)
    return number(value) if value is None or not said else f"{number(value)}&#160;{escape(said)}"


def percent(value: float | None) -> str:
    """Write a percentage."""
    return NOTHING if value is None else f"{number(value, 1)}&#160;%"


def day(said: date) -> str:
    """Write a day."""
    return f"{said:%d.%m.%Y}"


def moment(said: datetime, zone: str) -> str:
    """Write a time in the city."""
    return f"{said.astimezone(ZoneInfo(zone)):%d.%m.%Y %H:%M %Z}"


def figure(said: Figure) -> str:
    """Write a value with its unit and, where not all is well, its state; without a value, the state alone."""
    if said.value is None:
        return f"<em>{STATES[said.state]}</em>"
    value = quantity(said.value, said.unit)
    return value if said.state == "ok" else f"{value} <small>({STATES[said.state]})</small>"


def lamp(light: Light) -> str:
    """Write a traffic light with its reason; where there is no target, that alone."""
    if light.colour == "none":
        return f'<small class="none">{escape(light.reason)}</small>'
    return f'<strong class="{light.colour}">{LIGHTS[light.colour]}</strong><br><small>{escape(light.reason)}</small>'
