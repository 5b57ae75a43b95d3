"""Power: what the data centres draw, hour by hour, and what of it reaches the IT."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np

from dashboards.pictures.canvas import LINES, RULE, Language, Picture, clock, drawing, legend, nothing
from dashboards.pictures.grid import Floats

TITLE = {"de": "Leistung der Rechenzentren", "en": "Power of the data centres"}
POINTS = {"utility": {"de": "Bezug aus dem Netz", "en": "drawn from the grid"}, "ups_out": {"de": "IT", "en": "IT"}}
DASHES = ("-", "--")
COVERED = 0.9
"""An hour of which less is covered has no value."""
HOUR = timedelta(hours=1)

Hour = tuple[str, str | None, datetime, float | None, float, bool]
"""Place, measurement point, begin of the hour, mean power [kW], share covered, whether it is simulated."""


def draw(hours: Sequence[Hour], zone: str, language: Language) -> Picture:
    """Draw the power of all places together; where one has no value, neither has the sum."""
    known = [one for one in hours if one[1] in POINTS]
    simulated = any(one[-1] for one in known)
    with drawing("power", TITLE[language], language, height_in=3.4, simulated=simulated) as (picture, axes):
        if not known:
            nothing(axes, language)
            return picture
        first, last = min(one[2] for one in known), max(one[2] for one in known)
        times = [first + place * HOUR for place in range((last - first) // HOUR + 1)]
        for place, (point, words) in enumerate(POINTS.items()):
            own = [one for one in known if one[1] == point]
            if own:
                colour, dash = LINES[place], DASHES[place]
                axes.plot(times, _summed(own, times), dash, color=colour, linewidth=2.2, label=words[language])  # type: ignore[arg-type] # times are drawn as dates
        axes.set_ylim(bottom=0)
        axes.set_ylabel("kW")
        axes.grid(axis="y", color=RULE, linewidth=0.7)
        legend(axes)
        clock(axes, zone)
    return picture


def _summed(hours: Sequence[Hour], times: Sequence[datetime]) -> Floats:
    """Add the places up, hour by hour."""
    names = sorted({one[0] for one in hours})
    values = np.full((len(names), len(times)), np.nan)
    for name, _, at, power_kw, covered, _ in hours:
        if power_kw is not None and covered >= COVERED:
            values[names.index(name), times.index(at)] = power_kw
    summed: Floats = values.sum(axis=0)
    return summed
