"""Panels: grafanalib's, in the JSON that Grafana writes today, and the kinds that grafanalib lacks.

Each has a title, a description, a unit and a sentence for when there is nothing to show; missing is never zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from grafanalib.core import GridPos, Panel

from dashboards.field import BLUE, Field, Json, Value, mappings, thresholds

DATA_SOURCE: Json = {"type": "grafana-postgresql-datasource", "uid": "emscher"}
Format = Literal["table", "time_series"]


@dataclass(frozen=True, slots=True)
class Words:
    """What a panel says: title, description, and the sentence for when there is nothing to show."""

    title: str
    description: str
    nothing: str


class Drawn(Panel):  # type: ignore[misc] # grafanalib has no types
    """Base of all panels.

    Parameters
    ----------
    words : Words
        What it says.
    sql : str or sequence of str
        Statements that give its data.
    unit : str
        Unit of its values, as Grafana has it.
    fields : sequence of Field
        How single columns look.
    values : mapping of value to Value
        Texts that stand for values of all columns.
    limits : sequence of (float or None, str)
        Colours from a value on.
    step : str
        Least width of a bucket of time.
    last : str
        How much of the period's end it shows, instead of all.
    more : mapping
        Further defaults of all fields: ``min``, ``max``, ``decimals``, ``custom``.
    """

    kind: ClassVar[str]
    format: ClassVar[Format] = "table"
    custom: ClassVar[Json] = {}
    drawing: ClassVar[Json] = {}
    colour: ClassVar[Json] = {"mode": "palette-classic"}

    def __init__(
        self,
        words: Words,
        sql: str | Sequence[str],
        unit: str,
        fields: Sequence[Field] = (),
        *,
        values: Mapping[Any, Value] | None = None,
        limits: Sequence[tuple[float | None, str]] = (),
        step: str | None = None,
        options: Json | None = None,
        last: str | None = None,
        **more: Any,  # noqa: ANN401 - Grafana's own defaults of fields
    ) -> None:
        statements = [sql] if isinstance(sql, str) else sql
        super().__init__(
            title=words.title,
            description=words.description,
            dataSource=DATA_SOURCE,
            interval=step,
            timeFrom=last,
            targets=[self._target(text, number) for number, text in enumerate(statements)],
        )
        self.defaults: Json = {"unit": unit, "noValue": words.nothing, "custom": self.custom | more.pop("custom", {})}
        self.defaults |= {"mappings": mappings(values)} if values else {}
        self.defaults |= {"thresholds": thresholds(limits or ((None, "text"),))}
        self.defaults |= {"color": self.colour if not (limits or values) else {"mode": "thresholds"}} | more
        self.overrides = [one.override() for one in fields]

        self.options = self.drawing | (options or {})

    def _target(self, sql: str, number: int) -> Json:
        return {
            "refId": "ABCDEFGH"[number],
            "datasource": DATA_SOURCE,
            "editorMode": "code",
            "format": self.format,
            "rawQuery": True,
            "rawSql": sql,
        }

    def placed(self, number: int, place: tuple[int, int, int, int]) -> Drawn:
        """Give it its number and its place: column, row, width, height."""
        left, top, width, height = place
        self.id, self.gridPos = number, GridPos(height, width, left, top)
        return self

    def to_json_data(self) -> Json:
        """Give it as Grafana keeps it."""
        found = {
            "id": self.id,
            "type": self.kind,
            "title": self.title,
            "description": self.description,
            "datasource": self.dataSource,
            "gridPos": self.gridPos,
            "targets": self.targets,
            "fieldConfig": {"defaults": self.defaults, "overrides": self.overrides},
            "options": self.options,
        }
        more = {"interval": self.interval, "timeFrom": self.timeFrom}
        return found | {name: value for name, value in more.items() if value}


_LEGEND: Json = {"showLegend": True, "displayMode": "list", "placement": "bottom", "calcs": []}
_TOOLTIP: Json = {"mode": "multi", "sort": "desc"}
_REDUCED: Json = {"values": False, "calcs": ["lastNotNull"], "fields": ""}
_EACH_ROW: Json = {"values": True, "calcs": [], "fields": ""}


class Lines(Drawn):
    """Lines over time; a gap in the data is a gap in the line."""

    kind = "timeseries"
    format = "time_series"
    custom: ClassVar[Json] = {
        "drawStyle": "line",
        "lineWidth": 1,
        "fillOpacity": 0,
        "showPoints": "auto",
        "spanNulls": False,
    }
    drawing: ClassVar[Json] = {"legend": _LEGEND, "tooltip": _TOOLTIP}


class Columns(Lines):
    """Stacked columns over time."""

    custom: ClassVar[Json] = {
        "drawStyle": "bars",
        "barAlignment": 1,
        "lineWidth": 0,
        "fillOpacity": 80,
        "stacking": {"mode": "normal", "group": "A"},
        # Whole numbers on the axis where there are few of them.
        "axisSoftMax": 4,
    }


class Number(Drawn):
    """Single values, large, each with its name."""

    kind = "stat"
    colour: ClassVar[Json] = {"mode": "fixed", "fixedColor": BLUE}
    drawing: ClassVar[Json] = {
        "reduceOptions": _REDUCED,
        "orientation": "auto",
        "textMode": "auto",
        "colorMode": "value",
        "graphMode": "none",
        "justifyMode": "auto",
        "wideLayout": True,
        "showPercentChange": False,
        "percentChangeColorMode": "standard",
    }


def only(column: str) -> Json:
    """Options of a number that shows one of the columns of its statement."""
    return {"reduceOptions": _REDUCED | {"fields": f"/^{column}$/"}, "textMode": "value"}


class Rows(Drawn):
    """A table."""

    kind = "table"
    custom: ClassVar[Json] = {
        "align": "auto",
        "cellOptions": {"type": "auto"},
        "inspect": False,
        "wrapHeaderText": True,
    }
    drawing: ClassVar[Json] = {"showHeader": True, "cellHeight": "sm", "frameIndex": 0}


class Bars(Drawn):
    """A bar per row, named by the first column, the value written beside it."""

    kind = "bargauge"
    colour: ClassVar[Json] = {"mode": "fixed", "fixedColor": BLUE}
    drawing: ClassVar[Json] = {
        "reduceOptions": _EACH_ROW,
        "orientation": "horizontal",
        "displayMode": "basic",
        "valueMode": "text",
        "namePlacement": "left",
        "showUnfilled": True,
        "sizing": "auto",
        "minVizWidth": 8,
        "minVizHeight": 16,
        "maxVizHeight": 40,
        "legend": {**_LEGEND, "showLegend": False},
    }


class States(Drawn):
    """State timeline: what held when, a row per series, the state written into its bar."""

    kind = "state-timeline"
    format = "time_series"
    custom: ClassVar[Json] = {"fillOpacity": 75, "lineWidth": 0}
    drawing: ClassVar[Json] = {
        "showValue": "auto",
        "rowHeight": 0.85,
        "mergeValues": True,
        "alignValue": "left",
        "legend": _LEGEND,
        "tooltip": {"mode": "single", "sort": "none"},
    }


class Grid(Drawn):
    """Heat map of rows over time: a row per series, its value as a colour and in the tooltip."""

    kind = "heatmap"
    format = "time_series"

    def __init__(self, words: Words, sql: str, unit: str, fields: Sequence[Field] = (), **more: Any) -> None:  # noqa: ANN401 - see the base
        lowest, highest = more.pop("scale")
        super().__init__(words, sql, unit, fields, **more)
        self.options = {
            "calculate": False,
            "cellGap": 1,
            "cellValues": {"unit": unit},
            "color": {
                "mode": "scheme",
                # Even steps of brightness, told apart with any kind of colour blindness.
                "scheme": "Viridis",
                "reverse": False,
                "min": lowest,
                "max": highest,
                "exponent": 0.5,
                "fill": "dark-orange",
                "steps": 64,
            },
            "exemplars": {"color": "rgba(255,0,255,0.7)"},
            "legend": {"show": True},
            "rowsFrame": {"layout": "auto", "value": words.title},
            "showValue": "never",
            "tooltip": {"mode": "single", "yHistogram": False, "showColorScale": True},
            "yAxis": {"axisPlacement": "left", "reverse": False},
        }


class Scatter(Drawn):
    """Points of pairs of numbers (XY chart): the first column across, each other one upwards."""

    kind = "xychart"
    custom: ClassVar[Json] = {"show": "points", "pointSize": {"fixed": 4}, "fillOpacity": 60, "lineWidth": 1}
    drawing: ClassVar[Json] = {
        "mapping": "auto",
        "series": [],
        "legend": _LEGEND,
        "tooltip": {"mode": "single", "sort": "none"},
    }


class Map(Drawn):
    """Geomap: markers at columns ``latitude`` and ``longitude``, coloured by a column and labelled by another.

    No tiles are loaded from anywhere, so that nobody learns who looks at the city.
    """

    kind = "geomap"

    def __init__(self, words: Words, sql: str, unit: str, fields: Sequence[Field], *, colour: str, label: str) -> None:
        super().__init__(words, sql, unit, fields)
        style = {
            "color": {"field": colour, "fixed": "#8E8E8E"},
            "size": {"fixed": 9, "min": 5, "max": 15},
            "symbol": {"mode": "fixed", "fixed": "img/icons/marker/circle.svg"},
            "opacity": 0.8,
            "text": {"mode": "field", "field": label, "fixed": ""},
            "textConfig": {
                "fontSize": 11,
                "offsetX": 0,
                "offsetY": -15,
                "textAlign": "center",
                "textBaseline": "middle",
            },
        }
        self.options = {
            "view": {"id": "fit", "allLayers": True, "padding": 12},
            "controls": {"showZoom": True, "mouseWheelZoom": False, "showAttribution": False, "showScale": True},
            # A file that Grafana ships: any other ground would be loaded from somebody's server.
            "basemap": {"type": "geojson", "name": "", "config": {"src": "public/maps/countries.geojson"}},
            "layers": [
                {
                    "type": "markers",
                    "name": words.title,
                    "config": {"style": style, "showLegend": True},
                    "location": {"mode": "coords", "latitude": "latitude", "longitude": "longitude"},
                    "tooltip": True,
                }
            ],
            "tooltip": {"mode": "details"},
        }
