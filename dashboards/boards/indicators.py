"""Every indicator of the catalogue for one site: what there is before anybody drew it."""

from __future__ import annotations

from dashboards.board import Board, Row
from dashboards.language import Language
from dashboards.measure import measure
from dashboards.panels import Drawn, Lines
from dashboards.pen import Pen
from dashboards.variables import Choice
from processing.catalog import Entry, catalog

FROM_VIEW = {"wlan": "wlan_public"}
"""Families that are shown as they are published, not as they are kept."""

_TRUTHS = frozenset({"availability.trusted", "lane_quality.valid"})
"""Indicators of sensors that are true or false."""

_BY_KEY = (("signal_group", "of_signal_groups"), ("bearing_deg", "of_directions"), ("sensor_id", "of_sensors"))


def board(say: Language) -> Board:
    """Build the dashboard; the same catalogue gives the same bytes."""
    pen = Pen(
        say,
        "indicators.sql",
        (
            "This site has no such indicator in this period.",
            "Dieser Ort hat in diesem Zeitraum keine solche Kennzahl.",
        ),
    )
    panels = [(8, _panel(pen, entry)) for entry in catalog()]
    return Board(
        name="indicators",
        title=say("All indicators of a site", "Alle Kennzahlen eines Ortes"),
        description=say(
            "Every indicator of the catalogue for the chosen site, with its source.",
            "Jede Kennzahl des Katalogs für den gewählten Ort, mit ihrer Quelle.",
        ),
        variables=[Choice("site", say("Site", "Ort"), pen.sql("sites"))],
        rows=[Row(7, panels[first : first + 3]) for first in range(0, len(panels), 3)],
    )


def _panel(pen: Pen, entry: Entry) -> Drawn:
    family = entry.family
    one = measure(entry.name, pen.say)
    statement = next((name for key, name in _BY_KEY if key in family.key), "of_sites")
    if entry.name in _TRUTHS:
        statement = "truths_of_sensors"
    family_title = (f"{family.title_en}: {one.label}", f"{family.title_de}: {one.label}")
    words = pen.words(family_title, ("", ""), source=entry.name)
    names = {"table": FROM_VIEW.get(family.name, family.table), "column": one.column}
    step = f"{family.resolution_s // 60}m"
    return pen.panel(Lines, statement, words, one.unit, identifiers=names, step=step)
