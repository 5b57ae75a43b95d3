"""Approaches on a real database: a junction's description, its events and its lanes' counts become open indicators."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from fix_pipeline import compute
from httpx import ASGITransport, AsyncClient
from psycopg.types.json import Jsonb
from readings import Inlet, message

from api.app import create
from emscher.settings import Settings
from emscher.store.pool import connect
from emscher.streams.signal import FIRST_STATE_CODE, STATES
from processing.kernels.arrival import coordination
from processing.kernels.signal_state import RED, changes
from processing.kernels.timeline import timeline
from processing.threshold import thresholds

START = datetime(2026, 1, 5, 6, 0, tzinfo=UTC)
APPROACHES = [
    {
        "key": "east",
        "signal_group": 2,
        "lanes": [{"length_m": 60}],
        "detectors": [{"function": "count", "sensor": "j.d1"}],
    },
    {"key": "south", "signal_group": 4, "lanes": [{"length_m": 0}], "detectors": []},
]
STEPS = ((0, "green"), (30, "amber"), (33, "red"), (59, "red_amber"))


async def test_description_events_and_counts_become_indicators(store: Settings) -> None:
    """A German signal group with a lane that counts intervals gets its saturation; the faulty one says it is faulty."""
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute(
            "insert into site (key, kind, name, metadata) values ('j', 'junction', '', %s)",
            (Jsonb({"approaches": APPROACHES}),),
        )
        await connection.execute(
            "insert into sensor (key, stream, site_id, configured) select new.key, new.stream, site_id, true from site,"
            " (values ('j.ctl', 'signal'), ('j.d1', 'traffic')) as new (key, stream) where site.key = 'j'"
        )
    events = [
        {"time": (START + timedelta(seconds=60 * cycle + second)).isoformat(), "signal_group": group, "state": state}
        for cycle in range(16)
        for second, state in STEPS
        for group in (2, 4)
    ]
    counts = [
        {"end": (START + timedelta(minutes=minute + 1)).isoformat(), "interval_s": 60, "count": 10}
        for minute in range(15)
    ]
    async with Inlet(store, START + timedelta(hours=1)) as inlet:
        await inlet.take([message("signal", "j.ctl", events), message("traffic", "j.d1", counts)])
    await compute(store)
    app = create(store)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://emscher") as client,
    ):
        span = {"from": START.isoformat(), "to": (START + timedelta(minutes=15)).isoformat()}
        answer = (await client.get("/v1/indicators/approach", params={"site": "j", **span})).json()
        hour = {"site": "j", "bucket": "1h", **span}
        rolled = (await client.get("/v1/indicators/approach", params=hour)).json()
    east, south = answer["data"]
    assert (east["signal_group"], east["flow_veh_h"], east["capacity_veh_h"]) == (2, 600, 1000)
    assert (east["saturation_ratio"], east["qsv"], east["flow_reason"]) == (0.6, 0, 0)
    assert (east["arrivals_on_green_ratio"], east["arrival_reason"]) == (None, 6)
    assert (south["signal_group"], south["cycle_s"], south["flow_veh_h"], south["flow_reason"]) == (4, 60, None, 2)
    assert answer["units"]["control_delay_hbs_s"] == "s"
    assert rolled["bucket"] == "1h"
    assert [(row["signal_group"], row["flow_veh_h"], row["saturation_ratio"]) for row in rolled["data"]] == [
        (2, 600, 0.6),
        (4, None, None),
    ]


@pytest.mark.parametrize("dialect", ["events", "states"])
async def test_coordination_diagram_equals_its_kernel(store: Settings, dialect: str) -> None:
    """Anyone may ask for the points of a diagram; they are those of the kernel, and unknown before the first red."""
    steps = {"events": ((0, 1), (30, 7), (30, 8), (33, 9), (33, 10), (35, 11)), "states": STEPS}[dialect]
    signals = [(60.0 * cycle + second, step) for cycle in range(10) for second, step in steps]
    came_s = [5.0 + 17 * number for number in range(30)]

    def at(second: float) -> str:
        return (START + timedelta(seconds=second)).isoformat()

    key = "state" if dialect == "states" else "code"
    group = "signal_group" if dialect == "states" else "parameter"
    events = [{"time": at(second), key: step, group: 2} for second, step in signals]
    events += [{"time": at(second), "code": 82, "parameter": 21} for second in came_s]
    async with Inlet(store, START + timedelta(hours=1)) as inlet:
        await inlet.take([message("signal", "k.ctl", events)])
    async with await connect(store, "owner") as connection:
        row = await (await connection.execute("select sensor_id from sensor where key = 'k.ctl'")).fetchone()
    async with await connect(store, "public") as connection:
        cursor = await connection.execute(
            "select extract(epoch from cycle_start - %(since)s)::float8, second_s, state"
            " from coordination_diagram(%(sensor)s, 2, 21, %(since)s, %(until)s, interval '1 second')",
            {"sensor": row and row[0], "since": START, "until": START + timedelta(hours=1)},
        )
        found = await cursor.fetchall()
    code = [FIRST_STATE_CODE + STATES.index(step) if isinstance(step, str) else step for _, step in signals]
    time_us = np.array([round(second * 1e6) for second, _ in signals])
    zeros = np.zeros(len(signals), np.int64)
    shown = timeline(changes(zeros, time_us, np.array(code), zeros), 300_000_000)
    asked_us = np.array([round((second + 1) * 1e6) for second in came_s])
    cycle_us, second_s, state = coordination(shown, np.zeros(len(asked_us), np.int64), asked_us, RED)
    points = zip(cycle_us.tolist(), second_s.tolist(), state.tolist(), strict=True)
    kernel = [(begin / 1e6, second, what) if begin >= 0 else (None, None, what) for begin, second, what in points]
    assert found == kernel
    assert len(found) == len(came_s)
    served = await _served(store)
    assert [(row["second_s"], row["state"]) for row in served["data"]] == [(second, what) for _, second, what in found]
    assert served["units"]["second_s"] == "s"
    assert served["data"][-1]["cycle_start"] == f"{START + timedelta(seconds=found[-1][0]):%Y-%m-%dT%H:%M:%SZ}"


async def _served(store: Settings) -> Any:  # noqa: ANN401 - JSON
    """Ask the API for the same diagram."""
    app = create(store)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://emscher") as client,
    ):
        span = {"from": START.isoformat(), "to": (START + timedelta(hours=1)).isoformat()}
        values = {"signal_group": "2", "channel": "21", "travel_s": "1", **span}
        return (await client.get("/v1/sensors/k.ctl/coordination", params=values)).json()


async def test_thresholds_are_those_of_the_day(store: Settings) -> None:
    """Of two rows of one limit the later one holds from its day on, and an ended one no more."""
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute(
            "insert into threshold (name, value, unit, valid_from, valid_to, source, status) values"
            " ('signal_cycle_max', 90, 's', '2030-01-01', '2030-12-31', 'test', 'own')"
        )
        cursor = await connection.execute("select name, scope, value, valid_from, valid_to from threshold")
        dated = thresholds(await cursor.fetchall())
    days = [(date(year, 6, 1) - date(1970, 1, 1)).days for year in (2029, 2030, 2031)]
    found = [dated.on(day)["signal_cycle_max", ""] for day in days]
    assert found == [120, 90, 120]
