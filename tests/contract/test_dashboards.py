"""What every dashboard must keep, in both languages; no dashboard and no panel is named here."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fix_city_day import recent
from fix_pipeline import register

from dashboards.boards import boards
from dashboards.document import ALERTS, DASHBOARDS, documents
from dashboards.expansion import Chosen, Period, expanded, first_choice, interpolated
from emscher.settings import Settings
from emscher.store.pool import Connection, connect
from emscher.store.query import queries

Json = dict[str, Any]

BUILT = Path(__file__).parents[2] / "dashboards"
DOCUMENTS = {str(path): text for path, text in documents()}
BOARDS: dict[str, Json] = {
    str(path.relative_to(DASHBOARDS)): json.loads(text) for path, text in documents() if path.is_relative_to(DASHBOARDS)
}
PANELS = [
    pytest.param(name, panel, id=f"{name}: {panel['id']} {panel['title']}")
    for name, board in BOARDS.items()
    for panel in board["panels"]
]
DAYS = {"now-24h": 1, "now-30d": 30}
NUMBERS = {20, 21, 23, 700, 701, 1700}
TEXT, TIMES = 25, {1184, 1114, 1082, 701, 1700}
OVER_TIME = {"timeseries", "state-timeline", "heatmap"}
EMPTY_OF_ITS_OWN = re.compile(r"rejected_message|undefined_reason|max_out|incident")


def period_of(board: Json, until: datetime) -> Period:
    """Period that a dashboard shows at first."""
    return Period(until - timedelta(days=DAYS[board["time"]["from"]]), until)


async def _first_choice(connection: Connection, board: Json) -> Chosen:
    """Choose as a page does; each answer is asked for when the choices before it are known."""
    told: dict[str, list[tuple[Any, ...]]] = {}
    while True:
        try:
            return first_choice(board["templating"]["list"], told.__getitem__)
        except KeyError as missing:
            query = str(missing.args[0])
            told[query] = await (await connection.execute(query.encode())).fetchall()


async def answers(
    store: Settings, board: Json, period: Period, chosen: Chosen | None = None
) -> Iterator[tuple[Json, list[tuple[str, int]], list[tuple[Any, ...]]]]:
    """Run every statement of a dashboard in the reader's role: the panel, its columns with their types, its rows."""
    found = []
    async with await connect(store, "reader", autocommit=True) as connection:
        picked = await _first_choice(connection, board) if chosen is None else chosen
        for panel in board["panels"]:
            width_s = period.interval_s(panel.get("interval"))
            for target in panel["targets"]:
                filled = interpolated(target["rawSql"], board["templating"]["list"], picked)
                sql = expanded(filled, period, width_s, timescaledb=store.database_flavour == "timescaledb")
                cursor = await connection.execute(sql.encode())
                columns = [(one.name, one.type_code) for one in cursor.description or ()]
                found.append((panel, columns, await cursor.fetchall()))
    return iter(found)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_built_file_is_what_the_code_builds(name: str) -> None:
    """The JSON that ships is, to the byte, what `emscher dashboards build` writes."""
    assert (BUILT / name).read_text(encoding="utf-8") == DOCUMENTS[name]


def test_no_other_file_ships() -> None:
    """A dashboard that is gone leaves no file behind."""
    found = [*(BUILT / DASHBOARDS).rglob("*.json"), *(BUILT / ALERTS).parent.iterdir()]
    assert {str(path.relative_to(BUILT)) for path in found} == set(DOCUMENTS)


@pytest.mark.parametrize(("name", "panel"), PANELS)
def test_panel_says_what_it_shows(name: str, panel: Json) -> None:
    """No panel is without title, unit, description, data source, and a sentence for when there is nothing to show."""
    assert name
    assert panel["title"]
    assert panel["description"].endswith((".", ";"))
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert panel["fieldConfig"]["defaults"]["noValue"]
    assert panel["datasource"]["uid"] == "emscher"
    assert panel["targets"]


