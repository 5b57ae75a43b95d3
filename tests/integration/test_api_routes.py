"""The API on a real database: what is open, what is not, and that every answer is whole."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient
from pydantic import SecretStr

from api import schemas
from api.app import create
from emscher.settings import Settings
from emscher.store.pool import connect
from emscher.streams import streams
from processing.families import families

KEY = "open sesame"
NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
INSIDER = {"X-API-Key": KEY}

SITES_AND_SENSORS = """
INSERT INTO site (key, kind, name, longitude, latitude, metadata) VALUES
    ('j1', 'junction', 'Junction', 7.46, 51.51, '{"road": "Wall"}'), ('z1', 'zone', 'Zone', 7.47, 51.50, '{}'),
    ('z2', 'zone', 'Small zone', NULL, NULL, '{}'), ('r1', 'server_room', 'Room', 7.48, 51.50, '{}');
INSERT INTO sensor (key, stream, site_id, configured, longitude, latitude, metadata)
SELECT key, stream, (SELECT site_id FROM site WHERE site.key = place), true, 7.46, 51.51, metadata::jsonb FROM (VALUES
    ('j1.d1', 'traffic', 'j1', '{}'), ('j1.d2', 'traffic', 'j1', '{}'), ('j1.d3', 'traffic', 'j1', '{}'),
    ('j1.c', 'signal', 'j1', '{}'), ('z1.ap1', 'wlan', 'z1', '{}'),
    ('r1.m1', 'energy', 'r1', '{"measurement_point": "utility"}'),
    ('r1.m2', 'energy', 'r1', '{}'), ('r1.app', 'workload', 'r1', '{}')) AS new (key, stream, place, metadata);
"""

# Ten minutes before eight; j1.d2 has no speed, and says why.
READINGS = """
INSERT INTO traffic_reading
SELECT sensor_id, at, true, 60, 5, NULL, 3.5, CASE WHEN key = 'j1.d2' THEN NULL ELSE 48.5 END, NULL, NULL, NULL, NULL,
       CASE WHEN key = 'j1.d2' THEN 64 ELSE 0 END
FROM sensor, generate_series(timestamptz '2026-01-05 07:50Z', '2026-01-05 07:59Z', '1 minute') AS at
WHERE stream = 'traffic';
INSERT INTO signal_reading SELECT sensor_id, '2026-01-05 07:55Z', true, code, 4
FROM sensor, unnest(ARRAY[1, 8, 1003]) AS code WHERE stream = 'signal';
INSERT INTO wlan_reading SELECT sensor_id, '2026-01-05 07:30Z', true, 900, 7, 6.5, 9, 1, 2, 3.0, true, 4, 5
FROM sensor WHERE stream = 'wlan';
INSERT INTO energy_reading SELECT sensor_id, '2026-01-05 07:45Z', true, 123, NULL, 1
FROM sensor WHERE stream = 'energy';
INSERT INTO workload_reading SELECT sensor_id, '2026-01-05 07:45Z', true, 10, 20, NULL
FROM sensor WHERE stream = 'workload';
"""

LATEST = """
INSERT INTO {0}_latest SELECT DISTINCT ON (sensor_id) * FROM {0}_reading ORDER BY sensor_id, observed_at DESC;
"""

INDICATORS = """
INSERT INTO traffic_indicator
SELECT sensor_id, at, 60, true, 300, NULL, 3.5, 48.5, 6.2, 1, 0, '2026-01-05 07:59Z'
FROM sensor, generate_series(timestamptz '2026-01-05 07:50Z', '2026-01-05 07:59Z', '1 minute') AS at
WHERE stream = 'traffic';
INSERT INTO signal_indicator SELECT sensor_id, nr, '2026-01-05 07:45Z', 900, true, 90, 0.4, 10, 0, '2026-01-05 07:59Z'
FROM sensor, generate_series(1, 3) AS nr WHERE stream = 'signal';
INSERT INTO wlan_indicator
SELECT site_id, '2026-01-05 07:00Z', 3600, true, avg, 90, 1000, 2000, 1, aps, 1, 0, '2026-01-05 07:59Z'
FROM site JOIN (VALUES ('z1', 60.5, 8), ('z2', 60.5, 2)) AS zone (key, avg, aps) USING (key);
INSERT INTO energy_indicator SELECT sensor_id, '2026-01-05 07:00Z', 900, true, 1.5, 1, 1, 0, '2026-01-05 07:59Z'
FROM sensor WHERE stream = 'energy';
INSERT INTO workload_indicator SELECT sensor_id, '2026-01-05 07:00Z', 900, true, 0.5, 0.25, 1, 0, '2026-01-05 07:59Z'
FROM sensor WHERE stream = 'workload';
"""

BOOKS = r"""
INSERT INTO ingest_account VALUES
    ('traffic', '2026-01-05 07:10Z', 'one', 10, 7, 2, 1), ('traffic', '2026-01-05 07:10Z', 'two', 5, 5, 0, 0),
    ('traffic', '2026-01-05 07:20Z', 'one', 1, 0, 1, 0), ('wlan', '2026-01-05 07:10Z', 'one', 3, 3, 0, 0);
