"""Formats: one sheet, the same values in each."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pyarrow.parquet
import pytest
from starlette.requests import Request

from api import words
from api.formats import Format, to_csv, to_geojson, to_json
from api.parquet import to_parquet
from api.problem import ProblemError
from api.sheet import Sheet, kind_of, newest, transposed
from emscher.streams.traffic import TrafficReading


def _sheet() -> Sheet:
    sheet = Sheet()
    sheet.put("sensor", "text", ["a", 'b"c,d'])
    sheet.put("observed_at", "time", [datetime(2026, 5, 4, 6, tzinfo=UTC), datetime(2026, 5, 4, 6, 0, 0, 100_000, UTC)])
    sheet.put("simulated", "boolean", [True, False])
    sheet.put("count", "integer", [8, None], "veh")
    sheet.put("speed_kmh", "number", [45.7, None], "km/h")
    sheet.put("status", "object", [{}, {"count": "faulty"}])
    return sheet


def test_json_and_csv_say_the_same() -> None:
    """Every cell of the CSV is the member of the JSON row, a missing value an empty cell."""
    rows = json.loads(to_json({"units": {}}, [_sheet()]))["data"]
    cells = list(csv.DictReader(io.StringIO(to_csv([_sheet()]).decode())))
    for row, line in zip(rows, cells, strict=True):
        assert list(row) == list(line)
        for name, value in row.items():
            shown = (
                "" if value is None else value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
            )
            assert line[name] == shown


def test_csv_of_several_sheets_has_all_columns() -> None:
    """Sheets with other columns share one header, and leave empty what they do not have."""
    other = Sheet()
    other.put("sensor", "text", ["c"])
    other.put("power_w", "number", [1.5], "W")
    lines = list(csv.DictReader(io.StringIO(to_csv([_sheet(), other]).decode())))
    assert [line["power_w"] for line in lines] == ["", "", "1.5"]
    assert lines[2]["count"] == ""


def test_parquet_keeps_types_and_units() -> None:
    """A Parquet file has typed columns, null for a missing value, and the unit with the field."""
    read: Any = pyarrow.parquet
    table = read.read_table(io.BytesIO(to_parquet(_sheet())))
    assert table.schema.field("speed_kmh").metadata == {b"unit": b"km/h"}
    assert table.column("count").to_pylist() == [8, None]
    assert str(table.schema.field("observed_at").type) == "timestamp[us, tz=UTC]"


def test_parquet_of_no_rows_keeps_types() -> None:
    """Also a file without rows has typed columns."""
    read: Any = pyarrow.parquet
    sheet = Sheet()
    sheet.put("count", "integer", [], "veh")
    assert str(read.read_table(io.BytesIO(to_parquet(sheet))).schema.field("count").type) == "int64"


def test_geojson_has_null_geometry_without_a_position() -> None:
    """A place without a position has no geometry, and longitude comes before latitude."""
    sheet = Sheet()
    sheet.put("key", "text", ["a", "b"])
    sheet.put("longitude", "number", [7.4, None])
    sheet.put("latitude", "number", [51.5, None])
    sheet.put("metadata", "object", [msgspec.Raw(b"{}"), msgspec.Raw(b'{"lane":1}')])
    first, second = json.loads(to_geojson(sheet))["features"]
    assert first["geometry"] == {"type": "Point", "coordinates": [7.4, 51.5]}
    assert second["geometry"] is None
    assert second["properties"] == {"key": "b", "metadata": {"lane": 1}}


def _asked(accept: str | None, suffix: str | None = None) -> Request:
    headers = [] if accept is None else [(b"accept", accept.encode())]
    return Request({"type": "http", "headers": headers, **({"suffix": suffix} if suffix else {})})


@pytest.mark.parametrize(
    ("accept", "suffix", "chosen"),
    [
        (None, None, "json"),
        ("*/*", None, "json"),
        ("text/csv", None, "csv"),
        ("application/json;q=0.1, text/csv", None, "csv"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", None, "json"),
        ("text/csv", "json", "json"),
        ("nonsense;q=x, */*", None, "json"),
    ],
)
def test_format_is_chosen(accept: str | None, suffix: str | None, chosen: str) -> None:
    """A suffix wins over Accept, Accept goes by weight, and the default is JSON."""
    assert Format(("json", "csv"))(_asked(accept, suffix)) == chosen


@pytest.mark.parametrize(("accept", "suffix"), [("application/xml", None), ("text/csv;q=0", None), (None, "parquet")])
def test_format_that_is_not_there_is_refused(accept: str | None, suffix: str | None) -> None:
    """A format the route does not have is answered with those it has."""
    with pytest.raises(ProblemError, match="application/json") as caught:
        Format(("json", "csv"))(_asked(accept, suffix))
    assert caught.value.kind == "wrong-format"


def test_status_bits_read_as_they_were_written() -> None:
    """The status that a device sent comes out as it went in."""
    sent = TrafficReading(
        end=datetime(2026, 5, 4, tzinfo=UTC),
        interval_s=60,
        status={"speed_kmh": "not_determinable", "gap_s": "faulty", "speed_std_kmh": "not_determinable_or_faulty"},
    )
    assert words.status(sent.status_bits) == sent.status
    assert words.status(0) == {}


@pytest.mark.parametrize(("code", "state"), [(0, None), (999, None), (1000, "dark"), (1004, "red_amber"), (1005, None)])
def test_signal_codes_read_as_states(code: int, state: str | None) -> None:
    """Codes from 1000 on are states of a signal group, all others are not."""
    assert words.state(code) == state


def test_signal_group_stands_beside_state_only() -> None:
    """An event of the Indiana enumeration has a parameter and no signal group."""
    sheet = Sheet()
    sheet.put("code", "integer", [1, 1003])
    assert words.put(sheet, "parameter", [2, 4])
    assert sheet.columns["signal_group"] == [None, 4]
    assert sheet.columns["state"] == [None, "green"]


def test_rows_and_columns() -> None:
    """Rows become columns, also where there are none; unknown types are text; the newest of nothing is nothing."""
    assert transposed([(1, "a"), (2, "b")], 2) == [(1, 2), ("a", "b")]
    assert transposed([], 2) == [(), ()]
    assert kind_of("character varying") == "text"
    assert newest([(), ()]) is None