@pytest.mark.parametrize("name", BOARDS)
def test_panels_neither_overlap_nor_leave_the_page(name: str) -> None:
    """Every cell of the grid holds one panel at most."""
    taken = [
        (x, y)
        for panel in BOARDS[name]["panels"]
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) < 24


def test_both_languages_have_the_same_panels() -> None:
    """German and English differ in words alone: kinds, statements and places are the same."""
    for name in boards():
        english, german = (BOARDS[f"{code}/{name}.json"] for code in ("en", "de"))
        for one, other in zip(english["panels"], german["panels"], strict=True):
            assert one["type"] == other["type"]
            assert one["gridPos"] == other["gridPos"]
            assert _neutral(one["targets"]) == _neutral(other["targets"])
        assert english["uid"][:-3] == german["uid"][:-3]
        assert english["title"] != german["title"] or english["description"] != german["description"]


def _neutral(targets: list[Json]) -> list[str]:
    return [target["rawSql"].replace("meaning_de", "meaning_en") for target in targets]


@pytest.mark.parametrize("name", BOARDS)
def test_links_lead_to_dashboards_that_there_are(name: str) -> None:
    """An address of a dashboard names one that ships."""
    known = {board["uid"] for board in BOARDS.values()}
    named = set(re.findall(r"/d/([\w-]+)", json.dumps(BOARDS[name])))
    assert named
    assert named <= known


@pytest.mark.parametrize("name", DOCUMENTS)
def test_public_wlan_is_shown_as_it_is_published(name: str) -> None:
    """No statement reads an access point's readings, or a zone's hours before suppression."""
    assert not re.search(r"wlan_(reading|latest|indicator)\b", DOCUMENTS[name])


def test_every_statement_is_used() -> None:
    """No named statement lies idle."""
    used = [text for board in BOARDS.values() for text in _texts(board)]
    for name in boards():
        for query in queries("dashboards.boards", f"{name}.sql").values():
            pattern = re.sub(r"\\{\w+\\}", ".*", re.escape(query.text))
            assert any(re.fullmatch(pattern, text) for text in used), f"{name}.sql: {query.name}"


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(one)


async def test_every_panel_shows_the_day(city_day: Settings) -> None:
    """Each statement runs in the reader's role over a day and gives rows of the types that its kind of panel needs."""
    empty = []
    for name, board in BOARDS.items():
        if not name.startswith("en/") or name.endswith("indicators.json"):
            continue
        for panel, columns, rows in await answers(city_day, board, period_of(board, recent())):
            _fits(panel, columns)
            if not any(value is not None for row in rows for value in row):
                empty.append(f"{name}: {panel['title']}")
    assert not empty


async def test_every_indicator_has_a_panel_that_runs(city_day: Settings) -> None:
    """The dashboard that is made from the catalogue runs for every kind of site."""
    board = BOARDS["en/indicators.json"]
    async with await connect(city_day, "reader") as connection:
        sql = "SELECT DISTINCT ON (kind) key FROM site WHERE kind <> 'unconfigured' ORDER BY kind, key"
        keys = [row[0] for row in await (await connection.execute(sql)).fetchall()]
    shown = set()
    for key in keys:
        for panel, columns, rows in await answers(city_day, board, period_of(board, recent()), {"site": key}):
            _fits(panel, columns)
            shown |= {panel["title"]} if rows else set()
    assert len(shown) > len(board["panels"]) / 2


