"""The council's report on a real database: from a simulated quarter to files, frozen, and restated when a factor is."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import psycopg
import pytest
from fix_api import NOW
from fix_pipeline import counter, register, rows, run

from dashboards.report.command import make, save, write
from dashboards.report.document import fingerprint
from dashboards.report.target import read
from emscher.errors import ReportError
from emscher.settings import Settings
from emscher.store.pool import connect

EXAMPLE = Path(__file__).parents[2] / "dashboards" / "report" / "dortmund.toml"
QUARTER = "2025Q4"
# The last quarter of 2025 in Dortmund: 92 days and the hour that October has twice.
BEGIN = datetime(2025, 9, 30, 22, tzinfo=UTC)
HOURS = 92 * 24 + 1
UTILITY, UPS = {"measurement_point": "utility"}, {"measurement_point": "ups_out"}
VOID = {"meta"}


class _Page(HTMLParser):
    """Checks that elements close in their order, and collects what could load something."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loads: list[str] = []
        self.heads: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        given = dict(attrs)
        self.loads += [f"{tag} {name}" for name in given if name in {"src", "href", "srcset", "data", "action"}]
        if tag in {"script", "link", "img", "iframe", "object"}:
            self.loads.append(tag)
        if tag == "th":
            self.heads.append(given.get("scope"))
        if tag not in VOID | {"br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the element that was opened last."""
        assert self.open.pop() == tag


async def _fill(store: Settings, utility_w: float = 1500, **metadata: object) -> None:
    await register(store, "rz-a", {"a.utility": UTILITY, "a.ups": UPS}, **metadata)
    await run(store, {"a.utility": counter(BEGIN, HOURS, utility_w), "a.ups": counter(BEGIN, HOURS, 1000)}, NOW)
    await write(store, read(EXAMPLE))


async def _revise(store: Settings) -> None:
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute(
            "insert into emission_factor values ('electricity mix Germany', 2025, 2027, 350, 'CO2', false,"
            " 'revised', 'UBA')"
        )


async def test_quarter_is_reported_frozen_and_restated(store: Settings, tmp_path: Path) -> None:
    """Frozen with 344 g/kWh the CO2 stays; with the factor corrected to 350 g both values stand side by side (O14)."""
    await _fill(store)
    report, content = await make(store, QUARTER, NOW, frozen=True)
    frozen_kg = 1.5 * HOURS * 0.344
    assert report.factor_vintage == 2026
    (kept,) = await rows(store, "select quarter, sha256, document from report")
    assert kept == (QUARTER, hashlib.sha256(content).hexdigest(), content.decode())
    with pytest.raises(ReportError, match="frozen already"):
        await make(store, QUARTER, NOW, frozen=True)
    same, _ = await make(store, QUARTER, NOW)
    assert same.restatements == []
    await _revise(store)
    later, body = await make(store, QUARTER, NOW)
    found = {(one.site, one.indicator): one for one in later.restatements}
    assert set(found) == {
        ("city", "co2_location_kg"),
        ("rz-a", "co2_location_kg"),
        ("rz-a", "cue_kg_per_kwh"),
    }
    one = found["city", "co2_location_kg"]
    assert one.frozen.value == pytest.approx(frozen_kg)
    assert one.restated.value == pytest.approx(1.5 * HOURS * 0.350)
    page = save(later, body, tmp_path, store.time_zone)[0].read_text()
    assert "1.140" in page
    assert "1.160" in page
    (still,) = await rows(store, "select document from report")
    assert still == (content.decode(),)


async def test_files_are_well_formed_and_load_nothing(store: Settings, tmp_path: Path) -> None:
    """HTML closes what it opens, names its table heads' scope and loads nothing; a name cannot become markup."""
    await _fill(store)
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute("update site set name = '<script>alert(1)</script>'")
    report, content = await make(store, QUARTER, NOW, frozen=True)
    paths = save(report, content, tmp_path, store.time_zone)
    assert [path.name for path in paths] == [f"greenit-{QUARTER}.{suffix}" for suffix in ("html", "csv", "json")]
    text = paths[0].read_text()
    page = _Page()
    page.feed(text)
    assert page.open == []
    assert page.loads == []
    assert set(page.heads) == {"col", "row"}
    assert "http" not in text.replace("http-equiv", "")
    assert fingerprint(paths[2].read_bytes()) in text
    assert json.loads(content)["quarter"] == QUARTER
    lines = list(csv.DictReader(io.StringIO(paths[1].read_text())))
    (pue,) = [line for line in lines if (line["period"], line["site"], line["figure"]) == (QUARTER, "rz-a", "pue")]
    assert (pue["value"], pue["state"], pue["light"]) == ("1.5", "interim", "green")
    assert {line["simulated"] for line in lines} == {"true"}


async def test_law_binds_by_power_and_first_day(store: Settings) -> None:
    """With 400 kW since 2015 the limits and duties appear and a missing year is red; without, targets are voluntary."""
    await _fill(store, rated_it_kw=400, operating_since=2015)
    bound, _ = await make(store, QUARTER, NOW)
    assert [one.binds for one in bound.bonds] == [True]
    assert {(one.limit.name, one.limit.value, one.verdict) for one in bound.checks} == {
        ("pue_at_most", 1.5, "not_yet"),
        ("pue_at_most", 1.3, "not_yet"),
        ("ref_at_least", 0.5, "not_computable"),
        ("ref_at_least", 1.0, "not_yet"),
    }
    assert {one.limit.name for one in bound.duties} >= {"ems_power_at_least", "publication_power_at_least"}
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute("update site set metadata = '{}'")
    free, _ = await make(store, QUARTER, NOW)
    assert [one.binds for one in free.bonds] == [False]
    assert (free.checks, free.duties) == ([], [])


async def test_both_cases_of_the_law_stand_side_by_side(store: Settings, tmp_path: Path) -> None:
    """A site of 400 kW is bound and has limits, one of 120 kW and one that says nothing have voluntary targets."""
    await _fill(store, rated_it_kw=400, operating_since=2015)
    await register(store, "rz-b", {"b.utility": UTILITY}, rated_it_kw=120, operating_since=2021)
    await register(store, "rz-c", {"c.utility": UTILITY})
    report, content = await make(store, QUARTER, NOW)
    text = save(report, content, tmp_path, store.time_zone)[0].read_text()
    section = text[text.index('<section id="recht"') : text.index('<section id="energie"')]
    said = dict(re.findall(r"<li>(rz-[abc]): (.*)</li>", section))
    assert said["rz-a"] == "das EnEfG bindet (400 kW Anschlussleistung, Schwelle 300 kW)"
    assert said["rz-b"] == "<strong>freiwilliges Ziel</strong> (120 kW Anschlussleistung, Schwelle 300 kW)"
    assert said["rz-c"].startswith("<strong>freiwilliges Ziel</strong> (Anschlussleistung nicht angegeben")
    assert {one.site for one in report.checks} == {one.site for one in report.duties} == {"rz-a"}
    assert "Gesetzliche Grenzwerte" in section


async def test_applications_are_named_only_where_the_city_says_so(store: Settings, tmp_path: Path) -> None:
    """The report is public: of two applications the one with a name for the public is named, the other numbered."""
    node, work = {"measurement_point": "it_input", "node": "srv"}, {"stream": "workload", "node": "srv", "cores": 10}
    gis = {**work, "application": "gis-intern", "public_name": "Geoinformation"}
    await register(store, "rz-a", {"psu": node, "app.gis": gis, "app.dms": {**work, "application": "dms-geheim"}})
    await run(store, {"psu": counter(BEGIN, HOURS, 100)}, NOW)
    for name, cores in (("gis", 2), ("dms", 3)):
        said = {"node": "srv", "application": "gis-intern" if name == "gis" else "dms-geheim"}
        cpu = [
            {"time": one["time"], **said, "cpu_s": cores * 1800 * step}
            for step, one in enumerate(counter(BEGIN, HOURS, 0))
        ]
        await run(store, {f"app.{name}": cpu}, NOW, "workload")
    report, content = await make(store, QUARTER, NOW)
    assert [one.name for one in report.applications] == ["Anwendung 1", "Geoinformation", "not attributed"]
    assert [round(one.energy.value or 0, 3) for one in report.applications] == [66.27, 44.18, 110.45]
    written = "".join(path.read_text() for path in save(report, content, tmp_path, store.time_zone))
    assert "Geoinformation" in written
    assert "gis-intern" not in written
    assert "geheim" not in written


async def test_running_quarter_is_a_draft_only(store: Settings) -> None:
    """A quarter that is not over is reported, not frozen; one without data says so and is red where it has a target."""
    await _fill(store)
    report, _ = await make(store, "2026Q1", NOW)
    reds = {(row.site, row.indicator) for row in report.rows if row.light.colour == "red"}
    assert ("rz-a", "pue") in reds
    assert {row.quarter.value for row in report.rows if row.indicator == "pue"} == {None}
    with pytest.raises(ReportError, match="is not over"):
        await make(store, "2026Q1", NOW, frozen=True)


async def test_frozen_report_cannot_be_touched(store: Settings) -> None:
    """Nobody changes or deletes a frozen report, not even the owner; and its hash must fit."""
    await _fill(store)
    await make(store, QUARTER, NOW, frozen=True)
    for statement in ("update report set quarter = 'x'", "delete from report", "truncate report"):
        async with await connect(store, "owner", autocommit=True) as connection:
            with pytest.raises(psycopg.errors.RaiseException, match="never changed"):
                await connection.execute(statement.encode())
    async with await connect(store, "writer", autocommit=True) as connection:
        with pytest.raises(psycopg.errors.CheckViolation):
            await connection.execute(
                "insert into report (quarter, frozen_at, software_version, document, sha256)"
                " values ('2025Q3', now(), '0', '{}', 'ff')"
            )
