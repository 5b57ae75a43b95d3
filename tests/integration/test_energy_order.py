"""Energy of odd meters comes out the same, bit for bit, whatever the order in which their readings arrive."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from fix_pipeline import register, rows, run

from emscher.settings import Settings

NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
BEGIN = NOW - timedelta(hours=30)
SENSORS: dict[str, dict[str, Any]] = {
    "monotone": {"measurement_point": "utility"},
    "wrapping": {"counter_kind": "wrapping", "counter_max_wh": 500.0, "rated_power_w": 900},
    "resettable": {"counter_kind": "resettable", "nominal_interval_s": 3600},
    "power": {"origin": "snmp", "measurement_point": "it_input", "node": "srv", "nominal_interval_s": 3600},
    "means": {"measurement_point": "it_input", "node": "srv"},
    "app": {"stream": "workload", "node": "srv", "application": "gis", "cores": 8, "reserved_cores": 2},
}
ENERGY = """
select s.key, (to_jsonb(i) - '{revision,computed_at,sensor_id}'::text[])::text
from energy_indicator as i join sensor as s using (sensor_id) order by 1, 2
"""
WORKLOAD = ENERGY.replace("energy_indicator", "workload_indicator")


def _readings() -> list[tuple[str, str, dict[str, Any]]]:
    """Stream, key and reading of meters whose counters jump, whose powers are missing, and which fall silent."""
    chance = random.Random(11)  # noqa: S311 - invented readings, no secret
    found = []
    for key in SENSORS:
        at, value = BEGIN, 100.0
        while at < NOW:
            at += timedelta(seconds=chance.choice([60, 300, 900, 1700, 4000, 12_000]))
            value += chance.uniform(0, 60)
            shown = chance.choice([value] * 8 + [3.0, value * 50])
            time = {"time": at.isoformat()}
            if key == "app":
                found.append(("workload", key, {**time, "node": "srv", "application": "gis", "cpu_s": value}))
                continue
            reading: dict[str, Any] = {"quality": chance.choice(["measured"] * 9 + ["estimated"])}
            if key in ("means", "power"):
                reading["power_w"] = chance.choice([-1, shown, 250.5])
            else:
                reading["energy_wh"] = shown % 500 if key == "wrapping" else shown
            if key == "means" and chance.random() < 0.7:
                reading |= {"power_avg_w": shown, "interval_s": chance.choice([60, 900, 3600])}
            found.append(("energy", key, {**time, **reading}))
    return [one for one in found if str(one[2]["time"]) <= NOW.isoformat()]


async def test_odd_meters_in_any_order(store: Settings, second_store: Settings) -> None:
    """In order and at once, or shuffled in seven parts with processing between: the same rows, odd ones among them."""
    readings = _readings()
    for one in (store, second_store):
        await register(one, "rz", SENSORS)
    shuffled = random.Random(5).sample(readings, len(readings))  # noqa: S311 - a shuffle, no secret
    for whose, parts in ((store, [readings]), (second_store, [shuffled[part::7] for part in range(7)])):
        for part in parts:
            for stream in ("energy", "workload"):
                received: dict[str, list[dict[str, Any]]] = {}
                for kind, key, reading in part:
                    if kind == stream:
                        received.setdefault(key, []).append(reading)
                await run(whose, received, NOW, stream)
    for statement in (ENERGY, WORKLOAD):
        assert await rows(store, statement)
        assert await rows(store, statement) == await rows(second_store, statement)
    odd = await rows(
        store,
        "select sum(reset_count) > 0, sum(backward_count) > 0, sum(missing_count) > 0, sum(estimated_kwh) > 0,"
        " count(distinct method) from energy_indicator",
    )
    assert odd == [(True, True, True, True, 3)]