INSERT INTO rejected_message (received_at, stream, sensor_key, reason, detail, readings, payload, payload_bytes) VALUES
    ('2026-01-05 07:10Z', 'traffic', 'j1.d1', 'malformed', 'no JSON', 1, '{oops', 5),
    ('2026-01-05 07:11Z', 'traffic', 'j1.d1', 'malformed', 'no JSON', 1, '\xff41', 2),
    ('2026-01-05 07:12Z', 'wlan', NULL, 'unknown_field', 'no detail is kept of this stream', 1, NULL, 99),
    ('2026-01-05 07:13Z', 'garden of a person', NULL, 'unknown_topic', 'no such stream', 1, 'x', 1);
"""


@asynccontextmanager
async def _serving(store: Settings, key: str | None = KEY, *, filled: bool = True) -> AsyncIterator[AsyncClient]:
    """Run the application on a store, at eight o'clock."""
    if filled:
        latest = "".join(LATEST.format(name) for name in streams())
        async with await connect(store, "owner", autocommit=True) as connection:
            for text in (SITES_AND_SENSORS, READINGS, latest, INDICATORS, BOOKS):
                await connection.execute(text.encode())
    app = create(store.model_copy(update={"api_key": None if key is None else SecretStr(key)}), lambda: NOW)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://test") as client,
    ):
        yield client


async def test_privacy_holds_without_a_key(store: Settings) -> None:
    """Without a key no route shows access points' readings, meters, applications or refused messages."""
    async with _serving(store) as client:
        for path in (
            "readings/wlan",
            "readings/energy",
            "readings/workload",
            "sensors/z1.ap1/readings",
            "latest?stream=wlan",
            "latest?stream=energy",
            "latest?stream=workload",
            "indicators/energy?bucket=base",
            "indicators/energy?bucket=1d",
            "indicators/workload",
            "indicators/workload?bucket=1h",
            "rejected",
        ):
            response = await client.get(f"/v1/{path}")
            assert response.status_code == 401, path
            assert "X-API-Key" in response.json()["detail"]
            assert (await client.get(f"/v1/{path}", headers=INSIDER)).status_code == 200, path
        assert {row["stream"] for row in (await client.get("/v1/latest")).json()["data"]} == {"traffic", "signal"}
        assert {row["stream"] for row in (await client.get("/v1/sensors")).json()["data"]} == {
            "traffic",
            "signal",
            "wlan",
        }
        for key in ("r1.m1", "r1.app"):
            assert (await client.get(f"/v1/sensors/{key}")).status_code == 404
            assert (await client.get(f"/v1/sensors/{key}/readings")).status_code == 404
            assert (await client.get("/v1/readings/traffic", params={"sensor": key})).status_code == 422


