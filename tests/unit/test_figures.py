"""Figures of Green IT: the worked cases of the law and of the standards, and every state in which there is no value."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from processing.figures.applications import NOT_ATTRIBUTED, Share, per_application
from processing.figures.carbon import GRID, RESIDUAL, Contract, Factor, market_based
from processing.figures.effectiveness import legal_pue
from processing.figures.figure import Figure
from processing.figures.intensity import embodied, energy_per_gb, software_intensity
from processing.figures.limit import Limit, limit, started
from processing.figures.metered import Day, Site, energy
from processing.figures.period import Period, period
from processing.figures.quantity import Quantity
from processing.figures.servers import IdleLimits, Server, idle, utilisation
from processing.figures.site import Facts, figures

BERLIN = "Europe/Berlin"
YEAR = period("2025", BERLIN)
WHOLE, IT = 1_500_000.0, 1_000_000.0
FIRST_ESTIMATE = Factor(GRID, 2025, 2026, 344, "CO2", upstream_included=False, status="first estimate", source="UBA")
REVISED = replace(FIRST_ESTIMATE, vintage=2027, g_per_kwh=350, status="revised")
COMPLETE = Limit("figure_completeness_at_least", "", 90, "%", date(2000, 1, 1), None, "own", "own")
LAW = [
    Limit("pue_at_most", "started before 2026-07-01", 1.5, "1", date(2027, 7, 1), date(2030, 6, 30), "law", "verified"),
    Limit("pue_at_most", "started before 2026-07-01", 1.3, "1", date(2030, 7, 1), None, "law", "verified"),
    Limit("pue_at_most", "started from 2026-07-01", 1.2, "1", date(2028, 7, 1), None, "law", "verified"),
    Limit("ref_at_least", "", 0.5, "1", date(2024, 1, 1), date(2026, 12, 31), "law", "verified"),
    Limit("ref_at_least", "", 1.0, "1", date(2027, 1, 1), None, "law", "verified"),
]


def _days(
    energy_kwh: float, covered_ratio: float = 1.0, span: Period = YEAR, odd: Mapping[str, Any] | None = None
) -> list[Day]:
    """Days of one meter that add up to an energy."""
    number = (span.last - span.first).days
    seconds = (span.until - span.since).total_seconds() / number
    days = [
        Day(
            span.first + timedelta(days=one),
            energy_kwh / number,
            None,
            seconds * covered_ratio,
            0,
            0,
            0,
            simulated=False,
        )
        for one in range(number)
    ]
    return [replace(days[0], **odd), *days[1:]] if odd else days


def _site(days: Mapping[str, list[Day]], span: Period = YEAR, **metadata: object) -> Site:
    meters = dict.fromkeys(days, 1)
    return Site("rz", "Room", metadata, meters, days, (span.until - span.since).total_seconds())


def _facts(**given: object) -> Facts:
    quantities = [
        Quantity("rz", name, YEAR.first, YEAR.last, value, unit, "invoice")
        for name, value, unit in (
            ("renewable_kwh", 1_200_000.0, "kWh"),
            ("reused_heat_kwh", 150_000.0, "kWh"),
            ("water_m3", 1800.0, "m3"),
        )
    ]
    plain = Facts([COMPLETE], [replace(FIRST_ESTIMATE, g_per_kwh=363)], [], quantities)
    return replace(plain, **given)  # type: ignore[arg-type] # fields of it


TWO = {"utility": _days(WHOLE), "ups_out": _days(IT)}


def test_pue_of_an_old_and_of_a_new_data_centre() -> None:
    """Case O1: 1.50 keeps the limit of 2027 and breaks that of 2030; a new one is judged without its heat upgrade."""
    old = figures(_site(TWO, operating_since=2015), YEAR, _facts())["legal_pue"]
    assert old.value == pytest.approx(1.5)
    assert old.state == "ok"
    assert "PUE category 1, IT energy at ups_out" in old.sources
    for day, kept in ((date(2027, 7, 1), True), (date(2030, 7, 1), False)):
        bound = limit(LAW, "pue_at_most", day, started(2015))
        assert bound is not None
        assert bound.keeps(1.5) is kept
    new = _site(
        {"utility": _days(1_260_000), "ups_out": _days(IT), "heat_upgrade": _days(60_000)}, operating_since="2027-03-01"
    )
    found = figures(new, YEAR, _facts())
    assert found["pue"].value == pytest.approx(1.26)
    assert found["legal_pue"].value == pytest.approx(1.20)
    bound = limit(LAW, "pue_at_most", date(2029, 3, 1), started("2027-03-01"))
    assert bound is not None
    assert bound.keeps(round(found["legal_pue"].value or 9, 9))
    assert limit(LAW, "pue_at_most", date(2029, 1, 1), None) is None


def test_shares_of_a_year() -> None:
    """Case O2: REF 0.80, enough until the end of 2026 and not after; ERF 0.10; WUE 1.8 L/kWh; CUE 0.5445 kg/kWh."""
    found = figures(_site(TWO), YEAR, _facts())
    expected = {"ref": 0.8, "erf": 0.1, "wue_l_per_kwh": 1.8, "cue_kg_per_kwh": 0.5445}
    assert {name: round(found[name].value or 0, 9) for name in expected} == expected
    assert {found[name].state for name in expected} == {"ok"}
    for day, kept in ((date(2026, 12, 31), True), (date(2027, 1, 1), False)):
        bound = limit(LAW, "ref_at_least", day)
        assert bound is not None
        assert bound.keeps(0.8) is kept


def test_factor_that_was_revised_is_seen_and_changes_nothing_old() -> None:
    """Case O14: with the vintage of 2026 the figure stays 3.440 t, with the newest it is the restated one."""
    site = _site({"utility": _days(10_000), "ups_out": _days(8_000)})
    facts = _facts(factors=[FIRST_ESTIMATE, REVISED])
    frozen = figures(site, YEAR, facts, 2026)["co2_location_kg"]
    restated = figures(site, YEAR, facts)["co2_location_kg"]
    assert frozen.value == pytest.approx(3440)
    assert restated.value == pytest.approx(3500)
    assert "344 g CO2/kWh, electricity mix Germany 2025, vintage 2026, first estimate, UBA" in frozen.sources
    assert any("vintage 2027" in one for one in restated.sources)


def test_year_without_a_factor_has_no_co2() -> None:
    """A year without a factor, or none published by then, is named; nothing is taken from another year."""
    site = _site({"utility": _days(10_000), "ups_out": _days(8_000)})
    none = figures(site, YEAR, _facts(factors=[replace(FIRST_ESTIMATE, year=2024)]))
    early = figures(site, YEAR, _facts(factors=[FIRST_ESTIMATE]), 2025)
    for found in (none, early):
        assert found["co2_location_kg"].value is None
        assert found["co2_location_kg"].state == "no_factor"
        assert "2025" in found["co2_location_kg"].reason
        assert found["cue_kg_per_kwh"].state == "no_factor"
        assert found["pue"].value is not None


def test_market_based_takes_the_contract_of_the_day() -> None:
    """A contract that ends in the middle of the year is followed by the residual mix, or by a named nothing."""
    days = {date(2025, 6, 30): 100.0, date(2025, 7, 1): 100.0}
    used = Figure(200.0, "kWh", completeness_pct=100.0)
    green = Contract("rz", "DEW21", "green", date(2025, 1, 1), date(2025, 6, 30), 0, "CO2e", 1.0, "HKN 2025-17")
    city = replace(green, site=None, product="mix", valid_to=None, g_per_kwh=400, proof="")
    residual = replace(FIRST_ESTIMATE, energy_source=RESIDUAL, g_per_kwh=700)
    assert market_based(used, days, "rz", [green, city], []).value == pytest.approx(40)
    assert market_based(used, days, "rz", [green], [residual]).value == pytest.approx(70)
    gap = market_based(used, days, "rz", [green], [FIRST_ESTIMATE])
    assert (gap.value, gap.state) == (None, "no_factor")
    assert "2025-07-01" in gap.reason


def test_renewable_energy_needs_proof() -> None:
    """A contract without proof makes nothing renewable; with proof its share counts."""
    contract = Contract(None, "DEW21", "green", date(2020, 1, 1), None, 10, "CO2e", 0.6, "")
    found = figures(_site(TWO), YEAR, _facts(contracts=[contract], quantities=[]))["ref"]
    assert (found.value, found.state) == (None, "no_proof")
    proved = _facts(contracts=[replace(contract, proof="HKN 1")], quantities=[])
    assert figures(_site(TWO), YEAR, proved)["ref"].value == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("days", "state", "reason"),
    [
        ({"utility": _days(WHOLE, 0.6), "ups_out": _days(IT)}, "incomplete", "60.0 % of the time is covered, 90 %"),
        ({"ups_out": _days(IT)}, "no_meter", "no meter at utility"),
        ({"": _days(WHOLE), "ups_out": _days(IT)}, "unclassified", "do not say where they measure"),
        ({"utility": _days(WHOLE), "ups_out": _days(0.0)}, "undefined", "nothing was used"),
    ],
)
def test_states_without_a_value(days: Mapping[str, list[Day]], state: str, reason: str) -> None:
    """Too little data, no meter, a meter without a class, nothing to compare with: no PUE, and it says why."""
    found = figures(_site(days), YEAR, _facts())["pue"]
    assert (found.value, found.state) == (None, state)
    assert reason in found.reason


@pytest.mark.parametrize(
    ("odd", "state"),
    [({"backwards": 2}, "counter_backwards"), ({"resets": 1}, "lower_bound"), ({"missing": 3}, "power_missing")],
)
def test_states_with_a_value(odd: dict[str, int], state: str) -> None:
    """A counter that went back or began anew, a power that was not there: the value stands, and its state says so."""
    found = figures(_site({"utility": _days(WHOLE, odd=odd), "ups_out": _days(IT)}), YEAR, _facts())
    assert found["edc_kwh"].state == found["pue"].state == state
    assert found["pue"].value == pytest.approx(1.5)
    assert str(next(iter(odd.values()))) in found["edc_kwh"].reason


def test_quarter_is_interim_and_its_borders_are_local() -> None:
    """A quarter's PUE is an iPUE; the fourth quarter begins at 22:00 UTC and has an hour more than 92 days."""
    quarter = period("2026Q4", BERLIN)
    assert quarter.since == datetime(2026, 9, 30, 22, tzinfo=UTC)
    assert quarter.until == datetime(2026, 12, 31, 23, tzinfo=UTC)
    days = {"utility": _days(WHOLE, span=quarter), "ups_out": _days(IT, span=quarter)}
    found = figures(_site(days, quarter), quarter, _facts())["pue"]
    assert found.value == pytest.approx(1.5)
    assert (found.state, found.reason) == ("interim", "interim (iPUE): 3 of 12 months")
    assert [one.name for one in (period("2026", BERLIN), period("2026-12", BERLIN))] == ["2026", "2026-12"]
    for wrong in ("2026Q5", "2026-13", "26", "2026q4", ""):
        with pytest.raises(ValueError, match="2026Q4"):
            period(wrong, BERLIN)


