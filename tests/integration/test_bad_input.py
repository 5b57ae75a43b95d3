"""Bad input through the whole pipeline: each has a named state in the figure, in the API and never a silent zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fix_api import serving
from fix_pipeline import counter, register, rows, run

from emscher.settings import Settings
from emscher.store.pool import connect

NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
# The last quarter of 2025 in Dortmund.
BEGIN = datetime(2025, 9, 30, 22, tzinfo=UTC)
HOURS = 92 * 24 + 1
UTILITY, UPS = {"measurement_point": "utility"}, {"measurement_point": "ups_out"}
Readings = Sequence[Mapping[str, Any]]


async def _quarter(store: Settings, meters: Mapping[str, Mapping[str, Any]], sent: Mapping[str, Readings]) -> Any:  # noqa: ANN401 - JSON
    """Send a quarter's readings, and give the figures by name."""
    await register(store, "rz", meters)
    books = await run(store, sent, NOW)
    assert books["received"] == books["stored"] == sum(map(len, sent.values()))
    async with serving(store, filled=False) as client:
        body = (await client.get("/v1/greenit?period=2025Q4")).json()
    return {row["figure"]: row for row in body["data"]}


async def test_counter_that_goes_back(store: Settings) -> None:
    """A monotone counter that stays lower: the span of the step back has no energy, and the figure is named by it."""
    whole = counter(BEGIN, HOURS, 1000)
    back = [{**one, "energy_wh": one["energy_wh"] - (1500 if step > 500 else 0)} for step, one in enumerate(whole)]
    found = await _quarter(store, {"u": UTILITY, "i": UPS}, {"u": back, "i": counter(BEGIN, HOURS, 800)})
    assert found["edc_kwh"]["state"] == found["pue"]["state"] == "counter_backwards"
    assert "a counter went back 1 times" in found["edc_kwh"]["reason"]
    assert found["edc_kwh"]["value"] == pytest.approx(HOURS - 0.5)
    assert found["eit_kwh"]["state"] == "ok"


async def test_power_of_minus_one(store: Settings) -> None:
    """-1 of a power distribution unit is no power: the value of the rest stands, and how often it was missing."""
    powers = [{"time": one["time"], "power_w": 500} for one in counter(BEGIN, HOURS, 0, step_s=900)]
    powers[1000]["power_w"] = powers[2000]["power_w"] = -1
    meters = {"u": UTILITY, "p": {**UPS, "origin": "snmp"}}
    found = await _quarter(store, meters, {"u": counter(BEGIN, HOURS, 1000), "p": powers})
    assert found["eit_kwh"]["state"] == found["pue"]["state"] == "power_missing"
    assert "no power reading 2 times" in found["eit_kwh"]["reason"]
    assert found["eit_kwh"]["value"] == pytest.approx(0.5 * HOURS)


async def test_meter_without_a_class(store: Settings) -> None:
    """The only meter does not say where it measures: no figure of it, and that is the reason, not zero."""
    found = await _quarter(store, {"x": {}}, {"x": counter(BEGIN, HOURS, 1000)})
    for name in ("edc_kwh", "eit_kwh", "pue", "co2_location_kg"):
        assert (found[name]["value"], found[name]["state"]) == (None, "unclassified"), name
    assert "do not say where they measure" in found["edc_kwh"]["reason"]


@pytest.mark.parametrize(("share", "shown"), [(0.6, False), (0.89, False), (0.91, True)])
async def test_quarter_that_is_not_covered(store: Settings, share: float, shown: bool) -> None:  # noqa: FBT001 - a column
    """Below 90 % of the metering time no KPI is shown, and it says how much there is; above, the value is."""
    part = counter(BEGIN, round(HOURS * share), 1500)
    found = await _quarter(store, {"u": UTILITY, "i": UPS}, {"u": part, "i": counter(BEGIN, HOURS, 1000)})
    assert found["edc_kwh"]["completeness_pct"] == pytest.approx(100 * share, abs=0.1)
    for name in ("edc_kwh", "pue", "co2_location_kg", "cue_kg_per_kwh"):
        assert (found[name]["value"] is not None) is shown, name
        assert (found[name]["state"] == "incomplete") is not shown, name
    assert ("90 % is the least" in found["pue"]["reason"]) is not shown
    assert found["eit_kwh"]["value"] == pytest.approx(HOURS)


async def test_year_without_a_factor(store: Settings) -> None:
    """No factor of 2025: neither CO2 has a value, both say which year is missing, and last year's is not taken."""
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute("delete from emission_factor where year = 2025")
    meters = {"u": UTILITY, "i": UPS}
    found = await _quarter(store, meters, {"u": counter(BEGIN, HOURS, 1500), "i": counter(BEGIN, HOURS, 1000)})
    for name in ("co2_location_kg", "co2_market_kg", "cue_kg_per_kwh"):
        assert (found[name]["value"], found[name]["state"]) == (None, "no_factor"), name
        assert "2025" in found[name]["reason"]
    assert found["edc_kwh"]["value"] == pytest.approx(1.5 * HOURS)
    assert await rows(store, "select count(*) > 0 from emission_factor where year = 2024") == [(True,)]


async def test_zone_without_access_points(store: Settings) -> None:
    """A zone that nobody gave an access point has every figure, each named `no_access_point`."""
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute("insert into site (key, kind, name) values ('empty', 'wlan_zone', '')")
    async with serving(store, filled=False, now=NOW + timedelta(days=1)) as client:
        body = (await client.get("/v1/wlan/figures?period=2025Q4")).json()
        profile = (await client.get("/v1/wlan/profile?site=empty")).json()
    zone = [row for row in body["data"] if row["site"] == "empty"]
    assert len(zone) == 8
    assert {(row["value"], row["state"], row["reason"]) for row in zone} == {
        (None, "no_access_point", "the zone has no access point")
    }
    city = {row["state"] for row in body["data"] if row["site"] == "city"}
    assert city == {"no_access_point", "no_data"}
    assert profile["data"] == []