def _fits(panel: Json, columns: list[tuple[str, int]]) -> None:
    """Compare columns with what a kind of panel needs."""
    kinds = dict(columns)
    title = panel["title"]
    assert len(kinds) == len(columns), title
    if panel["type"] in OVER_TIME:
        assert columns[0][0] == "time", title
        assert columns[0][1] in TIMES, title
        rest = [kind for name, kind in columns[1:] if name != "metric"]
        assert rest, title
        assert set(rest) <= NUMBERS, title
        assert kinds.get("metric", TEXT) == TEXT, title
    elif panel["type"] == "geomap":
        assert {kinds["latitude"], kinds["longitude"]} <= NUMBERS, title
    elif panel["type"] == "xychart":
        assert set(kinds.values()) <= NUMBERS, title
    elif panel["type"] in {"stat", "bargauge"}:
        assert set(kinds.values()) & NUMBERS, title
    shown = {one["matcher"]["options"] for one in panel["fieldConfig"]["overrides"]}
    if panel["type"] == "table":
        assert set(kinds) <= shown, title


RULES: list[Json] = json.loads(DOCUMENTS[str(ALERTS)])["groups"][0]["rules"]


def test_alerts_name_what_there_is() -> None:
    """A rule has a name of its own, a condition it computes, our data source, and a dashboard that ships."""
    assert len({rule["uid"] for rule in RULES}) == len({rule["title"] for rule in RULES}) == len(RULES)
    for rule in RULES:
        question, limit = rule["data"]
        assert rule["condition"] == limit["refId"]
        assert limit["model"]["expression"] == question["refId"]
        assert question["datasourceUid"] == "emscher"
        assert rule["annotations"]["dashboard"].removeprefix("/d/") in {board["uid"] for board in BOARDS.values()}


async def _numbers(store: Settings, rule: Json, until: datetime) -> list[float]:
    """Ask as a rule asks at a moment: one number a row, the rest its labels."""
    question = rule["data"][0]
    period = Period(until - timedelta(seconds=question["relativeTimeRange"]["from"]), until)
    statement = expanded(question["model"]["rawSql"], period, 60, timescaledb=False)
    async with await connect(store, "reader") as connection:
        cursor = await connection.execute(statement.encode())
        types = [column.type_code for column in cursor.description or ()]
        assert sorted(one in NUMBERS for one in types) == [False] * (len(types) - 1) + [True]
        place = next(number for number, one in enumerate(types) if one in NUMBERS)
        return [row[place] for row in await cursor.fetchall()]


def _fires(rule: Json, numbers: list[float]) -> bool:
    return any(one > rule["data"][1]["model"]["conditions"][0]["evaluator"]["params"][0] for one in numbers)


async def test_alerts_are_silent_on_a_good_day(city_day: Settings) -> None:
    """At the end of the day every rule has something to look at, and none fires."""
    async with await connect(city_day, "reader") as connection:
        row = await (await connection.execute("SELECT max(observed_at) FROM traffic_latest")).fetchone()
    assert row
    for rule in RULES:
        numbers = await _numbers(city_day, rule, row[0] + timedelta(minutes=2))
        assert numbers
        assert not _fires(rule, numbers), (rule["title"], numbers)


async def test_a_silent_detector_is_told(city_day: Settings) -> None:
    """An hour after the last reading every site with detectors has some that are down."""
    assert _fires(_rule("Detector down"), await _numbers(city_day, _rule("Detector down"), recent(-2)))


async def test_what_quarantine_could_not_keep_is_told(store: Settings) -> None:
    """Refused readings of which no row is kept are a loss."""
    at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    async with await connect(store, "owner", autocommit=True) as connection:
        statement = "INSERT INTO rejected_dropped VALUES ('traffic', 'malformed', %s, 'w', 3)"
        await connection.execute(statement, (at - timedelta(minutes=5),))
    numbers = await _numbers(store, _rule("Loss in accounting"), at)
    assert numbers == [3]
    assert _fires(_rule("Loss in accounting"), numbers)


APPROACH = """
INSERT INTO approach_indicator (sensor_id, signal_group, window_start, width_s, simulated, coverage_ratio, cycle_count,
    split_failure_count, arrival_reason, presence_reason, flow_reason, red_reason, pedestrian_reason, queue_reason,
    advice_reason, revision, computed_at)
SELECT sensor_id, 2, %(at)s - interval '30 minutes', 900, true, 1, 10, 9, 0, 0, 0, 0, 0, 0, 0, 0, %(at)s
FROM sensor WHERE key = 'j.ctl'
"""


