"""Approaches on a real database: a junction's description, its events and its lanes' counts become open indicators."""

import time
from datetime import UTC, datetime, timedelta

from httpx import ASGITransport, AsyncClient
from psycopg.types.json import Jsonb
from readings import Inlet, message

from api.app import create
from emscher.settings import Settings
from emscher.store.pool import connect
from processing import thresholds
from processing.worker import Worker

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
    worker = Worker(store, lambda: datetime.now(UTC), time.monotonic)
    await worker.open()
    while await worker.step():
        pass
    await worker.close()
    app = create(store)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://emscher") as client,
    ):
        span = {"from": START.isoformat(), "to": (START + timedelta(minutes=15)).isoformat()}
        answer = (await client.get("/v1/indicators/approach", params={"site": "j", **span})).json()
    east, south = answer["data"]
    assert (east["signal_group"], east["flow_veh_h"], east["capacity_veh_h"]) == (2, 600, 1000)
    assert (east["saturation_ratio"], east["qsv"], east["flow_reason"]) == (0.6, 0, 0)
    assert (east["arrivals_on_green_ratio"], east["arrival_reason"]) == (None, 6)
    assert (south["signal_group"], south["cycle_s"], south["flow_veh_h"], south["flow_reason"]) == (4, 60, None, 2)
    assert answer["units"]["control_delay_hbs_s"] == "s"


async def test_thresholds_are_those_of_the_day(store: Settings) -> None:
    """Of two rows of one limit the later one holds from its day on, and an ended one no more."""
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute(
            "insert into threshold (name, value, unit, valid_from, valid_to, source, status) values"
            " ('signal_cycle_max', 90, 's', '2030-01-01', '2030-12-31', 'test', 'own')"
        )
        found = [
            (await thresholds.load(connection, datetime(year, 6, 1, tzinfo=UTC)))["signal_cycle_max", ""]
            for year in (2029, 2030, 2031)
        ]
    assert found == [120, 90, 120]
