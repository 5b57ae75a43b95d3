"""Variables of dashboards: what can be chosen above the panels, by site, stream, direction or period."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from grafanalib.core import Template

from dashboards.panels import DATA_SOURCE

ALL = {"selected": True, "text": ["All"], "value": ["$__all"]}
ON_LOAD, ON_TIME_RANGE = 1, 2


class Choice(Template):  # type: ignore[misc] # grafanalib has no types
    """A variable filled by a query with columns ``__text`` and ``__value``.

    Parameters
    ----------
    name, label : str
        Its name in SQL and on the screen.
    sql : str
        Gives the choices.
    several : bool
        Whether more than one may be chosen, all of them at first.
    first : str, optional
        What is chosen at first; else the first choice.
    """

    def __init__(self, name: str, label: str, sql: str, *, several: bool = False) -> None:
        super().__init__(
            name=name, label=label, query=sql, dataSource=DATA_SOURCE, multi=several, includeAll=several, sort=0
        )

    def to_json_data(self) -> dict[str, Any]:
        """Give it as Grafana keeps it."""
        found = {
            "type": "query",
            "name": self.name,
            "label": self.label,
            "datasource": self.dataSource,
            "query": self.query,
            "refresh": ON_LOAD,
            "sort": 0,
            "multi": self.multi,
            "includeAll": self.includeAll,
            "hide": 0,
        }
        return found | ({"current": ALL} if self.includeAll else {})


class Fixed(Template):  # type: ignore[misc] # grafanalib has no types
    """A variable with choices of its own.

    Parameters
    ----------
    name, label : str
        Its name in SQL and on the screen.
    choices : sequence of (str, str)
        Text and value, the first chosen at first.
    """

    def __init__(self, name: str, label: str, choices: Sequence[tuple[str, str]]) -> None:
        query = ", ".join(f"{text} : {value}" for text, value in choices)
        super().__init__(name=name, label=label, query=query, type="custom", options=[{"selected": False}])
        self.choices = choices

    def to_json_data(self) -> dict[str, Any]:
        """Give it as Grafana keeps it."""
        options = [
            {"text": text, "value": value, "selected": number == 0} for number, (text, value) in enumerate(self.choices)
        ]
        return {
            "type": "custom",
            "name": self.name,
            "label": self.label,
            "query": self.query,
            "options": options,
            "current": options[0],
            "multi": False,
            "includeAll": False,
            "hide": 0,
        }
