"""The city: its places on the sketch of the map, each junction with its state as a shape."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians

from matplotlib.axes import Axes

from dashboards.pictures.canvas import INK, SOFT, Language, Picture, drawing, nothing
from emscher.city import find
from emscher.errors import CityError

TITLE = {"de": "Verkehrslage", "en": "Traffic state"}
STATES: Mapping[Language, Sequence[str]] = {
    "de": ("keine Daten", "keine Aussage", "frei", "lebhaft", "dicht", "zäh", "Stau"),
    "en": ("no data", "no statement", "free", "lively", "dense", "slow", "jam"),
}
SHAPES = ("$?$", "o", "o", "D", "^", "s", "8")
"""A shape per state, so that nobody needs its colour."""
HOLLOW = "#ffffff"
COLOURS = (HOLLOW, HOLLOW, "#1d7a3d", "#4c7d12", "#9a6700", "#b04a00", "#b3261e")
KINDS = {"wlan_zone": ("P", "#0b5c7a"), "server_room": ("X", "#46545f")}
OTHERS: Mapping[Language, Mapping[str, str]] = {
    "de": {"wlan_zone": "WLAN-Zone", "server_room": "Rechenzentrum"},
    "en": {"wlan_zone": "WLAN zone", "server_room": "data centre"},
}
SKETCH = {
    "main": ("#b9bfc0", 4.0, "-"),
    "road": ("#cfd3d2", 1.8, "-"),
    "rail": ("#b9bfc0", 1.2, "--"),
    "water": ("#86b7d4", 3.5, "-"),
}
AREAS = {"park": "#dbe8cf", "lake": "#a9cde2", "centre": "#ece8dd"}
MARGIN = 0.08


@dataclass(frozen=True, slots=True)
class Place:
    """A place with the state of its traffic; None where it has none."""

    kind: str
    name: str
    longitude: float
    latitude: float
    state: int | None
    simulated: bool


def draw(places: Sequence[Place], city: str, language: Language) -> Picture:
    """Draw the city.

    Parameters
    ----------
    places : sequence of Place
        What is on it.
    city : str
        City whose sketch lies below.
    language : str
        Of the words on it.
    """
    simulated = any(one.simulated for one in places)
    with drawing("city", TITLE[language], language, height_in=5.4, simulated=simulated) as (picture, axes):
        if not places:
            nothing(axes, language)
            return picture
        _sketch(axes, city)
        for state, word in enumerate(STATES[language]):
            _dots(axes, [one for one in places if one.kind == "junction" and (one.state or 0) == state], state, word)
        for kind, (shape, colour) in KINDS.items():
            own = [one for one in places if one.kind == kind]
            if own:
                x, y = [one.longitude for one in own], [one.latitude for one in own]
                axes.scatter(x, y, 55, colour, marker=shape, edgecolors="white", label=OTHERS[language][kind], zorder=3)
        _frame(axes, places)
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)
    return picture


def _dots(axes: Axes, places: Sequence[Place], state: int, word: str) -> None:
    edge = SOFT if COLOURS[state] == HOLLOW else "white"
    x, y = [one.longitude for one in places], [one.latitude for one in places]
    axes.scatter(x, y, 130, COLOURS[state], marker=SHAPES[state], edgecolors=edge, linewidths=1.2, label=word, zorder=4)


def _sketch(axes: Axes, city: str) -> None:
    try:
        features = json.loads(find(city).with_suffix(".map.json").read_text(encoding="utf-8"))["features"]
    except (CityError, OSError):
        return
    for one in features:
        kind, shape = one["properties"]["kind"], one["geometry"]
        if kind in AREAS:
            axes.fill(*zip(*shape["coordinates"][0], strict=True), color=AREAS[kind], linewidth=0, zorder=1)
        elif kind in SKETCH:
            colour, width, dash = SKETCH[kind]
            axes.plot(*zip(*shape["coordinates"], strict=True), dash, color=colour, linewidth=width, zorder=2)
        elif kind == "name":
            x, y = shape["coordinates"]
            axes.text(x, y, one["properties"]["name"], color=SOFT, fontsize=8, ha="center", clip_on=True)


def _frame(axes: Axes, places: Sequence[Place]) -> None:
    x, y = [one.longitude for one in places], [one.latitude for one in places]
    across, up = max(max(x) - min(x), 0.005), max(max(y) - min(y), 0.005)
    axes.set_xlim(min(x) - MARGIN * across, max(x) + MARGIN * across)
    axes.set_ylim(min(y) - MARGIN * up, max(y) + MARGIN * up)
    axes.set_aspect(1 / cos(radians(sum(y) / len(y))))
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set(visible=True, color=INK, linewidth=0.4)