async def test_an_overloaded_approach_is_told(store: Settings) -> None:
    """Nine greens that did not serve all are three more than allowed."""
    at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    await register(store, "j", {"j.ctl": {"stream": "signal"}}, approaches=[{"key": "east", "signal_group": 2}])
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute(APPROACH.encode(), {"at": at})
    numbers = await _numbers(store, _rule("Split failures"), at)
    assert numbers == [3]
    assert _fires(_rule("Split failures"), numbers)


ENERGY = """
INSERT INTO energy_indicator
    (sensor_id, window_start, width_s, simulated, energy_kwh, method, coverage_ratio, revision, computed_at)
SELECT sensor_id, quarter, 900, true, CASE key WHEN 'room.main' THEN 2 ELSE 1 END, 1, 1, 0, now()
FROM sensor CROSS JOIN generate_series(now() - interval '4 days', now(), interval '15 minutes') AS quarter
"""
TARGET = """
INSERT INTO target VALUES ('room', 'pue', 1.3, '1', 'lower', '2030-12-31', 'D', 'R', 2024, 1.6, '', true)
"""


async def test_a_missed_target_is_told(store: Settings) -> None:
    """A PUE of 2 is more than 5 % worse than a path from 1.6 to 1.3, and its traffic light is red."""
    points = {"room.main": {"measurement_point": "utility"}, "room.ups": {"measurement_point": "ups_out"}}
    await register(store, "room", points)
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute(ENERGY.encode())
        await connection.execute(TARGET.encode())
        state = "SELECT reached_value, light, days FROM target_state"
        assert await (await connection.execute(state.encode())).fetchone() in {(2.0, 3, days) for days in (3, 4, 5)}
    assert _fires(_rule("PUE target missed"), await _numbers(store, _rule("PUE target missed"), recent()))


def _rule(title: str) -> Json:
    return next(rule for rule in RULES if rule["title"] == title)


NOTHING: Mapping[str, timedelta] = {
    "before the first reading": timedelta(days=400),
    "in the future": timedelta(days=-30),
}


@pytest.mark.parametrize("when", NOTHING)
async def test_missing_is_never_zero(city_day: Settings, when: str) -> None:
    """Over a period without readings no panel that looks at the period gives a 0."""
    for name, board in BOARDS.items():
        if not name.startswith("en/"):
            continue
        for panel, _, rows in await answers(city_day, board, period_of(board, recent() - NOTHING[when])):
            if "$__time" in panel["targets"][0]["rawSql"]:
                assert not _zeros(rows), (name, panel["title"], rows[:2])


async def test_an_empty_store_is_no_error(store: Settings) -> None:
    """Without a site, a sensor or a reading every statement runs, and nothing is 0 that was not counted."""
    for name, board in BOARDS.items():
        if not name.startswith("en/"):
            continue
        for panel, _, rows in await answers(store, board, period_of(board, datetime.now(UTC))):
            if "$__time" in panel["targets"][0]["rawSql"]:
                assert not _zeros(rows), (name, panel["title"], rows[:2])


async def test_a_site_without_data_is_no_error(store: Settings) -> None:
    """A site whose sensors never reported leaves panels empty."""
    await register(store, "room", {"room.main": {"measurement_point": "utility"}, "room.lane": {"stream": "traffic"}})
    for name, board in BOARDS.items():
        if not name.startswith("en/"):
            continue
        for panel, _, rows in await answers(store, board, period_of(board, datetime.now(UTC))):
            if "$__time" in panel["targets"][0]["rawSql"]:
                assert not _zeros(rows), (name, panel["title"], rows[:2])


def _zeros(rows: list[tuple[Any, ...]]) -> bool:
    return any(not isinstance(value, (str, bool, type(None))) and value == 0 for row in rows for value in row)
