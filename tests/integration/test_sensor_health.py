"""The health of a sensor, from ingest to the API: wrong clocks, order, what is missing, and who may read it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from fix_api import INSIDER, NOW, serving
from httpx import AsyncClient
from readings import Inlet, message

from api import quarantine_schemas, schemas
from emscher.settings import Settings


def lane(end: datetime, **more: object) -> dict[str, object]:
    """A reading of a lane over a minute."""
    return {"end": end.isoformat(), "interval_s": 60, "count": 3, **more}


async def health(
    client: AsyncClient, key: str, query: str = "", headers: dict[str, str] | None = None
) -> dict[str, Any]:
    """Ask for the health of a sensor, and hold the answer against its shape."""
    response = await client.get(f"/v1/sensors/{key}/health{query}", headers=headers)
    assert response.status_code == 200, response.text
    schemas.Health.model_validate(response.json())
    body: dict[str, Any] = response.json()
    return body


async def test_wrong_clocks_are_found(store: Settings) -> None:
    """A clock of 2009 and one a day ahead have all their readings refused, and how far off they are is measured."""
    async with serving(store) as client:
        async with Inlet(store, NOW - timedelta(minutes=30)) as inlet:
            year_2009 = datetime(2009, 1, 1, tzinfo=UTC)
            await inlet.take(
                [
                    *(message("traffic", "j1.d1", lane(year_2009 + timedelta(minutes=n))) for n in range(5)),
                    *(message("traffic", "j1.d2", lane(inlet.now + timedelta(days=1, minutes=n))) for n in range(5)),
                    message("traffic", "j1.d3", lane(inlet.now + timedelta(seconds=100))),
                    message("traffic", "j1.d3", b"{"),
                ]
            )
        old, ahead, near = [(await health(client, f"j1.d{n}"))["data"][0] for n in (1, 2, 3)]
        nothing = await health(client, "j1.d1", "?from=2025-01-01&to=2025-01-02")
    seconds = (NOW - timedelta(minutes=30) - year_2009).total_seconds()
    assert (old["readings"], old["refused"], old["too_old"]) == (0, 5, 5)
    assert old["clock_behind_at_most_s"] == seconds - 240
    assert old["latency_max_s"] == seconds
    assert (ahead["in_future"], ahead["clock_ahead_at_least_s"]) == (5, 86_400 + 240)
    assert (near["readings"], near["refused"], near["clock_ahead_at_least_s"]) == (1, 1, 100)
    assert near["latency_p50_s"] == -100
    assert nothing["data"] == []


async def test_order_latency_and_what_is_missing(store: Settings) -> None:
    """Late and repeated readings are counted, over several batches; of ten minutes before eight three are missing."""
    begin = NOW - timedelta(minutes=10)
    ends = [begin + timedelta(minutes=n) for n in (1, 3, 2, 3, 5, 8, 9)]
    async with serving(store, filled=False) as client:
        async with Inlet(store, NOW) as inlet:
            for end in ends:
                inlet.now = NOW + timedelta(seconds=20 * ends.index(end))
                await inlet.take([message("traffic", "o.1", lane(end))])
        body = await health(client, "o.1", "?to=2026-01-05T08:00:00Z")
        hours = await health(client, "o.1", "?bucket=hour&to=2026-01-05T09:00:00Z")
    # Received from eight o'clock on, so that the hour before has none of them.
    assert body["data"] == []
    (row,) = hours["data"]
    assert row["readings"] == 7
    assert row["out_of_order_pct"] == 100 / 7
    assert row["repeated_pct"] == 100 / 7
    assert 0 < row["latency_min_s"] < row["latency_p50_s"] <= row["latency_p95_s"] <= row["latency_max_s"]
    # Six of ten minutes are there, the last of them may be under way.
    assert body["expected_interval_s"] == 60
    assert round(body["missing_share_pct"], 1) == 33.3
    assert body["missing_basis"] == "interval_s of the readings"


async def test_statistics_wait_for_some_seconds_and_lose_nothing(store: Settings) -> None:
    """What several batches within seconds leave is written once and whole."""
    async with serving(store, filled=False) as client:
        async with Inlet(store, NOW - timedelta(minutes=5)) as inlet:
            for _ in range(30):
                inlet.now += timedelta(seconds=1)
                await inlet.take([message("traffic", "s.1", lane(inlet.now - timedelta(seconds=5)))])
            inlet.now += timedelta(seconds=10)
            await inlet.take([message("traffic", "s.2", lane(inlet.now))])
        row = (await health(client, "s.1"))["data"][0]
    assert (row["readings"], row["latency_min_s"], row["latency_max_s"]) == (30, 5, 5)


async def test_failed_batch_leaves_no_trace(store: Settings) -> None:
    """A batch that is written at the second try counts once."""
    async with serving(store, filled=False) as client:
        async with Inlet(store, NOW - timedelta(minutes=5)) as inlet:
            await inlet.take([message("traffic", "e.1", lane(inlet.now))])
            inlet.now += timedelta(seconds=20)
            connection, _ = await inlet.writer.desk.open()
            await connection.close()
            try:
                await inlet.take([message("traffic", "e.1", lane(inlet.now))])
            except Exception:  # noqa: BLE001 - whatever it is, the worker tries again
                await inlet.writer.close()
            await inlet.take([message("traffic", "e.1", lane(inlet.now))])
        assert (await health(client, "e.1"))["data"][0]["readings"] == 2


async def test_health_of_single_sensors_is_as_open_as_their_readings(store: Settings) -> None:
    """Access points' health takes a key, meters are not even known without one; what has no cadence says so."""
    async with serving(store) as client:
        closed = await client.get("/v1/sensors/z1.ap1/health")
        unknown = await client.get("/v1/sensors/r1.m1/health")
        inside = await health(client, "z1.ap1", headers=INSIDER)
        meter = await health(client, "r1.m1", headers=INSIDER)
        await health(client, "j1.d1")
    assert (closed.status_code, unknown.status_code) == (401, 404)
    assert inside["stream"] == "wlan"
    assert (meter["missing_share_pct"], meter["expected_interval_s"]) == (None, None)
    assert "no cadence" in meter["missing_basis"]


