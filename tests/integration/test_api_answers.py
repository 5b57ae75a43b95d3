"""The API on a real database: every answer is whole, in any format, page by page."""

from __future__ import annotations

import csv
import io

import pytest
from fix_api import INSIDER, pages, serving

from emscher.settings import Settings
from emscher.streams import streams
from processing.families import families


@pytest.mark.parametrize("limit", [1, 7, 30, 31])
async def test_pages_hold_every_row_once(store: Settings, limit: int) -> None:
    """Following `next` gives every row exactly once, in the order of one large page, whatever the size of a page."""
    async with serving(store) as client:
        for path in (
            "/v1/readings/traffic",
            "/v1/readings/signal",
            "/v1/indicators/traffic",
            "/v1/indicators/signal",
            "/v1/accounting",
            "/v1/rejected",
        ):
            whole = (await client.get(f"{path}?limit=50000", headers=INSIDER)).json()
            paged = [row async for row in pages(client, f"{path}?limit={limit}", INSIDER)]
            assert paged == whole["data"], path
            assert whole["next"] is None
            assert len(paged) >= 3


async def test_next_page_is_linked_in_every_format(store: Settings) -> None:
    """CSV and Parquet name the next page in a header, with the same suffix."""
    async with serving(store) as client:
        response = await client.get("/v1/readings/traffic.csv?limit=4")
        assert response.headers["link"].startswith("</v1/readings/traffic.csv?limit=4&from=")
        second = await client.get(response.headers["link"].split(">")[0][1:])
    assert len(second.text.splitlines()) == 5


@pytest.mark.parametrize("path", ["readings/traffic", "indicators/traffic", "indicators/wlan", "latest", "accounting"])
async def test_csv_and_json_agree(store: Settings, path: str) -> None:
    """CSV and JSON show the same rows."""
    async with serving(store) as client:
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
    async with serving(store) as client:
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
    paths.append("indicators/wlan?bucket=1d")
    async with serving(store) as client:
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
                    # The number of a refused message is a name, not a quantity.
                    assert odd - {"id"} <= set(body["units"]), path
        for row in (body := (await client.get("/v1/latest", headers=INSIDER)).json())["data"]:
            numbers = {n for n, v in row.items() if isinstance(v, (int, float)) and not isinstance(v, bool)}
            assert numbers <= set(body["units"][row["stream"]])


async def test_codes_are_words_and_missing_is_null(store: Settings) -> None:
    """A missing speed is null and its status says why; a signal's state, a meter's quality are words."""
    async with serving(store) as client:
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