async def test_key_opens_everything(store: Settings) -> None:
    """With the key the same routes show every sensor and single readings, and nobody else may keep the answer."""
    async with _serving(store) as client:
        sensors = await client.get("/v1/sensors", headers=INSIDER)
        latest = (await client.get("/v1/latest", headers=INSIDER)).json()
        energy = (await client.get("/v1/indicators/energy?from=2026-01-05T07:00:00Z", headers=INSIDER)).json()
    assert {row["stream"] for row in sensors.json()["data"]} == set(streams())
    assert sensors.headers["cache-control"].startswith("private")
    assert {row["stream"] for row in latest["data"]} == set(streams())
    assert len(latest["data"]) == 8
    assert [row["method"] for row in energy["data"]] == ["counter", "counter"]
    assert not energy["published"]


async def test_wrong_key_and_no_key_set(store: Settings) -> None:
    """A wrong key is refused also where none is needed; where no key is set internal data are closed to everyone."""
    async with _serving(store) as client:
        for wrong in ("x", "ö", KEY + "x"):
            response = await client.get("/v1/sites", headers=[(b"x-api-key", wrong.encode())])
            assert response.status_code == 401, wrong
    for unset in (None, ""):
        await _refuses_everyone(store, unset)


async def _refuses_everyone(store: Settings, key: str | None) -> None:
    async with _serving(store, key, filled=False) as client:
        for headers in ({}, INSIDER):
            response = await client.get("/v1/rejected", headers=headers)
            assert response.status_code == 403
            assert "EMSCHER_API_KEY" in response.json()["detail"]
        assert (await client.get("/v1/sites")).status_code == 200


async def test_small_zone_is_suppressed(store: Settings) -> None:
    """Of a zone with too few access points the counts are null and the row says so; a large one is shown."""
    async with _serving(store) as client:
        body = (await client.get("/v1/indicators/wlan")).json()
    shown = {row["site"]: row for row in body["data"]}
    assert (body["bucket"], body["published"]) == ("1h", True)
    assert shown["z1"]["clients_concurrent_avg"] == 60.5
    assert not shown["z1"]["suppressed"]
    assert shown["z2"]["suppressed"]
    for name in ("clients_concurrent_avg", "clients_concurrent_max", "rx_bytes", "tx_bytes"):
        assert shown["z2"][name] is None


async def test_published_energy_is_a_sum(store: Settings) -> None:
    """Without a key energy is per site and measurement point, also where nobody said which point that is."""
    async with _serving(store) as client:
        pages = [row async for row in _pages(client, "/v1/indicators/energy?limit=1&from=2026-01-05T07:00:00Z")]
    assert {(row["site"], row["measurement_point"]) for row in pages} == {("r1", "utility"), ("r1", None)}
    assert all("sensor" not in row for row in pages)


async def _pages(client: AsyncClient, path: str | None, headers: dict[str, str] | None = None) -> AsyncIterator[Any]:
    while path:
        body = (await client.get(path, headers=headers)).json()
        for row in body["data"]:
            yield row
        path = body["next"]


@pytest.mark.parametrize("limit", [1, 7, 30, 31])
async def test_pages_hold_every_row_once(store: Settings, limit: int) -> None:
    """Following `next` gives every row exactly once, in the order of one large page, whatever the size of a page."""
    async with _serving(store) as client:
        for path in (
            "/v1/readings/traffic",
            "/v1/readings/signal",
            "/v1/indicators/traffic",
            "/v1/indicators/signal",
            "/v1/accounting",
            "/v1/rejected",
        ):
            whole = (await client.get(f"{path}?limit=50000", headers=INSIDER)).json()
            paged = [row async for row in _pages(client, f"{path}?limit={limit}", INSIDER)]
            assert paged == whole["data"], path
            assert whole["next"] is None
            assert len(paged) >= 3


