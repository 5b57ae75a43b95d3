"""Recordings of each shape, and what is sent of them."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pa_parquet
import pytest

from emscher.errors import RecordingError
from emscher.stream import Reading
from emscher.streams import streams
from simulators import recording, scenery
from simulators.recording import Recording
from simulators.replay import at_full_speed
from simulators.synthetic import sources


class Sink:
    """Takes messages and keeps them."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, str, bytes]] = []

    async def publish(self, stream: str, key: str, payload: bytes) -> None:
        """Keep a message."""
        self.messages.append((stream, key, payload))


async def sent(found: Recording, stream: str, batch: int = 500) -> list[dict[str, Any]]:
    """Send a recording and give its readings with their sensors, each checked by its stream."""
    sink = Sink()
    counted = await at_full_speed(found, sink, batch=batch)
    readings: list[dict[str, Any]] = []
    for _, key, payload in sink.messages:
        assert all(isinstance(one, Reading) for one in streams()[stream].decode(payload))
        content = msgspec.json.decode(payload)
        readings += [{"sensor": key, **one} for one in (content if isinstance(content, list) else [content])]
    assert (counted.readings, counted.messages) == (len(readings), len(sink.messages))
    return readings


def read(folder: Path, text: str, mapping: str, stream: str = "traffic") -> Recording:
    """Read a tiny recording."""
    (folder / "m.toml").write_text(mapping)
    (folder / "r.csv").write_text(text)
    return recording.read(folder / "r.csv", stream, str(folder / "m.toml"))


async def test_long_rows_become_readings_with_units_and_status(tmp_path: Path) -> None:
    """Miles become kilometres, -1 becomes null with its status, and the start of an hour becomes its end, in UTC."""
    mapping = """
    stream = "traffic"
    csv = { delimiter = ";", decimal_point = "," }
    sensor.key = "{road}.{lane}"
    constants = { simulated = false }
    [time]
    columns = ["day", "hour"]
    format = "%d.%m.%Y %H"
    zone = "Europe/Berlin"
    marks = "start"
    interval_s = 3600
    [fields]
    count = { column = "q" }
    speed_kmh = { column = "v", factor = 1.609344, decimals = 1, null_values = [-1], null_status = "not_determinable" }
    """
    text = "road;lane;day;hour;q;v\nB1;2;01.07.2026;8;12;40,5\nB1;2;01.07.2026;9;0;-1\nB1;1;01.01.2026;8;;30\n"
    common = {"interval_s": 3600, "simulated": False}
    assert await sent(read(tmp_path, text, mapping), "traffic") == [
        {"sensor": "B1.2", "end": "2026-07-01T07:00:00Z", "count": 12, "speed_kmh": 65.2, **common},
        {
            "sensor": "B1.2",
            "end": "2026-07-01T08:00:00Z",
            "count": 0,
            "status": {"speed_kmh": "not_determinable"},
            **common,
        },
        {"sensor": "B1.1", "end": "2026-01-01T08:00:00Z", "speed_kmh": 48.3, **common},
    ]


@pytest.mark.parametrize(
    ("shown", "meant"),
    [
        ("2026-03-29T01:59:00", "2026-03-29T00:59:00Z"),
        ("2026-03-29T03:00:00", "2026-03-29T01:00:00Z"),
        ("2026-10-25T01:59:00", "2026-10-24T23:59:00Z"),
        ("2026-10-25T02:30:00", "2026-10-25T00:30:00Z"),
        ("2026-10-25T03:00:00", "2026-10-25T02:00:00Z"),
    ],
)
async def test_local_times_follow_the_clock_change(tmp_path: Path, shown: str, meant: str) -> None:
    """On the days of the clock change local times become the right UTC; of the double hour, the first."""
    mapping = """
    stream = "signal"
    sensor.key = "c-{id}"
    time = { columns = ["at"], format = "iso", zone = "Europe/Berlin" }
    [fields]
    code = { column = "code" }
    parameter = { column = "phase" }
    """
    readings = await sent(read(tmp_path, f"id,at,code,phase\n1,{shown},1,2\n", mapping, "signal"), "signal")
    assert readings == [{"sensor": "c-1", "time": meant, "code": 1, "parameter": 2}]


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ("rfc3339", "2026-07-01T12:00:00.1+02:00"),
        ("iso", "2026-07-01 10:00:00.100"),
        ("unix_s", "1782900000.1"),
        ("unix_ms", "1782900000100"),
    ],
)
async def test_times_are_read_in_every_form(tmp_path: Path, form: str, written: str) -> None:
    """The same moment in four forms is the same moment."""
    mapping = f"""
    stream = "signal"
    sensor.key = "c-{{id}}"
    time = {{ columns = ["at"], format = "{form}" }}
    [fields]
    code = {{ column = "code" }}
    parameter = {{ column = "phase" }}
    """
    (only,) = await sent(read(tmp_path, f"id,at,code,phase\n1,{written},1,2\n", mapping, "signal"), "signal")
    assert only["time"] == "2026-07-01T10:00:00.100Z"