async def test_quarantine_is_served_with_a_key(store: Settings) -> None:
    """With a key: filters, one message, JSON lines, a request to re-drive and its state; without one nothing."""
    async with serving(store) as client:
        listed = (await client.get("/v1/rejected?sensor=j1.d1&state=kept", headers=INSIDER)).json()["data"]
        one = (await client.get(f"/v1/rejected/{listed[0]['id']}", headers=INSIDER)).json()["data"]
        lines = await client.get("/v1/rejected.jsonl", headers=INSIDER)
        missing = await client.get("/v1/rejected/999", headers=INSIDER)
        filed = await client.post("/v1/rejected/redrives?stream=traffic", headers=INSIDER)
        waiting = (await client.get("/v1/rejected/redrives", headers=INSIDER)).json()
        odd = await client.post("/v1/rejected/redrives?sensors=x", headers=INSIDER)
        closed = [
            await client.post("/v1/rejected/redrives"),
            await client.get("/v1/rejected/redrives"),
            await client.get("/v1/rejected/1"),
        ]
    quarantine_schemas.OneRejected.model_validate({"units": {}, "data": one})
    quarantine_schemas.Redrives.model_validate(waiting)
    assert [row["payload_bytes"] for row in listed] == [5, 2]
    assert one == listed[0]
    assert len(lines.text.splitlines()) == 4
    assert missing.status_code == 404
    assert (filed.status_code, filed.json()["state"]) == (202, "waiting")
    assert [(row["id"], row["stream"], row["finished_at"]) for row in waiting["data"]] == [
        (filed.json()["id"], "traffic", None)
    ]
    assert odd.status_code == 422
    assert [one.status_code for one in closed] == [401, 401, 401]
