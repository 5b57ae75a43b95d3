"""How one column of a panel looks: its name, unit, texts for values, limits, a link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

GREEN, AMBER, RED, BLUE, GREY = "#2A9D6F", "#E69F00", "#C8401F", "#3274D9", "#8E8E8E"
SKY, PURPLE, YELLOW = "#56B4E9", "#B877D9", "#F2CC0C"
"""Colours that people with any kind of colour blindness tell apart; none ever stands without a word beside it."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Value:
    """What a value is shown as: a text, with a colour beside it."""

    text: str
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """How a column looks.

    Parameters
    ----------
    name : str
        Name of the column.
    label : str
        What people call it; empty: its own name.
    unit : str
        Unit as Grafana has it.
    decimals : int, optional
        Digits after the point.
    values : mapping of value to Value
        Texts that stand for values.
    limits : sequence of (float or None, str)
        Colours from a value on, the first without a value.
    link : (str, str), optional
        Title and address.
    width_px : int, optional
        Width of the column in a table [px].
    nothing : str
        What stands where there is no value.
    custom : mapping
        Settings of the kind of panel.
    """

    name: str
    label: str = ""
    unit: str = ""
    decimals: int | None = None
    values: Mapping[Any, Value] = field(default_factory=dict)
    limits: Sequence[tuple[float | None, str]] = ()
    colour: str = ""
    link: tuple[str, str] | None = None
    width_px: int | None = None
    hidden: bool = False
    nothing: str = ""
    custom: Mapping[str, Any] = field(default_factory=dict)

    def override(self) -> Json:
        """Give it as Grafana's override of a field."""
        said: Json = {
            "displayName": self.label,
            "noValue": self.nothing,
            "unit": self.unit,
            "mappings": mappings(self.values) if self.values else None,
            "thresholds": thresholds(self.limits) if self.limits else None,
            "color": {"mode": "fixed", "fixedColor": self.colour} if self.colour else None,
            "links": [{"title": self.link[0], "url": self.link[1], "targetBlank": False}] if self.link else None,
            "custom.width": self.width_px,
            # Up to Grafana 12.1, and since.
            "custom.hidden": self.hidden,
            "custom.hideFrom": {"viz": True, "legend": True, "tooltip": True} if self.hidden else None,
        }
        said |= {f"custom.{name}": value for name, value in self.custom.items()}
        found = [{"id": name, "value": value} for name, value in said.items() if value]
        if self.decimals is not None:
            found.append({"id": "decimals", "value": self.decimals})
        return {"matcher": {"id": "byName", "options": self.name}, "properties": found}


def mappings(values: Mapping[Any, Value]) -> list[Json]:
    """Give texts that stand for values as Grafana's mappings."""
    options: Json = {}
    for index, (value, shown) in enumerate(values.items()):
        options[str(value)] = {"text": shown.text, "index": index} | ({"color": shown.colour} if shown.colour else {})
    return [{"type": "value", "options": options}]


def thresholds(limits: Sequence[tuple[float | None, str]]) -> Json:
    """Give colours from a value on as Grafana's thresholds."""
    return {"mode": "absolute", "steps": [{"value": value, "color": colour} for value, colour in limits]}
