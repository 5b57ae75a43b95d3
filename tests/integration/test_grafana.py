"""Every dashboard in a real Grafana: its data source and JSON loaded, its statements run, its pages looked at.

``EMSCHER_TEST_GRAFANA_URL`` names one that reaches the test database; ``EMSCHER_TEST_PICTURES`` a folder for pictures.
"""

import asyncio
import json
import os
import secrets
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from chromium import PROGRAM, Page, chromium
from fix_city_day import recent
from grafana_api import Grafana, address, rows_of
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow

from dashboards.document import DASHBOARDS, documents
from dashboards.expansion import Period, first_choice, interpolated
from emscher.settings import Settings

Json = dict[str, Any]
BOARDS: dict[str, Json] = {
    f"{path.parent.name}/{path.name}": json.loads(text) for path, text in documents() if path.is_relative_to(DASHBOARDS)
}
DAYS = {"now-24h": 1, "now-30d": 30}
PATIENCE_S = 60.0
WIDTH, CELL, HEAD = 1600, 38, 190

SEEN = """(() => {
  const panels = [...document.querySelectorAll('.react-grid-item')];
  const text = panels.map(one => one.innerText);
  return {
    panels: panels.length,
    loading: document.querySelectorAll('.panel-loading').length,
    errors: [...document.querySelectorAll('.panel-info-corner--error, [data-testid="data-testid Panel status error"]')]
        .map(one => one.closest('.react-grid-item')?.innerText.split('\\n')[0]),
    empty: text.filter(one => /No data|Nothing|Nichts|Keine Daten/.test(one)).map(one => one.slice(0, 90)),
  };
})()"""

pytestmark = [
    pytest.mark.grafana,
    pytest.mark.skipif(address() is None, reason="EMSCHER_TEST_GRAFANA_URL names no Grafana"),
]


@pytest.fixture
def reader(city_day: Settings) -> Iterator[dict[str, str]]:
    """Log in as the compose file's reader does, by a name of this test's own: what the data source's file asks for."""
    url = city_day.database_url.get_secret_value()
    parts = conninfo_to_dict(url)
    if str(parts["host"]).startswith("/"):
        pytest.skip("the embedded PostgreSQL listens on a socket only")
    name, password = f"emscher_grafana_{secrets.token_hex(4)}", secrets.token_hex(8)
    role = sql.Identifier(name)
    with psycopg.connect(url, autocommit=True) as connection:
        statement = sql.SQL("create role {} login password {} in role emscher_reader")
        connection.execute(statement.format(role, sql.Literal(password)))
        yield {
            "EMSCHER_GRAFANA_DATABASE_ADDRESS": f"{parts['host']}:{parts['port']}",
            "EMSCHER_GRAFANA_DATABASE_NAME": str(parts["dbname"]),
            "EMSCHER_GRAFANA_DATABASE_USER": name,
            "EMSCHER_DATABASE_READER_PASSWORD": password,
        }
        connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = %s", (name,))
        connection.execute(sql.SQL("drop role {}").format(role))


@pytest.fixture
def grafana() -> Iterator[Grafana]:
    """Give the running Grafana."""
    with Grafana(str(address())) as running:
        yield running


def _annotations(board: Json) -> list[Json]:
    return [{"title": one["name"], "targets": [one["target"]]} for one in board["annotations"].get("list", ())]


def _asking(connection: psycopg.Connection[TupleRow]) -> Callable[[str], list[TupleRow]]:
    return lambda query: connection.execute(query.encode()).fetchall()


def test_every_statement_through_grafana(city_day: Settings, reader: dict[str, str], grafana: Grafana) -> None:
    """Each panel's statement gives rows through Grafana's own endpoint, which expands its own macros."""
    source = grafana.set_data_source(reader)
    empty = []
    with psycopg.connect(city_day.database_url.get_secret_value()) as connection:
        for name, board in BOARDS.items():
            chosen = first_choice(board["templating"]["list"], _asking(connection))
            until = recent()
            period = Period(until - timedelta(days=DAYS[board["time"]["from"]]), until)
            for panel in (*board["panels"], *_annotations(board)):
                for target in panel["targets"]:
                    filled = interpolated(target["rawSql"], board["templating"]["list"], chosen)
                    result = grafana.query(
                        source,
                        target | {"rawSql": filled},
                        period.since,
                        period.until,
                        period.interval_s(panel.get("interval")),
                    )
                    assert not result.get("error"), (name, panel["title"], result["error"])
                    if not rows_of(result) and not name.endswith("indicators.json"):
                        empty.append(f"{name}: {panel['title']}")
    assert not empty


@pytest.mark.skipif(PROGRAM is None, reason="there is no Chromium")
async def test_every_page(reader: dict[str, str], grafana: Grafana, tmp_path: Path) -> None:
    """Each dashboard's page has all its panels, none in error and none empty; a picture of each is kept."""
    grafana.set_data_source(reader)
    pictures = Path(os.environ.get("EMSCHER_TEST_PICTURES", str(tmp_path)))
    wrong = {}
    async with chromium(tmp_path / "profile") as page:
        await _sign_in(page, grafana)
        for name, board in BOARDS.items():
            if name.endswith("indicators.json"):
                continue
            grafana.load(board)
            rows = max(one["gridPos"]["y"] + one["gridPos"]["h"] for one in board["panels"])
            await page.open(f"{_base(grafana)}/d/{board['uid']}?theme=light", WIDTH, HEAD + rows * CELL)
            seen = await _settled(page, len(board["panels"]))
            await page.picture(pictures / f"{name.replace('/', '-').removesuffix('.json')}.png")
            if seen["panels"] != len(board["panels"]) or seen["errors"] or seen["empty"]:
                wrong[name] = seen
    assert not wrong


async def _sign_in(page: Page, grafana: Grafana) -> None:
    url = httpx.URL(str(address()))
    await page.open(f"{_base(grafana)}/login", WIDTH, 800)
    body = json.dumps({"user": url.username, "password": url.password})
    script = f"fetch('/login', {{method: 'POST', headers: {{'Content-Type': 'application/json'}}, body: '{body}'}})"
    await asyncio.sleep(1)
    await page.ask("Runtime.evaluate", expression=script, awaitPromise=True)


def _base(grafana: Grafana) -> str:
    url = grafana.client.base_url
    return f"{url.scheme}://{url.host}:{url.port}"


async def _settled(page: Page, panels: int) -> Json:
    """Wait until all panels are there and none is loading for a while."""
    until_s = time.monotonic() + PATIENCE_S
    quiet, seen = 0, {}
    while quiet < 3 and time.monotonic() < until_s:
        await asyncio.sleep(1)
        seen = await page.evaluate(SEEN)
        quiet = quiet + 1 if seen["panels"] >= panels and not seen["loading"] else 0
    return seen
