"""What every dashboard must keep; no panel is named here."""

import json
import re
from pathlib import Path
from typing import Any, cast

import pytest

from dashboards import indicators
from dashboards.document import encode
from emscher.settings import Settings
from emscher.store.pool import connect

BUILT = Path(__file__).parents[2] / "dashboards" / "json"
DOCUMENTS = {"indicators": encode(indicators.build())}
PANELS = [
    pytest.param(panel, id=f"{name}: {panel['title']}")
    for name, text in DOCUMENTS.items()
    for panel in json.loads(text)["panels"]
]


def _expanded(sql: str) -> str:
    """Expand the macros and variables our panels use, as Grafana's PostgreSQL data source does."""
    span = r"\1 BETWEEN '2026-01-05T00:00:00Z' AND '2026-01-06T00:00:00Z'"
    text = re.sub(r"\$__timeFilter\(([^)]*)\)", span, sql).replace("$site", "wall-01")
    assert "$" not in text
    return text


@pytest.mark.parametrize("name", DOCUMENTS)
def test_built_file_is_what_the_code_builds(name: str) -> None:
    """The JSON that ships is, to the byte, what `emscher dashboards build` writes."""
    assert (BUILT / f"{name}.json").read_text() == DOCUMENTS[name]


@pytest.mark.parametrize("panel", PANELS)
def test_panel_says_what_it_shows(panel: dict[str, Any]) -> None:
    """No panel is without title, unit, description and data source."""
    assert panel["title"]
    assert panel["description"]
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert panel["datasource"] == "Emscher"


async def test_every_query_runs_in_the_readers_role(store: Settings) -> None:
    """Each panel's query runs in the reader's role and gives time, name and value."""
    async with await connect(store, "reader") as connection:
        for parameter in PANELS:
            (panel,) = parameter.values
            for target in cast("dict[str, Any]", panel)["targets"]:
                cursor = await connection.execute(_expanded(target["rawSql"]))
                assert [column.name for column in cursor.description or ()] == ["time", "metric", "value"]
