"""The council's report: the traffic light at its edges, the law by date and power, targets as an officer writes."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dashboards.report.command import app
from dashboards.report.frozen import differs
from dashboards.report.legal import Verdict, bond, checks, duties
from dashboards.report.light import light_of
from dashboards.report.periods import months, quarter, year_before
from dashboards.report.target import Measure, read
from dashboards.report.words import number
from emscher.errors import ReportError
from processing.figures.figure import Figure, missing
from processing.figures.light import Colour, light
from processing.figures.limit import Limit
from processing.figures.metered import Site
from processing.figures.period import twelve_months
from processing.figures.target import Target, chosen

BERLIN = "Europe/Berlin"
EXAMPLE = Path(__file__).parents[2] / "dashboards" / "report" / "dortmund.toml"
TARGET = Target(
    "rz", "eit_kwh", 800, "kWh", "lower", date(2028, 12, 31), "17", "IT", baseline_year=2024, baseline_value=1000
)
LAW = [
    Limit("data_centre_power_at_least", "", 300, "kW", date(2023, 11, 18), None, "law", "verified"),
    Limit("pue_at_most", "started before 2026-07-01", 1.5, "1", date(2027, 7, 1), date(2030, 6, 30), "law", "verified"),
    Limit("pue_at_most", "started before 2026-07-01", 1.3, "1", date(2030, 7, 1), None, "law", "verified"),
    Limit("pue_at_most", "started from 2026-07-01", 1.2, "1", date(2028, 7, 1), None, "law", "verified"),
    Limit("ref_at_least", "", 0.5, "1", date(2024, 1, 1), date(2026, 12, 31), "law", "verified"),
    Limit("ref_at_least", "", 1.0, "1", date(2027, 1, 1), None, "law", "verified"),
    Limit("ems_power_at_least", "", 300, "kW", date(2025, 7, 1), None, "law", "verified"),
    Limit("eu_report_power_at_least", "", 500, "kW", date(2024, 6, 6), None, "law", "verified"),
]
NONE = missing("1", "no_data", "not entered")


def _site(**metadata: object) -> Site:
    return Site("rz", "Room", metadata, {"utility": 1})


@pytest.mark.parametrize(
    ("value", "better", "completeness_pct", "colour"),
    [
        (100.0, "lower", 100.0, "green"),
        (100.001, "lower", 100.0, "amber"),
        (105.0, "lower", 100.0, "amber"),
        (105.001, "lower", 100.0, "red"),
        (90.0, "lower", 98.0, "green"),
        (90.0, "lower", 97.9, "amber"),
        (100.0, "higher", None, "green"),
        (95.0, "higher", None, "amber"),
        (94.9, "higher", None, "red"),
        (150.0, "higher", 50.0, "amber"),
        (None, "lower", 100.0, "red"),
    ],
)
def test_traffic_light_at_its_edges(
    value: float | None, better: str, completeness_pct: float | None, colour: Colour
) -> None:
    """On the path is green, 5 % off still amber, a bit more red; 98 % of the time is complete, less is not."""
    assert light(Figure(value, "1", completeness_pct=completeness_pct), 100.0, better).colour == colour


def test_traffic_light_of_rounding_and_of_nothing() -> None:
    """1.05 times a path is 5 % whatever the last bit says; beside a path of 0 anything worse is red."""
    assert light(Figure(1.05 * 1.3, "1"), 1.3).colour == "amber"
    assert light(Figure(0.0, "1"), 0.0).colour == "green"
    assert light(Figure(1.0, "1"), 0.0).colour == "red"
    assert light(Figure(1.0, "1"), 0.0, "higher").colour == "green"


def test_law_before_target() -> None:
    """A broken limit is red on the best path; without a target and a limit there is no light at all."""
    good = Figure(1.0, "1")
    assert light(good, 1.5, legal="broken").colour == "red"
    assert light(good, None, legal="kept").colour == "green"
    assert light(good, None).colour == "none"
    assert light(NONE, None).colour == "none"
    assert light(NONE, None, legal="not_computable").colour == "red"


@pytest.mark.parametrize(
    ("began", "pue", "day", "verdict"),
    [
        (2015, 1.5, date(2027, 6, 30), None),
        (2015, 1.5, date(2027, 7, 1), "kept"),
        (2015, 1.5, date(2030, 6, 30), "kept"),
        (2015, 1.5, date(2030, 7, 1), "broken"),
        (2027, 1.2, date(2030, 7, 1), "kept"),
        (2027, 1.26, date(2030, 7, 1), "broken"),
    ],
)
def test_legal_pue_by_date(began: int, pue: float, day: date, verdict: Verdict | None) -> None:
    """A PUE of 1.5 of a data centre of 2015 keeps the law from July 2027 and breaks it from July 2030 (O1)."""
    figures = {"legal_pue": Figure(pue, "1"), "ref": NONE, "erf": NONE}
    found = checks(_site(rated_it_kw=300, operating_since=began), figures, LAW, day)
    now = [one.verdict for one in found if one.indicator == "legal_pue" and one.verdict != "not_yet"]
    assert now == ([verdict] if verdict else [])


@pytest.mark.parametrize(("day", "verdict"), [(date(2026, 12, 31), "kept"), (date(2027, 1, 1), "broken")])
def test_legal_ref_by_date(day: date, verdict: Verdict) -> None:
    """A REF of 0.8 keeps the law until the end of 2026 (O2)."""
    figures = {"legal_pue": NONE, "ref": Figure(0.8, "1"), "erf": NONE}
    found = checks(_site(rated_it_kw=300, operating_since=2015), figures, LAW, day)
    assert [one.verdict for one in found if one.indicator == "ref" and one.verdict != "not_yet"] == [verdict]


@pytest.mark.parametrize(
    ("metadata", "binds", "word"),
    [
        ({"rated_it_kw": 300, "operating_since": 2015}, True, "300 kW"),
        ({"rated_it_kw": 299.9, "operating_since": 2015}, False, "299.9 kW"),
        ({"operating_since": 2015}, False, "nicht angegeben"),
        ({"rated_it_kw": 300}, False, "Betriebsbeginn"),
        ({"rated_it_kw": True, "operating_since": 2015}, False, "nicht angegeben"),
    ],
)
def test_law_binds_from_300_kw(metadata: dict[str, object], binds: bool, word: str) -> None:  # noqa: FBT001 - a column
    """Power and first day must be known and large enough; else the report says which of them is missing."""
    found = bond(_site(**metadata), LAW, date(2026, 12, 31))
    assert found.binds is binds
    assert word in found.reason


def test_duties_by_power() -> None:
    """At 300 kW a management system is asked for, a report to the EU from 500 kW on, and neither before its day."""
    day = date(2026, 12, 31)
    assert [one.limit.name for one in duties(_site(rated_it_kw=300), LAW, day)] == ["ems_power_at_least"]
    assert len(duties(_site(rated_it_kw=500), LAW, day)) == 2
    assert duties(_site(rated_it_kw=300), LAW, date(2025, 6, 30)) == []


def test_path_is_linear() -> None:
    """Half of the days from the end of the baseline year make half of the way; before and after it the path is flat."""
    assert TARGET.path(date(2024, 6, 1)) == 1000
    assert TARGET.path(date(2028, 12, 31)) == TARGET.path(date(2031, 1, 1)) == 800
    assert TARGET.path(date(2025, 12, 31)) == pytest.approx(1000 - 200 * 365 / 1461)


def test_target_that_is_due_next() -> None:
    """Of several targets the next one counts, and the last one for ever after."""
    later = Target(
        "rz", "eit_kwh", 500, "kWh", "lower", date(2035, 12, 31), "18", "IT", baseline_year=2024, baseline_value=1000
    )
    for day, value in ((date(2028, 12, 31), 800), (date(2029, 1, 1), 500), (date(2040, 1, 1), 500)):
        found = chosen([later, TARGET], "rz", "eit_kwh", day)
        assert found is not None
        assert found.value == value
    assert chosen([TARGET], "city", "eit_kwh", date(2026, 1, 1)) is None


@pytest.mark.parametrize(
    ("achieved", "day", "colour"),
    [
        (100.0, date(2025, 1, 1), "green"),
        (None, date(2026, 6, 30), "none"),
        (None, date(2026, 7, 1), "red"),
        (95.0, date(2026, 7, 1), "amber"),
        (94.9, date(2026, 7, 1), "red"),
    ],
)
def test_light_of_a_measure(achieved: float | None, day: date, colour: Colour) -> None:
    """What was planned is green once measured; before the due date nothing is judged."""
    measure = Measure("M1", "x", 100, "IT", date(2026, 6, 30), "next", achieved)
    assert light_of(measure, day).colour == colour


def test_periods_of_a_report() -> None:
    """A quarter has three months, a year that ends with it, and a quarter a year before."""
    first = quarter("2026Q1", BERLIN)
    assert [one.name for one in months(first)] == ["2026-01", "2026-02", "2026-03"]
    year = twelve_months(first)
    assert (year.first, year.last, year.whole_year) == (date(2025, 4, 1), date(2026, 4, 1), True)
    assert year_before(first).name == "2025Q1"
    for wrong in ("2026", "2026-01", "2026Q5"):
        with pytest.raises(ReportError, match="2026Q4"):
            quarter(wrong, BERLIN)


def test_example_is_marked_as_simulated() -> None:
    """The file that ships fits, and says that nobody decided it."""
    plan = read(EXAMPLE)
    assert plan.simulated
    assert {one.site for one in plan.target} == {"city", "rz-a", "rz-b"}
    assert len(plan.measure) == 3


@pytest.mark.parametrize(
    ("was", "instead", "said"),
    [
        ('"eit_kwh"', '"eit"', "no figure 'eit'"),
        ('unit = "kWh"', 'unit = "MWh"', "is in kWh, not in MWh"),
        ('better = "lower"', 'better = "less"', "Invalid enum value 'less'"),
        ("due = 2030-12-31", "due = 2024-12-31", "not after the baseline year"),
        ("simulated = true", "simulated = tru", "Invalid value"),
        ("simulated = true", "simulation = true", "unknown field `simulation`"),
    ],
)
def test_wrong_file_is_one_line(tmp_path: Path, was: str, instead: str, said: str) -> None:
    """A mistake in the file is told with the file's name and what was expected."""
    path = tmp_path / "targets.toml"
    path.write_text(EXAMPLE.read_text().replace(was, instead))
    with pytest.raises(ReportError, match=r"targets\.toml") as caught:
        read(path)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_file_is_told(tmp_path: Path) -> None:
    """A file that is not there is named."""
    done = CliRunner().invoke(app, ["targets", str(tmp_path / "none.toml")])
    assert isinstance(done.exception, ReportError)
    assert "none.toml" in str(done.exception)


def test_restated_figure_differs() -> None:
    """10,000 kWh at 344 g are 3,440 kg; at 350 g the figure differs, by its last bit it does not (O14)."""
    frozen = Figure(10_000 * 344 / 1000, "kg")
    assert frozen.value == 3440
    assert differs(frozen, replace(frozen, value=3500.0))
    assert differs(frozen, missing("kg", "no_factor", "none"))
    assert not differs(frozen, replace(frozen, value=3440 * (1 + 1e-15)))
    assert not differs(NONE, NONE)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1234567.8, "1.234.568"),
        (344.0, "344"),
        (123.45, "123,5"),
        (1.526, "1,53"),
        (0.0364, "0,036"),
        (None, "keine Angabe"),
    ],
)
def test_numbers_are_german(value: float | None, text: str) -> None:
    """Thousands are parted by points, decimals by a comma."""
    assert number(value) == text