async def test_next_page_is_linked_in_every_format(store: Settings) -> None:
    """CSV and Parquet name the next page in a header, with the same suffix."""
    async with _serving(store) as client:
        response = await client.get("/v1/readings/traffic.csv?limit=4")
        assert response.headers["link"].startswith("</v1/readings/traffic.csv?limit=4&from=")
        second = await client.get(response.headers["link"].split(">")[0][1:])
    assert len(second.text.splitlines()) == 5


@pytest.mark.parametrize("path", ["readings/traffic", "indicators/traffic", "indicators/wlan", "latest", "accounting"])
async def test_csv_and_json_agree(store: Settings, path: str) -> None:
    """CSV and JSON show the same rows."""
    async with _serving(store) as client:
        rows = (await client.get(f"/v1/{path}")).json()["data"]
        text = (await client.get(f"/v1/{path}", headers={"Accept": "text/csv"})).text
        assert text == (await client.get(f"/v1/{path}.csv")).text
    lines = list(csv.DictReader(io.StringIO(text)))
    assert len(lines) == len(rows) > 0
    for line, row in zip(lines, rows, strict=True):
        for name, value in row.items():
            if isinstance(value, bool) or value is None:
                assert line[name] == ("" if value is None else str(value).lower())
            elif isinstance(value, (int, float)):
                assert float(line[name]) == value
            elif isinstance(value, str):
                assert line[name] == value


