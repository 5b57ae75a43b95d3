"""A dashboard put together: panels in rows, variables, links to the others, incidents as annotations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from grafanalib.core import Annotations, Dashboard, DashboardLink, Template, Templating, Time

from dashboards.language import Language
from dashboards.panels import DATA_SOURCE, Drawn
from emscher.store.query import queries

WIDTH = 24
SCHEMA = 39
"""Grafana's number of the form our JSON has; a newer Grafana carries it over by itself."""
OBSOLETE = ("__inputs", "gnetId", "hideControls", "rows", "sharedCrosshair", "style")


@dataclass(frozen=True, slots=True)
class Row:
    """Panels side by side, as wide as their numbers say (the whole is 24)."""

    height: int
    panels: Sequence[tuple[int, Drawn]]


@dataclass(frozen=True, slots=True)
class Board:
    """A dashboard in one language.

    Parameters
    ----------
    name : str
        Name of its file and the end of its uid.
    title, description : str
        What it is called and what it shows.
    rows : sequence of Row
        Its panels.
    variables : sequence of Template
        What can be chosen.
    since : str
        Where its period begins at first.
    incidents : bool
        Whether incidents on roads are marked in its panels over time.
    refresh : str
        How often it looks again.
    """

    name: str
    title: str
    description: str
    rows: Sequence[Row]
    variables: Sequence[Template] = ()
    since: str = "now-24h"
    incidents: bool = False
    refresh: str = "1m"
    tags: Sequence[str] = field(default=())

    def dashboard(self, say: Language) -> Dashboard:
        """Give it as a dashboard of Grafana."""
        return Plain(
            title=self.title,
            uid=uid(self.name, say),
            description=self.description,
            tags=["emscher", say.code],
            timezone="browser",
            time=Time(self.since, "now"),
            refresh=self.refresh,
            graphTooltip=1,
            schemaVersion=SCHEMA,
            editable=False,
            templating=Templating(list(self.variables)),
            annotations=Annotations([_incidents(say)] if self.incidents else []),
            links=[_others(say), _other_language(self.name, say)],
            panels=self._panels(),
        )

    def _panels(self) -> list[Drawn]:
        found: list[Drawn] = []
        top = 0
        for row in self.rows:
            left = 0
            for width, panel in row.panels:
                found.append(panel.placed(len(found) + 1, (left, top, width, row.height)))
                left += width
            if left > WIDTH:
                raise ValueError(f"{self.name}: a row is {left} wide, {WIDTH} is the most")
            top += row.height
        return found


class Plain(Dashboard):  # type: ignore[misc] # grafanalib has no types
    """grafanalib's dashboard without the fields that Grafana no longer has."""

    def to_json_data(self) -> dict[str, Any]:
        """Give it as Grafana keeps it."""
        found = {name: value for name, value in super().to_json_data().items() if name not in OBSOLETE}
        return found | {"timepicker": {"refresh_intervals": ["30s", "1m", "5m", "15m", "1h"]}, "weekStart": "monday"}


def uid(name: str, say: Language) -> str:
    """Give a dashboard's uid, which links to it are made of."""
    return f"emscher-{name.replace('_', '-')}-{say.code}"


def address(name: str, say: Language, *variables: str) -> str:
    """Give the address of a dashboard over the same period, with variables like ``var-site=...``."""
    return "&".join((f"/d/{uid(name, say)}?${{__url_time_range}}", *variables))


def _others(say: Language) -> DashboardLink:
    return DashboardLink(
        title="Emscher", tags=["emscher", say.code], asDropdown=True, includeVars=True, keepTime=True, type="dashboards"
    )


def _other_language(name: str, say: Language) -> DashboardLink:
    other = Language("en" if say.code == "de" else "de")
    return DashboardLink(
        title=other("English", "Deutsch"),
        type="link",
        icon="external link",
        uri=f"/d/{uid(name, other)}",
        includeVars=True,
        keepTime=True,
    )


def _incidents(say: Language) -> dict[str, Any]:
    sql = queries("dashboards.boards", "annotations.sql")["incidents"].text
    return {
        "name": say("Incidents on roads", "Störungen auf Straßen"),
        "datasource": DATA_SOURCE,
        "enable": True,
        "hide": False,
        "iconColor": "#C8401F",
        "target": {
            "refId": "Anno",
            "datasource": DATA_SOURCE,
            "editorMode": "code",
            "format": "table",
            "rawQuery": True,
            "rawSql": sql,
        },
    }
