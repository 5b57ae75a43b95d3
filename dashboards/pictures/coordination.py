"""Coordination: when vehicles arrive within the cycle, and what the signal shows them (Purdue coordination diagram)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dashboards.pictures.canvas import LINES, RULE, SOFT, Language, Picture, clock, drawing, legend, nothing

TITLE = {"de": "Ankünfte im Umlauf: {where}", "en": "Arrivals in the cycle: {where}"}
NAMELESS = {"de": "Ankünfte im Umlauf", "en": "Arrivals in the cycle"}
LEGEND = {"de": ("bei Grün", "bei Rot oder Gelb"), "en": ("on green", "on red or amber")}
AXIS = {"de": "Sekunden seit Rotbeginn", "en": "seconds since red began"}
GREEN = 3

Arrival = tuple[datetime, float, int | None]
"""When, seconds since the begin of red, what was shown."""


def draw(arrivals: Sequence[Arrival], where: str, zone: str, language: Language, *, simulated: bool) -> Picture:
    """Draw arrivals at one approach."""
    title = TITLE[language].format(where=where) if where else NAMELESS[language]
    with drawing("coordination", title, language, height_in=3.8, simulated=simulated) as (picture, axes):
        if not arrivals:
            nothing(axes, language)
            return picture
        for on_green, shape, colour, word in (
            (True, "o", LINES[3], LEGEND[language][0]),
            (False, "x", LINES[1], LEGEND[language][1]),
        ):
            own = [one for one in arrivals if (one[2] == GREEN) is on_green]
            x, y = [one[0] for one in own], [one[1] for one in own]
            axes.scatter(x, y, 9, colour, marker=shape, linewidths=0.8, label=f"{word} ({len(own)})")  # type: ignore[arg-type] # times are drawn as dates
        axes.set_ylim(bottom=0)
        axes.set_ylabel(AXIS[language], color=SOFT)
        axes.grid(axis="y", color=RULE, linewidth=0.7)
        legend(axes)
        clock(axes, zone)
    return picture
