"""What an officer enters: loaded from a file, seen in the figures, and every mistake told in one line."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from fix_api import NOW, serving
from fix_pipeline import counter, register, rows, run
from typer.testing import CliRunner

from emscher.errors import EntryError
from emscher.settings import Settings
from processing.figures.entries import read
from processing.greenit_command import app, write

# December 2025 in Dortmund.
BEGIN, HOURS = datetime(2025, 11, 30, 23, tzinfo=UTC), 744
UTILITY, UPS = {"measurement_point": "utility"}, {"measurement_point": "ups_out"}
EXAMPLE = Path(__file__).parents[2] / "processing" / "figures" / "dortmund.toml"
FACTOR = """
[[factor]]
energy_source = "residual mix Germany"
year = 2025
vintage = 2026
g_per_kwh = 700
gas = "CO2"
status = "final"
source = "made up"
"""
CONTRACT = """
[[contract]]
supplier = "DEW21"
product = "green"
valid_from = 2025-01-01
g_per_kwh = 0
gas = "CO2e"
renewable_ratio = 1
proof = "HKN 1"
source = "contract 7"
"""
QUANTITY = """
[[quantity]]
site = "rz"
name = "water_m3"
first_day = 2025-12-01
last_day = 2026-01-01
value = 74.4
unit = "m3"
source = "invoice"
"""
INTENSITY = """
[[intensity]]
file = "ci.csv"
grid = "Germany"
width_s = 3600
source = "made up"
"""


def _by_name(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["figure"]: row for row in body["data"]}


def _file(folder: Path, text: str, intensity: str = "begin,g_per_kwh\n2025-12-01T00:00+01:00,300\n") -> Path:
    path = folder / "entries.toml"
    path.write_text(text)
    (folder / "ci.csv").write_text(intensity)
    return path


async def _load(store: Settings, path: Path) -> None:
    await write(store, *read(path))


async def test_entries_reach_the_figures(store: Settings, tmp_path: Path) -> None:
    """A contract, water and a residual mix change what the figures say; a kind that a file does not name stays."""
    await register(store, "rz", {"u": UTILITY, "i": UPS})
    await run(store, {"u": counter(BEGIN, HOURS, 1500), "i": counter(BEGIN, HOURS, 1000)}, NOW)
    async with serving(store, filled=False) as client:
        before = _by_name((await client.get("/v1/greenit?period=2025-12")).json())
        assert (before["co2_market_kg"]["value"], before["co2_market_kg"]["state"]) == (None, "no_factor")
        await _load(store, _file(tmp_path, FACTOR))
        residual = _by_name((await client.get("/v1/greenit?period=2025-12")).json())
        await _load(store, _file(tmp_path, CONTRACT + QUANTITY))
        await _load(store, _file(tmp_path, FACTOR))
        found = _by_name((await client.get("/v1/greenit?period=2025-12")).json())
    assert residual["co2_market_kg"]["value"] == pytest.approx(1116 * 0.7)
    assert "residual mix Germany 2025, vintage 2026" in residual["co2_market_kg"]["sources"][-1]
    assert (found["co2_market_kg"]["value"], found["ref"]["value"]) == (0, 1)
    assert found["wue_l_per_kwh"]["value"] == pytest.approx(100)


async def test_published_factor_is_never_changed(store: Settings, tmp_path: Path) -> None:
    """A factor that is there with another value is refused, and nothing else of the file is written."""
    await _load(store, _file(tmp_path, FACTOR))
    with pytest.raises(EntryError, match="later vintage"):
        await _load(store, _file(tmp_path, CONTRACT + FACTOR.replace("700", "650")))
    assert await rows(store, "select g_per_kwh from emission_factor where energy_source like 'residual%'") == [(700.0,)]
    assert await rows(store, "select count(*) from supply_contract") == [(0,)]
    with pytest.raises(EntryError, match="no site 'rz'"):
        await _load(store, _file(tmp_path, QUANTITY))


async def test_shift_is_served_from_loaded_intensity(store: Settings, tmp_path: Path) -> None:
    """A month of hours, 100 g/kWh at noon and else 200: a job of 4 kWh had better run at noon; without, it is named."""
    lines = [
        f"2025-12-{day:02d}T{hour:02d}:00+01:00,{100 if 10 <= hour < 14 else 200}"
        for day in range(1, 32)
        for hour in range(24)
    ]
    await _load(store, _file(tmp_path, INTENSITY, "\n".join(["begin,g_per_kwh", *lines])))
    async with serving(store, filled=False) as client:
        found = _by_name((await client.get("/v1/greenit/shift?period=2025-12")).json())
        none = _by_name((await client.get("/v1/greenit/shift?period=2024-12")).json())
        wrong = await client.get("/v1/greenit/shift?period=2025-12&from_hour=22&hours=4")
        table = (await client.get("/v1/greenit/shift.csv?period=2025-12")).text
    assert {name: round(row["value"], 9) for name, row in found.items()} == {
        "shift_base_kg": 24.8,
        "shift_best_kg": 12.4,
        "shift_saved_kg": 12.4,
        "shift_saved_ratio": 0.5,
    }
    assert {row["state"] for row in none.values()} == {"no_data"}
    assert wrong.status_code == 422
    assert len(table.splitlines()) == 5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (CONTRACT.replace("HKN 1", ""), "0 g/kWh needs a proof"),
        (CONTRACT + CONTRACT, "begins on 2025-01-01 too"),
        (CONTRACT.replace("product", "prodcut"), "unknown field `prodcut`"),
        (CONTRACT.replace("renewable_ratio = 1", "renewable_ratio = 100"), "<= 1.0"),
        (CONTRACT + "valid_to = 2024-01-01", "before it begins"),
        (QUANTITY.replace("m3", "L"), "there is no 'water_L'"),
        (QUANTITY.replace('unit = "m3"', 'unit = "L"'), "is in m3, not in L"),
        (QUANTITY.replace("value = 74.4", "value = -1"), ">= 0.0"),
        (QUANTITY.replace("2026-01-01", "2025-12-01"), "not after its first"),
        (QUANTITY + QUANTITY.replace("2025-12-01", "2025-12-31"), "would count twice"),
        (QUANTITY.replace('site = "rz"', 'site = "city"'), "is of one site"),
        (FACTOR.replace("residual mix", "rest"), "energy_source is"),
        (FACTOR.replace("vintage = 2026", "vintage = 2024"), "before its year"),
        (INTENSITY.replace("ci.csv", "none.csv"), "none.csv cannot be read"),
        (INTENSITY.replace("3600", "7"), "Expected `int` >= 60"),
        (INTENSITY.replace("3600", "700"), "no whole number of steps"),
        ("[[contract", "entries.toml"),
    ],
)
def test_mistake_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    """Each names the file and what was expected."""
    with pytest.raises(EntryError) as caught:
        read(_file(tmp_path, text))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("time,value\n", "must name the columns"),
        ("begin,g_per_kwh\n2025-12-01T00:00,3\n", "has no zone"),
        ("begin,g_per_kwh\n2025-12-01T00:00+01:00,x\n", "line 2"),
        ("begin,g_per_kwh\n2025-12-01T00:00+01:00,nan\n", "cannot be"),
        ("begin,g_per_kwh\n2025-12-01T00:00+01:00,-3\n", "cannot be"),
        ("begin,g_per_kwh\n2025-12-01T00:07+01:00,3\n", "no multiple"),
        (
            "begin,g_per_kwh\n2025-12-01T00:00+01:00,3\n2025-11-30T23:00+00:00,3\n",
            "line 3: 2025-11-30 23:00:00",
        ),
    ],
)
def test_wrong_intensity_names_its_line(tmp_path: Path, lines: str, said: str) -> None:
    """A line without a zone, with no number or twice there is refused with its number."""
    with pytest.raises(EntryError) as caught:
        read(_file(tmp_path, INTENSITY, lines))
    assert said in str(caught.value)


def test_example_fits_and_a_missing_file_is_told(tmp_path: Path) -> None:
    """The file that ships is read; one that is not there is named."""
    entries, intensities = read(EXAMPLE)
    assert [one.valid_from for one in entries.contract or ()] == [date(2025, 1, 1)]
    assert {one.name for one in entries.quantity or ()} == {"reused_heat_kwh", "district_count"}
    assert intensities == []
    done = CliRunner().invoke(app, ["load", str(tmp_path / "none.toml")])
    assert isinstance(done.exception, EntryError)
    assert "none.toml" in str(done.exception)
