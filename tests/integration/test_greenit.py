"""Green IT on a real database: from messages to the figures that the API shows, and what they say when they cannot."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from fix_api import INSIDER, NOW, serving
from fix_pipeline import counter, register, rows, run

from api import figure_schemas
from emscher.settings import Settings
from emscher.store.pool import connect

# December 2025 in Dortmund: 744 hours from here.
BEGIN = datetime(2025, 11, 30, 23, tzinfo=UTC)
HOURS = 744
UTILITY, UPS = {"measurement_point": "utility"}, {"measurement_point": "ups_out"}


def _by_name(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["figure"]: row for row in body["data"]}


async def test_month_from_meters_to_figures(store: Settings) -> None:
    """1.5 kW at the utility and 1 kW after the UPS make an iPUE of 1.5, and 344 g/kWh of December's 1,116 kWh."""
    await register(store, "rz", {"rz.utility": UTILITY, "rz.ups": UPS}, operating_since=2015)
    books = await run(store, {"rz.utility": counter(BEGIN, HOURS, 1500), "rz.ups": counter(BEGIN, HOURS, 1000)}, NOW)
    assert books["stored"] == books["received"] == 2 * (2 * HOURS + 1)
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute(
            "insert into supply_contract (site_key, supplier, product, valid_from, g_per_kwh, gas, renewable_ratio,"
            " proof, source) values (NULL, 'DEW21', 'green', '2025-01-01', 0, 'CO2e', 1, 'HKN 2025-17', 'contract 7')"
        )
    async with serving(store, filled=False) as client:
        body = (await client.get("/v1/greenit?period=2025-12")).json()
        sheet = (await client.get("/v1/greenit.csv?period=2025-12")).text
        quarter = _by_name((await client.get("/v1/greenit?period=2025Q4")).json())
        early = _by_name((await client.get("/v1/greenit?period=2025-12&vintage=2025")).json())
    figure_schemas.Figures.model_validate(body)
    found = _by_name(body)
    expected = {
        "edc_kwh": 1116,
        "eit_kwh": 744,
        "pue": 1.5,
        "ref": 1,
        "cue_kg_per_kwh": 0.516,
        "co2_location_kg": 383.904,
        "co2_market_kg": 0,
    }
    assert {name: round(found[name]["value"], 6) for name in expected} == expected
    assert found["pue"]["state"] == "interim"
    assert found["edc_kwh"]["completeness_pct"] == pytest.approx(100)
    assert "proof: HKN 2025-17" in found["co2_market_kg"]["sources"][-1]
    assert (found["wue_l_per_kwh"]["value"], found["wue_l_per_kwh"]["state"]) == (None, "no_data")
    assert (quarter["pue"]["value"], quarter["pue"]["state"]) == (None, "incomplete")
    assert "33.7 % of the time is covered" in quarter["pue"]["reason"]
    assert (early["co2_location_kg"]["value"], early["co2_location_kg"]["state"]) == (None, "no_factor")
    assert sheet.splitlines()[0].startswith("site,figure,name_en")
    assert len(sheet.splitlines()) == 1 + len(body["data"])


async def test_bad_input_is_named_never_zero(store: Settings) -> None:
    """A counter that goes back, a power of -1 and a meter without a class each leave their name in the figure."""
    await register(store, "rz", {"a": UTILITY, "b": {}, "c": {"measurement_point": "ups_out", "origin": "snmp"}})
    utility = counter(BEGIN, HOURS, 1000)
    utility[100] = {**utility[100], "energy_wh": 5}
    powers = [
        {"time": one["time"], "power_w": -1 if number == 50 else 500}
        for number, one in enumerate(counter(BEGIN, HOURS, 500, step_s=900))
    ]
    await run(store, {"a": utility, "b": counter(BEGIN, HOURS, 9), "c": powers}, NOW)
    async with serving(store, filled=False) as client:
        found = _by_name((await client.get("/v1/greenit?period=2025-12")).json())
    assert found["edc_kwh"]["state"] == "counter_backwards"
    assert "1 of the site's meters do not say where they measure" in found["edc_kwh"]["reason"]
    assert found["edc_kwh"]["value"] == pytest.approx(743, abs=0.6)
    assert found["eit_kwh"]["state"] == "power_missing"
    assert found["eit_kwh"]["value"] == pytest.approx(372, abs=1e-6)
    assert found["pue"]["state"] == "counter_backwards"
    wrong = await rows(store, "select sum(backward_count), sum(missing_count) from energy_indicator")
    assert wrong == [(1, 1)]


async def test_duplicates_that_disagree(store: Settings) -> None:
    """Rule E8: the same reading again changes nothing; another value for its moment is refused, the first kept."""
    await register(store, "rz", {"a": UTILITY})
    readings = counter(BEGIN, 1, 1000)
    books = await run(store, {"a": [*readings, *readings, {**readings[1], "energy_wh": 9e6}]}, NOW)
    assert books == {"received": 7, "stored": 3, "duplicate": 3, "rejected": 1}
    assert await rows(store, "select reason from rejected_message") == [("conflict",)]
    assert await rows(store, "select round(sum(energy_kwh)::numeric, 6)::float from energy_indicator") == [(1.0,)]


