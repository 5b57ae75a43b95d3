"""Hours from each quarter on a real database: the peak hour, its factor, and the grade of a street."""

from datetime import UTC, datetime, timedelta

import pytest
from fix_pipeline import compute
from httpx import ASGITransport, AsyncClient
from readings import Inlet, message

from api.app import create
from emscher.settings import Settings
from emscher.store.pool import connect
from ingest.message import Message

START = datetime(2026, 1, 5, 6, 0, tzinfo=UTC)
COUNTS = (50, 100, 150, 200, 150, 50)
"""Vehicles of each quarter hour; the peak hour is from the second to the fifth."""


def _five_minutes(number: int) -> Message:
    end = (START + timedelta(minutes=5 * (number + 1))).isoformat()
    count = COUNTS[number // 3] // 3 + (number % 3 < COUNTS[number // 3] % 3)
    return message(
        "traffic", "j.d1", {"end": end, "interval_s": 300, "count": count, "speed_kmh": 30.0 + number % 2 / 10}
    )


async def _register(store: Settings) -> None:
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute("insert into site (key, kind, name) values ('j', 'junction', '')")
        await connection.execute(
            "insert into sensor (key, stream, site_id, configured, metadata) select 'j.d1', 'traffic', site_id, true,"
            """ '{"direction": "E", "lane_type": "main"}' from site where key = 'j'"""
        )


async def test_peak_hour_and_its_factor(store: Settings) -> None:
    """Of six quarters the hour from the second has 600 vehicles, a factor of 0.75, and 20 vehicles per km: grade C."""
    await _register(store)
    messages = [_five_minutes(number) for number in range(3 * len(COUNTS))]
    async with Inlet(store, START + timedelta(hours=3)) as inlet:
        # The last readings come after the first hours were computed, and change them.
        await inlet.take(messages[:9])
        await compute(store)
        await inlet.take(messages[9:])
    await compute(store)
    app = create(store)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://emscher") as client,
    ):
        span = {"from": START.isoformat(), "to": (START + timedelta(hours=2)).isoformat()}
        answer = (await client.get("/v1/indicators/peak_hour", params=span)).json()
    rows = answer["data"]
    assert [row["flow_veh_h"] for row in rows] == [500, 600, 550, None, None, None]
    assert [row["peak_hour_factor_ratio"] for row in rows] == [0.625, 0.75, 0.6875, None, None, None]
    assert [row["quarter_flow_max_veh_h"] for row in rows][:3] == [800] * 3
    assert rows[1]["lane_density_veh_km"] == pytest.approx(20, abs=0.5)
    assert rows[1]["street_qsv"] == 2
    assert [row["coverage_ratio"] for row in rows] == [1, 1, 1, 0.75, 0.5, 0.25]
    assert answer["units"]["peak_hour_factor_ratio"] == "1"
    async with await connect(store, "owner", autocommit=True) as connection:
        flavour = store.database_flavour
        if flavour == "timescaledb":
            await connection.execute("call refresh_continuous_aggregate('peak_hour_indicator_1d', null, null)")
        cursor = await connection.execute("select flow_veh_h, peak_hour_factor_ratio from peak_hour_indicator_1d")
        assert await cursor.fetchall() == [(600, 0.75)]