async def test_wide_columns_become_sensors(tmp_path: Path) -> None:
    """Each cell is a reading of its column's sensor, row by row from the given start on."""
    mapping = """
    stream = "traffic"
    shape = "wide"
    sensor.key = "la.{column}"
    [time]
    start = "2012-03-01T00:00:00"
    zone = "America/Los_Angeles"
    step_s = 300
    marks = "start"
    interval_s = 300
    [fields.speed_kmh]
    factor = 1.609344
    decimals = 2
    null_values = [0]
    null_status = "not_determinable_or_faulty"
    """
    readings = await sent(read(tmp_path, "17,18\n10,20.5\n0,30\n", mapping), "traffic")
    assert readings == [
        {"sensor": "la.17", "end": "2012-03-01T08:05:00Z", "interval_s": 300, "speed_kmh": 16.09},
        {
            "sensor": "la.17",
            "end": "2012-03-01T08:10:00Z",
            "interval_s": 300,
            "status": {"speed_kmh": "not_determinable_or_faulty"},
        },
        {"sensor": "la.18", "end": "2012-03-01T08:05:00Z", "interval_s": 300, "speed_kmh": 32.99},
        {"sensor": "la.18", "end": "2012-03-01T08:10:00Z", "interval_s": 300, "speed_kmh": 48.28},
    ]


CYCLES = """
stream = "signal"
shape = "cycles"
sensor.key = "hh.{thing}"
[cycles]
start = "from"
end = "to"
colors = "colors"
signal_group = 3
states = { 1 = "red", 2 = "amber", 3 = "green", 4 = "red_amber" }
"""


async def test_cycles_become_one_event_per_change_of_colour(tmp_path: Path) -> None:
    """A colour that goes on over the border of two cycles is no new event; after a gap it is; rows may be mixed up."""
    text = "thing,from,to,colors\nb,100,103,111\na,106,109,133\na,100,106,114333\na,110,112,33\n"
    readings = await sent(read(tmp_path, text, CYCLES, "signal"), "signal")
    events = [(one["sensor"], one["time"][14:19], one["signal_group"], one["state"]) for one in readings]
    assert events == [
        ("hh.b", "01:40", 3, "red"),
        ("hh.a", "01:40", 3, "red"),
        ("hh.a", "01:42", 3, "red_amber"),
        ("hh.a", "01:43", 3, "green"),
        ("hh.a", "01:46", 3, "red"),
        ("hh.a", "01:47", 3, "green"),
        ("hh.a", "01:50", 3, "green"),
    ]


def test_a_cycle_has_a_digit_for_every_second(tmp_path: Path) -> None:
    """Too few digits, and a digit without a state, are told."""
    with pytest.raises(RecordingError, match="Row 1: 2 colours for 3 s"):
        read(tmp_path, "thing,from,to,colors\na,100,103,11\n", CYCLES, "signal")
    with pytest.raises(RecordingError, match="colour '5' has no state"):
        read(tmp_path, "thing,from,to,colors\na,100,103,115\n", CYCLES, "signal")