def test_outlets_or_inputs_never_both() -> None:
    """Rule E9: IT energy is that of one point, the coarsest or the one the site names; two feeds add up."""
    days = {"pdu_out": _days(100), "it_input": _days(98)}
    assert energy(_site(days), (_site(days).it_point,), 90).value == pytest.approx(100)
    named = _site(days, it_measurement_point="it_input")
    assert energy(named, (named.it_point,), 90).value == pytest.approx(98)
    feeds = replace(_site({"it_input": [*_days(98), *_days(97)]}), meters={"it_input": 2})
    assert energy(feeds, ("it_input",), 90).value == pytest.approx(195)
    half = replace(feeds, days={"it_input": _days(98)})
    found = energy(half, ("it_input",), 90)
    assert found.state == "incomplete"
    assert found.completeness_pct == pytest.approx(50)


def test_estimated_energy_is_named_and_left_out() -> None:
    """Rule E10: what was estimated stands in the reason, not in the value."""
    found = energy(_site({"utility": [replace(_days(365)[0], estimated_kwh=7.5), *_days(365)[1:]]}), ("utility",), 90)
    assert found.value == pytest.approx(365)
    assert "7.5 kWh are estimated" in found.reason


def test_heat_upgrade_of_an_old_data_centre_counts() -> None:
    """Only new data centres leave it out."""
    parts = (Figure(1.26, "kWh"), Figure(1.0, "kWh"), Figure(0.06, "kWh"))
    found = legal_pue(*parts, date(2015, 1, 1), "ups_out", YEAR)
    assert found.value == pytest.approx(1.26)


