"""/v1/greenit/targets on a real database: the council's targets, the figures, the lights, and what is not told."""

from __future__ import annotations

from pathlib import Path

from fix_api import serving

from api.targets import Targets
from dashboards.report.command import write
from dashboards.report.target import read
from emscher.settings import Settings
from emscher.store.pool import connect

EXAMPLE = Path(__file__).parents[2] / "dashboards" / "report" / "dortmund.toml"


async def _meters(store: Settings) -> None:
    """Give two rooms that draw 3 kW, of it 2 kW by IT, for the quarter up to now, at eight on 5 January."""
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute(
            "insert into site (key, kind, name) values ('rz-a', 'server_room', 'A'), ('rz-b', 'server_room', 'B')"
        )
        await connection.execute(
            "insert into sensor (key, stream, site_id, configured, metadata)"
            " select key || '.' || point, 'energy', site_id, true, jsonb_build_object('measurement_point', point)"
            " from site, unnest(array['utility', 'ups_out']) as point where kind = 'server_room'"
        )
        await connection.execute(
            "insert into energy_indicator (sensor_id, window_start, width_s, simulated, energy_kwh, coverage_ratio,"
            " method, revision, computed_at) select sensor_id, at, 900, true,"
            " case when key like '%utility' then 0.75 else 0.5 end, 1, 1, 0, at from sensor,"
            " generate_series(timestamptz '2025-12-31 23:00Z', '2026-01-05 07:45Z', '15 minutes') as at"
            " where stream = 'energy'"
        )


async def test_targets_are_judged_and_offices_are_not_told(store: Settings) -> None:
    """Each public target has its figure, the path and a light; what is missing says why and is no zero."""
    await write(store, read(EXAMPLE))
    await _meters(store)
    async with serving(store, filled=False) as client:
        response = await client.get("/v1/greenit/targets")
        table = await client.get("/v1/greenit/targets.csv")
    body = response.json()
    Targets.model_validate(body)
    rows = {(row["site"], row["figure"]): row for row in body["data"]}
    assert set(rows) == {
        ("city", "eit_kwh"),
        ("city", "co2_location_kg"),
        ("rz-a", "pue"),
        ("rz-b", "pue"),
        ("rz-a", "ref"),
    }
    energy = rows["city", "eit_kwh"]
    assert (energy["value"], energy["judged"], energy["light"]) == (4 * 105, "quarter", "red")
    # The path asks for 30,797 kWh a year by the end of the quarter; 105 of 8,760 hours are over.
    assert 365 < energy["wanted_value"] < 372
    assert 12 < energy["off_pct"] < 15
    assert rows["rz-b", "pue"]["value"] == 1.5
    assert rows["rz-b", "pue"]["light"] == "red"
    co2 = rows["city", "co2_location_kg"]
    assert (co2["value"], co2["state"], co2["light"], co2["off_pct"]) == (None, "no_factor", "red", None)
    assert all(row["simulated"] for row in body["data"])
    for told_to_nobody in ("Gebäudemanagement", "Vergabestelle", "Umweltamt", "Strommix;"):
        assert told_to_nobody not in response.text + table.text


async def test_without_targets_there_is_nothing(store: Settings) -> None:
    """A store without targets, or with targets and no meter, answers with nothing, or with figures without a value."""
    async with serving(store, filled=False) as client:
        assert (await client.get("/v1/greenit/targets")).json()["data"] == []
        await write(store, read(EXAMPLE))
        rows = (await client.get("/v1/greenit/targets")).json()["data"]
    assert {(row["value"], row["state"]) for row in rows} == {(None, "no_data")}
