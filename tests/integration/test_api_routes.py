"""The API on a real database: books, refused messages, readiness, and what a bad request is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from fix_api import INSIDER, serving

from api import schemas
from emscher.settings import Settings
from emscher.store.pool import connect
from emscher.streams import streams


async def test_books_balance_for_everyone(store: Settings) -> None:
    """The books are summed over workers and buckets, say that they balance, and need no key."""
    async with serving(store) as client:
        minutes = (await client.get("/v1/accounting?stream=traffic")).json()["data"]
        every = (await client.get("/v1/accounting?bucket=all")).json()["data"]
        for bucket in ("hour", "day"):
            assert len((await client.get(f"/v1/accounting?bucket={bucket}")).json()["data"]) == 2
    assert [(row["received"], row["stored"], row["duplicate"], row["rejected"]) for row in minutes] == [
        (15, 12, 2, 1),
        (1, 0, 1, 0),
    ]
    assert {row["stream"]: row["received"] for row in every} == {"traffic": 16, "wlan": 3}
    assert all(row["balanced"] is True for row in [*minutes, *every])


async def test_refused_messages_are_visible(store: Settings) -> None:
    """A refused message is shown with its reason, and its payload as text; everyone sees the counts and no content."""
    async with serving(store) as client:
        rows = (await client.get("/v1/rejected", headers=INSIDER)).json()["data"]
        chosen = (await client.get("/v1/rejected?reason=unknown_field&stream=wlan", headers=INSIDER)).json()["data"]
        counts = await client.get("/v1/rejected/reasons")
        wrong = await client.get("/v1/rejected?reason=because", headers=INSIDER)
    assert [(row["payload"], row["payload_base64"]) for row in rows] == [
        ("{oops", None),
        (None, "/0E="),
        (None, None),
        ("x", None),
    ]
    assert [row["payload_bytes"] for row in chosen] == [99]
    assert {(row["stream"], row["reason"], row["readings"]) for row in counts.json()["data"]} == {
        ("traffic", "malformed", 2),
        ("unknown", "unknown_topic", 1),
        ("wlan", "unknown_field", 1),
    }
    assert "garden" not in counts.text
    assert wrong.status_code == 422


@pytest.mark.parametrize(
    ("path", "status", "hint"),
    [
        ("readings/trafic", 404, "'traffic'"),
        ("indicators/trafic", 404, "'traffic'"),
        ("sensors/nobody", 404, "/v1/sensors"),
        ("sensors/%00", 404, "/v1/sensors"),
        ("sensors?stream=trafic", 422, "'traffic'"),
        ("sensors?site=nowhere", 422, "/v1/sites"),
        ("latest?site=nowhere", 422, "/v1/sites"),
        ("readings/traffic?sensor=nobody", 422, "/v1/sensors"),
        ("readings/traffic?sensor=j1.c", 422, "/v1/sensors"),
        ("readings/traffic?sensor=%00", 422, "/v1/sensors"),
        ("readings/traffic?from=yesterday", 422, "2026-05-04T06:00:00Z"),
        ("readings/traffic?from=2026-01-05T08:00:00Z", 422, "before `to`"),
        ("readings/traffic?limit=0", 422, "limit"),
        ("readings/traffic?limit=50001", 422, "limit"),
        ("readings/traffic?after=x", 422, "next"),
        ("readings/traffic?form=x", 422, "'from'"),
        ("indicators/traffic?bucket=2h", 422, "15min"),
        ("indicators/wlan?sensor=z1.ap1", 422, "site"),
        ("accounting?bucket=week", 422, "bucket"),
        ("readings/traffic.geojson", 406, ".parquet"),
        ("nothing", 404, "/docs"),
    ],
)
async def test_bad_request_is_told_how_to_mend_it(store: Settings, path: str, status: int, hint: str) -> None:
    """A request that does not fit is answered as problem+json that says what is wrong and what would be right."""
    async with serving(store) as client:
        response = await client.get(f"/v1/{path}")
    body = schemas.Problem.model_validate(response.json())
    assert (response.status_code, body.status) == (status, status)
    assert response.headers["content-type"] == "application/problem+json"
    assert hint in response.text
    assert body.instance.startswith("/v1/")


async def test_ready_when_the_schema_is_there(store: Settings) -> None:
    """/readyz is 200 on a migrated store, and also an empty one answers every route."""
    async with serving(store, filled=False) as client:
        ready = await client.get("/readyz")
        for path in ("sites", "sensors", "latest", "readings/traffic", "readings/traffic.parquet", "accounting.csv"):
            assert (await client.get(f"/v1/{path}")).status_code == 200, path
    assert (ready.status_code, ready.json()["status"]) == (200, "ready")


async def test_not_ready_without_a_table(store: Settings) -> None:
    """/readyz is 503 and names what the schema lacks; a route that needs it says the server is not ready."""
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute("DROP TABLE traffic_reading CASCADE")
        await connection.execute("DELETE FROM schema_migration WHERE number = 4")
    async with serving(store, filled=False) as client:
        ready, readings = await client.get("/readyz"), await client.get("/v1/readings/traffic")
    assert ready.status_code == readings.status_code == 503
    assert "traffic" in ready.json()["errors"][0]["detail"]
    assert int(ready.headers["retry-after"]) > 0


async def test_everyone_may_ask_from_any_page(store: Settings) -> None:
    """Open data may be read by scripts of any origin; a large answer is compressed for whoever takes it so."""
    async with serving(store) as client:
        response = await client.get("/v1/readings/traffic", headers={"Origin": "https://example.org"})
        head = await client.head("/v1/sites")
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["content-encoding"] == "gzip"
    assert response.headers["vary"].count("Accept-Encoding") == 1
    assert head.status_code == 200


async def test_streams_and_catalogue_come_from_the_registries(store: Settings) -> None:
    """Every stream and every family is listed with its units, and whether it is open is what the database grants."""
    async with serving(store) as client:
        listed = (await client.get("/v1/streams")).json()
        catalogue = (await client.get("/v1/indicators")).json()
    schemas.Streams.model_validate(listed)
    schemas.Catalogue.model_validate(catalogue)
    assert {one["name"]: one["open"] for one in listed["data"]} == {
        name: name in {"traffic", "signal"} for name in streams()
    }
    speed = next(one for one in listed["data"][2]["fields"] if one["name"] == "speed_kmh")
    assert (speed["unit"], speed["minimum"], speed["maximum"]) == ("km/h", 0, 300)
    assert {one["name"]: one["published_per"] for one in catalogue["data"]} == {
        "approach": "sensor",
        "availability": "sensor",
        "lane_quality": "sensor",
        "vehicle_class": "sensor",
        "peak_hour": "site",
        "virtual_section": "site",
        "traffic": "sensor",
        "cross_section": "site",
        "lane_state": "sensor",
        "forecast": "site",
        "incident": "site",
        "section": "site",
        "signal": "sensor",
        "wlan": "site",
        "energy": "site",
        "workload": None,
    }


async def test_date_means_the_day_of_the_city(store: Settings) -> None:
    """A date is midnight in the city, so that a day asked for is a day of the roll-ups."""
    async with serving(store) as client:
        rows = (await client.get("/v1/indicators/traffic?bucket=1d&from=2026-01-05&to=2026-01-06")).json()["data"]
    assert {row["window_start"] for row in rows} == {"2026-01-04T23:00:00Z"}
    assert datetime.fromisoformat(rows[0]["window_start"]) + timedelta(hours=1) == datetime(2026, 1, 5, tzinfo=UTC)
