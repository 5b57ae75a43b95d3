"""Recordings of meters through the whole pipeline: decoded, checked, stored, computed, shown."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from fix_api import serving
from fix_pipeline import register, rows, run

from emscher.settings import Settings
from ingest.collect import redfish, sml, snmp
from ingest.collect.collected import Collected, Values
from processing.kernels.shift import gain

pytestmark = pytest.mark.reference

NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def _readings(values: list[Values], facts: dict[str, str], every: timedelta = QUARTER) -> list[dict[str, Any]]:
    """Canonical readings, as a collector publishes them, one after the other until now."""
    start = NOW - every * (len(values) - 1)
    return [
        msgspec.json.decode(Collected("x", one).payload(start + every * place, facts))
        for place, one in enumerate(values)
    ]


def _frames(path: Path) -> tuple[list[Values], int]:
    decoder = sml.Decoder()
    return list(decoder.feed(path.read_bytes())), decoder.damaged_count


async def test_smart_meters(store: Settings, recordings: Path) -> None:
    """Case O5: every dump decodes to the counter and power that are known of it; the one with errors stores none."""
    folder = recordings / "energy" / "sml"
    expected = json.loads((folder / "expected_smllib_1.7.json").read_text())
    received = {}
    for path in sorted(folder.glob("*.bin")):
        values, damaged = _frames(path)
        known = expected[path.name]
        assert len(values) == known["frames_ok"], path.name
        assert damaged == known["frames_error"], path.name
        last = {obis: one["value"] for obis, one in known["last"].items()}
        if values:
            assert values[-1].energy_wh == last["1.8.0"], path.name
            assert values[-1].power_w == last.get("16.7.0"), path.name
        key = path.stem.lower().replace("_", "-")
        received[key] = _readings(values, {**sml.FACTS, "measurement_point": "utility"}) if values else []
    await register(store, "rz", {key: {} for key in received})
    books = await run(store, received, NOW)
    assert books == {"received": 19, "stored": 19, "duplicate": 0, "rejected": 0}
    newest = dict(
        await rows(store, "select key, (energy_wh, power_w)::text from energy_latest join sensor using (sensor_id)")
    )
    assert newest["itron-openway-3.hz-with-pin"] == "(25892776.7,542)"
    assert newest["itron-openway-3.hz-without-pin"] == "(25688000,)"
    assert newest["iskra-mt175-d1a52-v22-k0t"].endswith(",-4297)")
    assert not any("error" in key for key in newest)


async def test_management_controllers(store: Settings, recordings: Path) -> None:
    """The DMTF's mock-up by supply, environment and power, and a Dell by power: W and kWh as they say, then stored."""

    def document(name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((recordings / "energy" / "redfish" / f"{name}.json").read_text())
        return found

    supply = redfish.supply(document("dmtf_rackmount1_PowerSubsystem_PowerSupplies_Bay1_Metrics"))
    environment = redfish.environment(document("dmtf_rackmount1_EnvironmentMetrics"))
    power, dell = document("dmtf_rackmount1_Power"), document("telegraf_dell_power")
    assert supply == Values(325_675_000, 937.4)
    assert environment == Values(power_w=374)
    assert redfish.power(power, 60) == Values(power_w=344)
    assert redfish.power(power, 1800) == Values(power_w=344, power_avg_w=319, interval_s=1800)
    assert redfish.power(dell, 60) == Values(power_w=429, power_avg_w=426, interval_s=60)
    await register(store, "rz", {"dell": {}, "dmtf": {}})
    facts = {**redfish.FACTS, "measurement_point": "it_input"}
    minute = timedelta(minutes=1)
    means = [redfish.power(dell, 60)] * 60
    received = {"dell": _readings(means, facts, minute), "dmtf": _readings([environment] * 5, facts)}
    assert (await run(store, received, NOW))["stored"] == 65
    found = dict(
        await rows(
            store,
            "select s.key, array[round(sum(energy_kwh)::numeric, 6)::float, max(method)] from energy_indicator"
            " join sensor as s using (sensor_id) group by 1",
        )
    )
    assert found == {"dell": [0.426, 3], "dmtf": [0.374, 2]}


async def test_power_distribution_unit(store: Settings, recordings: Path) -> None:
    """A Raritan's 580 W are stored and become energy; its 692 VA are not."""
    objects = {}
    for line in (recordings / "energy" / "snmp" / "raritan_px_subset.snmprec").read_text().splitlines():
        oid, kind, value = line.split("|")
        if kind == "66":
            objects[oid] = int(value)
    (found,) = snmp.decode(objects, "raritan-px", "pdu")
    assert found == Collected("pdu", Values(power_w=580))
    await register(store, "rz", {"pdu": {}})
    readings = _readings([found.values] * 5, {**snmp.FACTS, "measurement_point": "pdu_out"})
    assert (await run(store, {"pdu": readings}, NOW))["stored"] == 5
    assert await rows(store, "select round(sum(energy_kwh)::numeric, 6)::float from energy_indicator") == [(0.58,)]


def _server(path: Path) -> Iterator[tuple[datetime, float, float]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            # Below the table stands what the program that wrote it had to say.
            if row["powerave"] is None:
                continue
            yield (
                datetime.fromisoformat(row["timestamp"]).replace(tzinfo=UTC),
                float(row["powerave"]),
                float(row["utilave"]),
            )


async def test_year_of_a_server(store: Settings, recordings: Path) -> None:
    """Case O10: 8,497 of 8,756 hours, 633.484 kWh, 97.04 % covered, 48.97 % idle; holding the last says 651.249."""
    read = sorted(_server(recordings / "energy" / "biohpc_cbsugpu09_hourly.tsv"))
    hours = [(at, power_w) for at, power_w, _ in read]
    idle_w = math.fsum(power_w for _, power_w, usage_pct in read if usage_pct < 1)
    assert 100 * idle_w / math.fsum(power_w for _, power_w in hours) == pytest.approx(48.97, abs=0.005)
    facts = {"measurement_point": "it_input", "origin": "manual"}
    readings = [
        {"time": (at + timedelta(hours=1)).isoformat(), "power_avg_w": power_w, "interval_s": 3600, **facts}
        for at, power_w in hours
    ]
    await register(store, "hpc", {"gpu09": facts})
    old = store.model_copy(update={"history_days": 3650})
    books = await run(old, {"gpu09": readings}, NOW)
    assert books == {"received": 8497, "stored": 8497, "duplicate": 0, "rejected": 0}
    span_h = (hours[-1][0] - hours[0][0]) / timedelta(hours=1) + 1
    ((energy_kwh, covered_h),) = await rows(
        store, "select sum(energy_kwh), sum(coverage_ratio * width_s) / 3600 from energy_indicator"
    )
    assert span_h == 8756
    assert covered_h == pytest.approx(8497)
    assert 100 * covered_h / span_h == pytest.approx(97.04, abs=0.005)
    assert energy_kwh == pytest.approx(633.484, abs=5e-4)
    held = math.fsum(
        power_w * (after - at) / timedelta(hours=1)
        for (at, power_w), (after, _) in zip(hours, [*hours[1:], (hours[-1][0] + timedelta(hours=1), 0.0)], strict=True)
    )
    assert held / 1000 == pytest.approx(651.249, abs=5e-4)
    async with serving(old, filled=False) as client:
        june, july = [
            next(row for row in body["data"] if row["figure"] == "eit_kwh")
            for month in (6, 7)
            if (body := (await client.get(f"/v1/greenit?period=2025-0{month}")).json())
        ]
    assert (june["value"], june["state"]) == (None, "incomplete")
    assert june["completeness_pct"] == pytest.approx(100 * 522 / 720)
    begin, end = datetime(2025, 6, 30, 22, tzinfo=UTC), datetime(2025, 7, 31, 22, tzinfo=UTC)
    there = [power_w for at, power_w in hours if begin <= at < end]
    assert july["value"] == pytest.approx(math.fsum(there) / 1000)
    assert july["completeness_pct"] == pytest.approx(100 * len(there) / 744)


def test_job_that_may_wait(recordings: Path) -> None:
    """Case O11: 1 kW for 4 h from 18:00 at 237.29 g/kWh had better begin at 09:00 at 133.15, which is 43.9 % less."""
    with (recordings / "energy" / "ger_ci_2020-06-01_to_07.csv").open(newline="") as file:
        intensity = np.array([float(row["Carbon Intensity"]) for row in csv.DictReader(file)])[:96]
    start, saved_kg, saved_ratio = gain(intensity, 18 * 4, 16, 4.0)
    assert start == 9 * 4
    assert saved_kg == pytest.approx(4 * (237.29 - 133.15) / 1000, abs=4e-5)
    assert saved_ratio == pytest.approx(0.439, abs=5e-4)


def test_job_that_may_wait_all_year(recordings: Path) -> None:
    """Case O11, the year: on 365 days of 2020 4 kWh from 18:00 emit 500.109 kg, at the best times 367.552, -26.51 %."""
    path = recordings / "energy" / "ger_ci.csv"
    if not path.is_file():
        pytest.skip("the whole year (dos-group/lets-wait-awhile, data/ger_ci.csv) is not among the recordings")
    days: dict[str, list[float]] = {}
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            days.setdefault(row["Time"][:10], []).append(float(row["Carbon Intensity"]))
    whole = [np.array(one) for day, one in days.items() if day.startswith("2020") and len(one) == 96]
    base_kg = math.fsum(4 * float(one[72:88].mean()) / 1000 for one in whole)
    saved_kg = math.fsum(gain(one, 72, 16, 4.0)[1] for one in whole)
    assert len(whole) == 365
    assert base_kg == pytest.approx(500.109, abs=5e-4)
    assert base_kg - saved_kg == pytest.approx(367.552, abs=5e-4)
    assert saved_kg / base_kg == pytest.approx(0.2651, abs=5e-5)