@pytest.mark.parametrize(
    "path",
    ["streams", "sites", "sensors.geojson", "latest", "indicators", "accounting.csv", "readings/traffic.parquet"],
)
async def test_known_answer_is_not_sent_again(store: Settings, path: str) -> None:
    """Who has an answer and asks with its ETag gets 304 and no body, until something changes."""
    async with _serving(store) as client:
        first = await client.get(f"/v1/{path}")
        assert first.status_code == 200
        again = await client.get(f"/v1/{path}", headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert (await client.get(f"/v1/{path}", headers={"If-None-Match": 'W/"other"'})).status_code == 200


async def test_every_value_column_has_its_unit(store: Settings) -> None:
    """Every number in an answer has a unit beside it, in every route that shows values, with the key and without."""
    paths = ["sites", "sensors", "accounting", "rejected/reasons", "rejected", "emission-factors"]
    paths += [f"readings/{name}" for name in streams()]
    paths += [f"indicators/{name}" for name in families()]
    paths += [f"indicators/{one.name}?bucket={bucket}" for one in families().values() for bucket in one.buckets]
    async with _serving(store) as client:
        for path in paths:
            for headers in ({}, INSIDER):
                mark = "&" if "?" in path else "?"
                since = "" if path in {"sites", "sensors", "emission-factors"} else f"{mark}from=2026-01-04T00:00:00Z"
                response = await client.get(f"/v1/{path}{since}", headers=headers)
                if response.status_code == 401:
                    continue
                body = response.json()
                for row in body["data"]:
                    odd = {n for n, v in row.items() if isinstance(v, (int, float)) and not isinstance(v, bool)}
                    assert odd <= set(body["units"]), path
        for row in (body := (await client.get("/v1/latest", headers=INSIDER)).json())["data"]:
            numbers = {n for n, v in row.items() if isinstance(v, (int, float)) and not isinstance(v, bool)}
            assert numbers <= set(body["units"][row["stream"]])


async def test_codes_are_words_and_missing_is_null(store: Settings) -> None:
    """A missing speed is null and its status says why; a signal's state, a meter's quality are words."""
    async with _serving(store) as client:
        traffic = (await client.get("/v1/readings/traffic?sensor=j1.d2&limit=1")).json()["data"][0]
        signal = (await client.get("/v1/sensors/j1.c/readings")).json()["data"]
        energy = (await client.get("/v1/readings/energy", headers=INSIDER)).json()["data"]
    assert traffic["speed_kmh"] is None
    assert traffic["status"] == {"speed_kmh": "not_determinable"}
    assert traffic["observed_at"] == "2026-01-05T07:50:00Z"
    assert traffic["simulated"] is True
    assert [(row["code"], row["signal_group"], row["state"]) for row in signal] == [
        (1, None, None),
        (8, None, None),
        (1003, 4, "green"),
    ]
    assert {row["quality"] for row in energy} == {"estimated"}


async def test_books_balance_for_everyone(store: Settings) -> None:
    """The books are summed over workers and buckets, say that they balance, and need no key."""
    async with _serving(store) as client:
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
    async with _serving(store) as client:
        rows = (await client.get("/v1/rejected", headers=INSIDER)).json()["data"]
        chosen = (await client.get("/v1/rejected?reason=unknown_field&stream=wlan", headers=INSIDER)).json()["data"]
        counts = await client.get("/v1/rejected/reasons")
        wrong = await client.get("/v1/rejected?reason=because", headers=INSIDER)
    assert [(row["payload"], row["payload_is_utf8"]) for row in rows] == [
        ("{oops", True),
        (r"\xffA", False),
        (None, None),
        ("x", True),
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
    async with _serving(store) as client:
        response = await client.get(f"/v1/{path}")
    body = schemas.Problem.model_validate(response.json())
    assert (response.status_code, body.status) == (status, status)
    assert response.headers["content-type"] == "application/problem+json"
    assert hint in response.text
    assert body.instance.startswith("/v1/")


async def test_ready_when_the_schema_is_there(store: Settings) -> None:
    """/readyz is 200 on a migrated store, and also an empty one answers every route."""
    async with _serving(store, filled=False) as client:
        ready = await client.get("/readyz")
        for path in ("sites", "sensors", "latest", "readings/traffic", "readings/traffic.parquet", "accounting.csv"):
            assert (await client.get(f"/v1/{path}")).status_code == 200, path
    assert (ready.status_code, ready.json()["status"]) == (200, "ready")


async def test_not_ready_without_a_table(store: Settings) -> None:
    """/readyz is 503 and names what the schema lacks; a route that needs it says the server is not ready."""
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute("DROP TABLE traffic_reading CASCADE")
        await connection.execute("DELETE FROM schema_migration WHERE number = 4")
    async with _serving(store, filled=False) as client:
        ready, readings = await client.get("/readyz"), await client.get("/v1/readings/traffic")
    assert ready.status_code == readings.status_code == 503
    assert "traffic" in ready.json()["errors"][0]["detail"]
    assert int(ready.headers["retry-after"]) > 0


async def test_everyone_may_ask_from_any_page(store: Settings) -> None:
    """Open data may be read by scripts of any origin; a large answer is compressed for whoever takes it so."""
    async with _serving(store) as client:
        response = await client.get("/v1/readings/traffic", headers={"Origin": "https://example.org"})
        head = await client.head("/v1/sites")
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["content-encoding"] == "gzip"
    assert response.headers["vary"].count("Accept-Encoding") == 1
    assert head.status_code == 200


async def test_streams_and_catalogue_come_from_the_registries(store: Settings) -> None:
    """Every stream and every family is listed with its units, and whether it is open is what the database grants."""
    async with _serving(store) as client:
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
        "traffic": "sensor",
        "cross_section": "site",
        "signal": "sensor",
        "wlan": "site",
        "energy": "site",
        "workload": None,
    }


async def test_date_means_the_day_of_the_city(store: Settings) -> None:
    """A date is midnight in the city, so that a day asked for is a day of the roll-ups."""
    async with _serving(store) as client:
        rows = (await client.get("/v1/indicators/traffic?bucket=1d&from=2026-01-05&to=2026-01-06")).json()["data"]
    assert {row["window_start"] for row in rows} == {"2026-01-04T23:00:00Z"}
    assert datetime.fromisoformat(rows[0]["window_start"]) + timedelta(hours=1) == datetime(2026, 1, 5, tzinfo=UTC)