async def test_applications_and_servers_are_internal_and_add_up(store: Settings) -> None:
    """Active energy by CPU time, idle energy by reservation, the rest named; 30 % of a server of two feeds is used."""
    node = {"measurement_point": "it_input", "node": "srv"}
    work = {"stream": "workload", "node": "srv", "cores": 10}
    await register(
        store,
        "rz",
        {
            "srv.psu1": node,
            "srv.psu2": node,
            "srv.gis": {**work, "application": "gis", "reserved_cores": 5},
            "srv.web": {**work, "application": "web"},
        },
    )
    moments = counter(BEGIN, HOURS, 0)
    for application, cores in (("gis", 2), ("web", 1)):
        cpu = [
            {"time": one["time"], "node": "srv", "application": application, "cpu_s": cores * 1800 * step}
            for step, one in enumerate(moments)
        ]
        await run(store, {f"srv.{application}": cpu}, NOW, "workload")
    await run(store, {"srv.psu1": counter(BEGIN, HOURS, 60), "srv.psu2": counter(BEGIN, HOURS, 40)}, NOW)
    async with serving(store, filled=False) as client:
        for path in ("applications", "servers"):
            assert (await client.get(f"/v1/greenit/{path}?period=2025-12")).status_code == 401
        shares = (await client.get("/v1/greenit/applications?period=2025-12", headers=INSIDER)).json()["data"]
        servers = _by_name((await client.get("/v1/greenit/servers?period=2025-12", headers=INSIDER)).json())
    # 74.4 kWh: 20 % and half of the 70 % idle are gis', 10 % web's.
    assert {row["name_en"]: round(row["value"], 6) for row in shares} == {
        "gis": 40.92,
        "web": 7.44,
        "not attributed": 26.04,
    }
    assert servers["iteusv"]["value"] == pytest.approx(0.3)
    assert servers["idle_server_count"]["state"] == "incomplete"
    assert "90 days" in servers["idle_server_count"]["reason"]


async def test_wlan_energy_per_volume_is_internal(store: Settings) -> None:
    """A switch's 7.44 kWh for 14.88 GB are 0.5 kWh/GB; without its meter the figure says so."""
    await register(store, "rz", {"switch": {"measurement_point": "poe"}})
    await run(store, {"switch": counter(BEGIN, HOURS, 10)}, NOW)
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute(
            "insert into wlan_indicator (site_id, window_start, width_s, simulated, rx_bytes, tx_bytes, online_ratio,"
            " access_point_count, coverage_ratio, revision, computed_at)"
            " select site_id, '2025-12-24 18:00Z', 3600, true, 14e9, 0.88e9, 1, 8, 1, 0, now() from site"
            " where key = 'rz'"
        )
    async with serving(store, filled=False) as client:
        assert (await client.get("/v1/greenit/wlan?period=2025-12")).status_code == 401
        found = _by_name((await client.get("/v1/greenit/wlan?period=2025-12", headers=INSIDER)).json())
        none = _by_name((await client.get("/v1/greenit/wlan?period=2025-11", headers=INSIDER)).json())
    assert found["wlan_kwh_per_gb"]["value"] == pytest.approx(0.5)
    assert found["wlan_kwh_per_gb"]["unit"] == "kWh/GB"
    assert (none["wlan_kwh_per_gb"]["value"], none["wlan_kwh_per_gb"]["state"]) == (None, "incomplete")


async def test_running_month_is_interim(store: Settings) -> None:
    """Without a period this month is meant; of what is over of it all is there, and that it is not over is said."""
    await register(store, "rz", {"a": UTILITY})
    begin = datetime(2025, 12, 31, 23, tzinfo=UTC)
    await run(store, {"a": counter(begin, 105, 1000)}, NOW)
    async with serving(store, filled=False) as client:
        body = (await client.get("/v1/greenit")).json()
    whole = _by_name(body)["edc_kwh"]
    assert body["period"] == "2026-01"
    assert (whole["value"], whole["state"]) == (pytest.approx(105), "interim")
    assert whole["reason"] == "the period is not over"
    assert _by_name(body)["co2_location_kg"]["state"] == "no_factor"


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        ("period=2025Q5", "2026Q4"),
        ("period=2027", "has not begun"),
        ("site=r9", "there are r1"),
        ("vintage=9", "vintage"),
    ],
)
async def test_wrong_question_is_told_how_to_mend_it(store: Settings, query: str, hint: str) -> None:
    """A period that is none or has not begun, and a site without meters, are refused with what would be right."""
    async with serving(store) as client:
        response = await client.get(f"/v1/greenit?{query}")
    assert response.status_code == 422
    assert hint in response.text