@pytest.mark.parametrize("stream", ["traffic", "signal", "wlan", "workload", "energy"])
@pytest.mark.parametrize("name", ["day.jsonl", "day.ndjson.gz"])
async def test_newline_json_comes_out_as_it_went_in(tmp_path: Path, stream: str, name: str) -> None:
    """A quarter hour of the pretend city, written as newline JSON and replayed, is the same readings."""
    source = next(one for one in sources(scenery.load("dortmund"), 3) if one.stream == stream)
    written = [{"sensor": key, **one} for key, found in source.readings(1_782_900_000, 1_782_900_900) for one in found]
    text = b"\n".join(msgspec.json.encode(one) for one in written) + b"\n\n"
    (tmp_path / name).write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    found = recording.read(tmp_path / name, stream)
    readings = await sent(found, stream, batch=7)
    by_text = sorted(msgspec.json.encode(one, order="sorted") for one in readings)
    assert by_text == sorted(msgspec.json.encode(one, order="sorted") for one in written)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"time":"2026-07-01T10:00:00Z"}', "line 1.*sensor"),
        ('{"sensor":"a"}', "line 1 has no time"),
        ('{"sensor":"a","time":"2026-07-01T10:00:00"}', "line 1 has no time with a zone"),
        ('{"sensor":"a b","time":"2026-07-01T10:00:00Z"}', "line 1.*'a b'"),
        ('{"sensor":', "line 1"),
        ("", "holds no reading"),
    ],
)
def test_lines_that_cannot_be_sent_are_named(tmp_path: Path, line: str, told: str) -> None:
    """A line without sensor or time is a RecordingError with its number."""
    (tmp_path / "r.jsonl").write_text(line + "\n")
    with pytest.raises(RecordingError, match=told):
        recording.read(tmp_path / "r.jsonl", "signal")


async def test_tables_with_the_fields_names_need_no_mapping(tmp_path: Path) -> None:
    """CSV and Parquet whose columns are called as the stream's fields are replayed as they are."""
    text = (
        "sensor,time,energy_wh,power_w,origin\nm,2026-07-01T10:00:00Z,5,,manual\nm,2026-07-01T10:01:00Z,5.5,30,manual\n"
    )
    (tmp_path / "r.csv").write_text(text)
    expected = [
        {"sensor": "m", "time": "2026-07-01T10:00:00Z", "energy_wh": 5.0, "origin": "manual"},
        {"sensor": "m", "time": "2026-07-01T10:01:00Z", "energy_wh": 5.5, "power_w": 30.0, "origin": "manual"},
    ]
    assert await sent(recording.read(tmp_path / "r.csv", "energy"), "energy") == expected
    moments = np.array(["2026-07-01T10:00:00", "2026-07-01T10:01:00"], "datetime64[ms]")
    table = pa.table(
        {
            "sensor": ["m", "m"],
            "time": pa.array(moments, pa.timestamp("ms", "UTC")),
            "energy_wh": [5.0, 5.5],
            "power_w": [None, 30.0],
            "origin": ["manual", "manual"],
        }
    )
    pa_parquet.write_table(table, tmp_path / "r.parquet")
    assert await sent(recording.read(tmp_path / "r.parquet", "energy"), "energy") == expected


def test_a_table_with_a_strange_column_needs_a_mapping(tmp_path: Path) -> None:
    """Without a mapping, a column that is no field is told with the fields there are; so is a missing sensor."""
    (tmp_path / "r.csv").write_text("sensor,time,watts\nm,2026-07-01T10:00:00Z,5\n")
    with pytest.raises(RecordingError, match=r"no field 'watts'.*power_w"):
        recording.read(tmp_path / "r.csv", "energy")
    (tmp_path / "r.csv").write_text("meter,time\nm,2026-07-01T10:00:00Z\n")
    with pytest.raises(RecordingError, match=r"no column 'sensor'.*--mapping"):
        recording.read(tmp_path / "r.csv", "energy")
    (tmp_path / "r.parquet").write_text("no table")
    with pytest.raises(RecordingError, match=r"r\.parquet cannot be read"):
        recording.read(tmp_path / "r.parquet", "energy")
