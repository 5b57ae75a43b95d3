"""Mappings: what ships, and what is told of those that do not fit."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from emscher.errors import RecordingError
from simulators import recording
from simulators.mapping import load

SHIPPED = {
    "berlin-lanes": "traffic",
    "metr-la": "traffic",
    "controller-events": "signal",
    "hamburg-cycles": "signal",
}
LONG = """
stream = "traffic"
sensor.key = "lane-{id}"
time = { columns = ["at"], format = "%d.%m.%Y %H:%M", zone = "Europe/Berlin", marks = "start", interval_s = 60 }
fields.count = { column = "q" }
"""
CSV = "id,at,q\n7,01.07.2026 12:00,3\n"


def replayed(folder: Path, mapping: str, csv: str = CSV, stream: str = "traffic") -> recording.Recording:
    """Read a tiny recording with a mapping."""
    (folder / "mapping.toml").write_text(mapping)
    (folder / "recording.csv").write_text(csv)
    return recording.read(folder / "recording.csv", stream, str(folder / "mapping.toml"))


def test_the_mapping_that_the_errors_are_made_of_is_right(tmp_path: Path) -> None:
    """The mapping that the other tests spoil fits its recording."""
    found = replayed(tmp_path, LONG)
    assert found.keys == ["lane-7"]
    assert found.observed_us.tolist() == [1_782_900_000_000_000]


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_every_mapping_that_ships_is_valid(name: str) -> None:
    """A mapping that ships can be loaded by its name, for its stream and no other."""
    assert load(name, SHIPPED[name]).stream == SHIPPED[name]
    with pytest.raises(RecordingError, match="--stream"):
        load(name, "energy")


def test_no_mapping_ships_without_a_test() -> None:
    """The mappings of this test are those in the folder."""
    assert {path.name for path in files("simulators").joinpath("mappings").iterdir()} == {
        f"{name}.toml" for name in SHIPPED
    }


@pytest.mark.parametrize(
    ("wrong", "right", "told"),
    [
        ('column = "qq"', 'column = "q"', r"no column 'qq'.*id, at, q"),
        ("fields.counts", "fields.count", r"no field 'counts'.*heavy_count"),
        ('"Europe/Berlim"', '"Europe/Berlin"', r"no time zone 'Europe/Berlim'"),
        ("%H-%M", "%H:%M", r"form '%d.%m.%Y %H-%M'.*time\.format"),
        ('"lane-{id"', '"lane-{id}"', r"lacks a brace"),
        ('"lane"', '"lane-{id}"', r"names no column"),
        ('"la ne-{id}"', '"lane-{id}"', r"'la ne-7' cannot be a sensor's key"),
        ('stream = "trafic"', 'stream = "traffic"', r"is for 'trafic', not for 'traffic'"),
        ('shape = "tall"\nstream', "stream", r"shape"),
        ("", ", interval_s = 60", r"needs an interval"),
        ("fields.count = { }", 'fields.count = { column = "q" }', r"count has no column"),
        ('{ colum = "q" }', '{ column = "q" }', r"unknown field `colum`"),
        ('{ column = "at" }', '{ column = "q" }', r"'at' does not hold numbers"),
        ('format = "timestamp"', 'format = "%d.%m.%Y %H:%M"', r"form 'timestamp': the column holds string"),
        ('{ column = "q", factor = 0.5 }', '{ column = "q" }', r"Row 1: 1\.5 is no whole number.*decimals = 0"),
        ('shape = "wide"\nstream', "stream", r"time\.start"),
        ('shape = "cycles"\nstream', "stream", r"\[cycles\]"),
    ],
)
def test_what_does_not_fit_is_told_in_one_line(tmp_path: Path, wrong: str, right: str, told: str) -> None:
    """An error of a mapping is a RecordingError of one line that says what and how to mend it."""
    assert right in LONG
    mapping = LONG.replace(right, wrong, 1)
    with pytest.raises(RecordingError, match=told) as caught:
        replayed(tmp_path, mapping)
    assert caught.value.mend
    assert "\n" not in str(caught.value)


def test_toml_that_is_none_is_told(tmp_path: Path) -> None:
    """A broken TOML file is a RecordingError that names the file."""
    with pytest.raises(RecordingError, match=r"mapping\.toml does not fit"):
        replayed(tmp_path, "stream = = 1")


def test_unknown_names_are_told(tmp_path: Path) -> None:
    """An unknown stream, mapping or file is told with what there is."""
    with pytest.raises(RecordingError, match=r"'noise'.*traffic"):
        replayed(tmp_path, LONG, stream="noise")
    with pytest.raises(RecordingError, match=r"no mapping 'berlin'.*berlin-lanes"):
        load("berlin", "traffic")
    with pytest.raises(RecordingError, match="no file"):
        recording.read(tmp_path / "none.csv", "traffic", "berlin-lanes")


def test_a_stream_without_interval_takes_none(tmp_path: Path) -> None:
    """An interval for events, and a status outside traffic, are refused."""
    events = 'stream = "signal"\nsensor.key = "c-{id}"\nfields.code = { column = "q" }\n'
    timed = 'time = { columns = ["at"], format = "iso", interval_s = 60 }\n'
    with pytest.raises(RecordingError, match="signal has no interval"):
        replayed(tmp_path, events + timed, stream="signal")
    status = events.replace('"q"', '"q", null_status = "faulty"') + timed.replace(", interval_s = 60", "")
    with pytest.raises(RecordingError, match="no status"):
        replayed(tmp_path, status, stream="signal")


def test_a_row_without_time_is_named(tmp_path: Path) -> None:
    """A missing time is told with its row."""
    with pytest.raises(RecordingError, match="Row 2 has no time"):
        replayed(tmp_path, LONG, CSV + "8,,4\n")


def test_a_recording_without_rows_is_told(tmp_path: Path) -> None:
    """A file with a header only holds no reading."""
    with pytest.raises(RecordingError, match="holds no reading"):
        replayed(tmp_path, LONG, "id,at,q\n")