def test_applications_add_up_to_their_servers() -> None:
    """Active and idle shares, and the rest, named; what runs on the whole node is no application."""
    shares = [Share("gis", 10, 4), Share("web", 20, None), Share("whole-node", 40, None)]
    found = per_application(shares, Figure(100.0, "kWh"))
    assert {name: one.value for name, one in found.items()} == {"web": 20, "gis": 14, NOT_ATTRIBUTED: 66}
    assert list(found)[-1] == NOT_ATTRIBUTED
    assert per_application(shares, Figure(None, "kWh", "incomplete", "why"))["gis"].state == "incomplete"


def test_idle_servers_and_utilisation() -> None:
    """Only a server that was seen long enough and used little, on average and at its busiest, idles."""
    limits = IdleLimits(0.05, 0.10, 90)
    full = 92 * 96
    servers = [
        Server("idle", 0.01, 0.02, full, 100.0),
        Server("bursts", 0.04, 0.30, full, 100.0),
        Server("busy", 0.55, 0.9, full, 300.0),
    ]
    count, kwh = idle(servers, limits, 92, 90)
    assert (count.value, kwh.value) == (1, 100)
    assert utilisation(servers, full, 90).value == pytest.approx(0.2)
    assert idle(servers, limits, 30, 90)[0].state == "incomplete"
    assert idle([replace(servers[0], quarters=10)], limits, 92, 90)[0].state == "incomplete"
    assert utilisation([], full, 90).state == idle([], limits, 92, 90)[0].state == "no_meter"


def test_software_intensity() -> None:
    """Case O7: (5 + 0.02) / 100 = 0.0502; a ton over four years is 28.5388 g an hour."""
    assert software_intensity(5, 0.02, 100) == pytest.approx(0.0502)
    assert embodied(1_000_000, 1, 4 * 365 * 24, 1) == pytest.approx(28.5388, abs=1e-4)
    with pytest.raises(ValueError, match="work"):
        software_intensity(1, 1, 0)


def test_energy_per_volume() -> None:
    """2 kWh for 4 GB are 0.5 kWh/GB; no volume and no transfer are named."""
    energy_used = Figure(2.0, "kWh")
    assert energy_per_gb(energy_used, 4e9).value == 0.5
    assert energy_per_gb(energy_used, 0).state == "undefined"
    assert energy_per_gb(energy_used, None).state == "no_data"
