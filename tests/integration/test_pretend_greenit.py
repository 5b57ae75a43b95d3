"""The pretend server rooms over a quarter, through the real pipeline: their figures are those of real rooms."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fix_api import INSIDER, NOW, serving
from fix_pipeline import compute, rows
from readings import Inlet, message

from emscher import city
from emscher.settings import Settings
from emscher.store.pool import connect
from simulators import scenery
from simulators.days import DAY_S
from simulators.synthetic import sources

# The fourth quarter of 2025 in Dortmund begins and ends at these hours UTC.
BEGIN_S = int(datetime(2025, 9, 30, 22, tzinfo=UTC).timestamp())
END_S = int(datetime(2025, 12, 31, 23, tzinfo=UTC).timestamp())
EVERY = 30
"""Of the readings of each minute as many apart are stored: counters lose nothing by it."""


async def filled(store: Settings) -> None:
    """Store the meters and applications of the quarter."""
    async with await connect(store, "writer", autocommit=True) as connection:
        await city.write(connection, city.read("dortmund"))
    rooms = [one for one in sources(scenery.load("dortmund"), 1) if one.stream in {"energy", "workload"}]
    async with Inlet(store.model_copy(update={"history_days": 1000}), NOW) as inlet:
        for start_s in range(BEGIN_S - 3600, END_S + 3600, DAY_S):
            messages = []
            for source in rooms:
                for key, readings in source.readings(start_s, min(start_s + DAY_S, END_S + 3600)):
                    thinned = [one for one in readings if int(one["time"][14:16]) % EVERY == 0]
                    messages += [message(source.stream, key, thinned)] if thinned else []
            await inlet.take(messages)


async def test_figures_of_a_quarter_are_those_of_real_rooms(store: Settings) -> None:
    """PUE from 1.2 to 1.8, a fifth of the servers' time used, and some servers that idle; reboots are seen as such."""
    await filled(store)
    await compute(store, NOW)
    found: dict[tuple[str, str], dict[str, Any]] = {}
    async with serving(store, filled=False) as client:
        for path in ("/v1/greenit", "/v1/greenit/servers"):
            answer = await client.get(f"{path}?period=2025Q4", headers=INSIDER)
            assert answer.status_code == 200, answer.text
            found |= {(row["site"], row["figure"]): row for row in answer.json()["data"]}
    for site in ("rz-a", "rz-b"):
        pue, used = (found[site, name] for name in ("pue", "iteusv"))
        assert 1.2 <= pue["value"] <= 1.8, pue
        assert pue["state"] == "interim"
        assert 0.10 <= used["value"] <= 0.30, used
        assert used["completeness_pct"] > 98
    idle = [found[site, "idle_server_count"]["value"] for site in ("rz-a", "rz-b")]
    assert 1 <= sum(idle) <= 4
    assert found["rz-a", "idle_server_kwh"]["value"] > 100
    # Two feeds of one server, and counters of a firmware that forgets.
    feeds = await rows(
        store,
        "select key, round(sum(energy_kwh)::numeric, 1) from energy_indicator join sensor using (sensor_id)"
        " where key like 'rz-a.srv-a01.%' group by key order by key",
    )
    assert [key for key, _ in feeds] == ["rz-a.srv-a01.psu1", "rz-a.srv-a01.psu2"]
    assert feeds[0][1] == feeds[1][1] > 100
    seen = "select sum(reset_count) > 5, sum(backward_count) from energy_indicator"
    assert await rows(store, seen) == [(True, 0)]
