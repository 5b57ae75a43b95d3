"""A running Grafana, set up from our files alone: data source, dashboards, queries, pages."""

from __future__ import annotations

import copy
import os
import string
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import httpx
import yaml

Json = dict[str, Any]
ROOT = Path(__file__).parents[1]
PROVISIONING = ROOT / "dashboards" / "provisioning"
ADDRESS = "EMSCHER_TEST_GRAFANA_URL"
FIRST_OF_TODAY = 8
"""Major version from which on Grafana knows today's mappings and references to data sources."""
STAND_INS = {"state-timeline": "timeseries", "geomap": "table", "xychart": "table"}
"""What an old Grafana shows instead of a kind of panel that it does not know."""
OLD_HEATMAP: Json = {
    "dataFormat": "tsbuckets",
    "color": {"mode": "spectrum", "colorScheme": "interpolateViridis", "exponent": 0.5},
    "legend": {"show": True},
    "tooltip": {"show": True},
    "xAxis": {"show": True},
    "yAxis": {"show": True, "format": "short"},
    "yBucketBound": "auto",
    "cards": {},
}
"""How an old Grafana draws a heat map of rows over time."""


class Grafana:
    """A running Grafana.

    Parameters
    ----------
    url : str
        Its address, with user and password of an administrator.
    """

    def __init__(self, url: str) -> None:
        self.client = httpx.Client(base_url=url, timeout=60)
        self.version: str = self.get("/api/health")["version"]
        self.is_old = int(self.version.split(".")[0]) < FIRST_OF_TODAY

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.client.close()

    def get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """Ask for something."""
        return self.client.get(path).raise_for_status().json()

    def post(self, path: str, body: Json) -> Any:  # noqa: ANN401 - JSON
        """Send something."""
        answer = self.client.post(path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def set_data_source(self, environment: dict[str, str]) -> int:
        """Set the data source up as our file has it, and give its number."""
        (path,) = (PROVISIONING / "datasources").glob("*.yaml")
        text = string.Template(path.read_text(encoding="utf-8")).substitute(environment)
        (source,) = yaml.safe_load(text)["datasources"]
        old = self.client.get(f"/api/datasources/name/{source['name']}")
        if old.is_success:
            self.client.delete(f"/api/datasources/name/{source['name']}").raise_for_status()
        number: int = self.post("/api/datasources", source | {"editable": True})["datasource"]["id"]
        return number

    def load(self, board: Json) -> None:
        """Load a dashboard; for an old Grafana in the words it knows."""
        dashboard = aged(board) if self.is_old else board
        self.post("/api/dashboards/db", {"dashboard": dashboard | {"id": None}, "overwrite": True})

    def query(self, source: int, target: Json, since: datetime, until: datetime, interval_s: int) -> Json:
        """Send a panel's statement through Grafana's own endpoint, and give the result of it."""
        query = {
            "refId": target["refId"],
            "datasourceId": source,
            "datasource": {"uid": "emscher", "type": "postgres"},
            "rawSql": target["rawSql"],
            "format": target["format"],
            "intervalMs": interval_s * 1000,
            "maxDataPoints": 1000,
        }
        span = {"from": str(round(since.timestamp() * 1000)), "to": str(round(until.timestamp() * 1000))}
        path = "/api/tsdb/query" if self.is_old else "/api/ds/query"
        result: Json = self.post(path, span | {"queries": [query]})["results"][target["refId"]]
        return result


def rows_of(result: Json) -> int:
    """Count the rows of a result, or the points of its series."""
    if "frames" in result:
        return max((len(one["data"]["values"][0]) for one in result["frames"] if one["data"]["values"]), default=0)
    tables = [len(one["rows"]) for one in result.get("tables") or ()]
    return sum(tables) + sum(len(one["points"]) for one in result.get("series") or ())


def aged(board: Json) -> Json:
    """Say a dashboard in the words of Grafana 7.5: names of data sources, its mappings, kinds of panels that it has."""
    old = copy.deepcopy(board)
    for panel in old["panels"]:
        _age(panel)
    for one in old["templating"]["list"]:
        if "datasource" in one:
            one["datasource"] = "Emscher"
    for one in old["annotations"].get("list", ()):
        one |= {"datasource": "Emscher", "rawQuery": one["target"]["rawSql"]}
    return old


def _age(panel: Json) -> None:
    panel["datasource"] = "Emscher"
    defaults = panel["fieldConfig"]["defaults"]
    if panel["type"] in STAND_INS:
        panel["type"] = STAND_INS[panel["type"]]
        defaults["color"] = {"mode": "palette-classic"}
    if panel["type"] == "bargauge":
        defaults["displayName"] = "${__cell_0}"
    if panel["type"] == "heatmap":
        panel |= OLD_HEATMAP
    for target in panel["targets"]:
        target.pop("datasource")
        if panel["type"] == "table":
            target["format"] = "table"
    defaults["mappings"] = _aged(defaults.get("mappings", []))
    for one in (one for override in panel["fieldConfig"]["overrides"] for one in override["properties"]):
        if one["id"] == "mappings":
            one["value"] = _aged(one["value"])
        if one["id"] == "custom.cellOptions":
            one.update(id="custom.displayMode", value=one["value"]["type"])


def _aged(mappings: list[Json]) -> list[Json]:
    pairs = [pair for one in mappings for pair in one["options"].items()]
    return [
        {"id": number, "type": 1, "value": value, "text": shown["text"]}
        for number, (value, shown) in enumerate(pairs, 1)
    ]


def address() -> str | None:
    """Give the address of the Grafana that tests may use."""
    return os.environ.get(ADDRESS)
