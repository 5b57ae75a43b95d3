"""What a recording's columns mean: a small TOML file.

A mapping names the stream and one of three shapes. ``long``: one row is one reading. ``wide``: one column is one
sensor, one row one interval, and there is no time column. ``cycles``: one row is one signal cycle with a colour digit
for each second, which becomes one event per change of colour. Every key is described with its field below; the files
in ``simulators/mappings`` are examples.
"""

from __future__ import annotations

import tomllib
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta

from emscher.errors import RecordingError
from emscher.stream import Stream
from emscher.streams import streams
from emscher.streams.signal import State
from emscher.streams.traffic import Missing

FORM = "simulators/mapping.py describes every key."
Interval = Annotated[int, Meta(ge=1, le=86_400)]


class Csv(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the text file is written."""

    delimiter: Annotated[str, Meta(min_length=1, max_length=1)] = ","
    decimal_point: Annotated[str, Meta(min_length=1, max_length=1)] = "."
    encoding: str = "utf8"


class SensorKeys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a sensor's key is made: text with columns in braces; ``{column}`` is the column's name where it is wide."""

    key: str = "{sensor}"


class Time(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where times come from.

    Parameters
    ----------
    columns : list of str
        Columns that, joined by a space, are the time.
    format : str
        ``rfc3339`` (with zone), ``iso`` (without), ``unix_s``, ``unix_ms``, ``timestamp`` (a Parquet column of that
        type), or a pattern as `strptime` takes it.
    zone : str
        Zone of times without one.
    marks : {"start", "end"}
        End of the interval that the time stands at.
    interval_s : int
        Length of the interval, if all are alike [s].
    interval_column : str
        Column with the length of each interval [s].
    start : str
        Wide: time of the first row, ISO 8601, in `zone`.
    step_s : int
        Wide: from row to row [s].
    """

    columns: list[str] = []
    format: str = "rfc3339"
    zone: str = "UTC"
    marks: Literal["start", "end"] = "end"
    interval_s: Interval | None = None
    interval_column: str | None = None
    start: str | None = None
    step_s: Interval | None = None


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where one field of the reading comes from.

    Parameters
    ----------
    column : str
        Column of the recording; none in a wide one, whose cells all are this field.
    factor : float
        What a value is multiplied by, to come to the stream's unit.
    decimals : int
        Digits after the point that are kept.
    null_values : list of float
        Values that mean "no value".
    null_status : str
        What the device says of a missing value; only traffic has it.
    """

    column: str = ""
    factor: float = 1.0
    decimals: Annotated[int, Meta(ge=0, le=9)] | None = None
    null_values: list[float] = []
    null_status: Missing | None = None


class Cycles(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Columns of a recording of signal cycles, and what a digit means."""

    start: str
    end: str
    colors: str
    states: dict[str, State]
    signal_group: Annotated[int, Meta(ge=0, le=65_535)] = 1


class Mapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of a mapping."""

    stream: str
    shape: Literal["long", "wide", "cycles"] = "long"
    csv: Csv = Csv()
    sensor: SensorKeys = SensorKeys()
    time: Time = Time()
    fields: dict[str, Field] = {}
    constants: dict[str, Any] = {}
    cycles: Cycles | None = None


def load(name: str, stream: str) -> Mapping:
    """Read a mapping that ships, or a file, and check it.

    Parameters
    ----------
    name : str
        Name of a mapping in ``simulators/mappings``, or a path.
    stream : str
        Stream that is to be replayed.

    Raises
    ------
    RecordingError
        The mapping is missing or does not fit.
    """
    path = _find(name)
    try:
        mapping = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Mapping)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as exc:
        raise RecordingError(f"The mapping {path} does not fit: {exc}.", FORM) from exc
    if mapping.stream != stream:
        raise RecordingError(f"The mapping {path} is for {mapping.stream!r}, not for {stream!r}.", "Mend --stream.")
    check(mapping)
    return mapping


def located(name: str, text: str) -> str:
    """Say in which file, and where its text allows in which line, a mapping names something."""
    path = _find(name)
    lines = path.read_text(encoding="utf-8").splitlines()
    found = [number for number, line in enumerate(lines, 1) if f'"{text}"' in line or f"{{{text}}}" in line]
    return f"{path.name}, line {found[0]}" if found else path.name


def stream_of(name: str) -> Stream:
    """Give a stream by its name.

    Raises
    ------
    RecordingError
        There is none of that name.
    """
    if name not in streams():
        raise RecordingError(f"There is no stream {name!r}.", f"Streams are {', '.join(streams())}.")
    return streams()[name]


def check(mapping: Mapping) -> None:
    """Check what can be checked without the recording.

    Raises
    ------
    RecordingError
        Something is missing, unknown or does not go together.
    """
    stream = stream_of(mapping.stream)
    known = [one.name for one in stream.fields if one.name not in {"time", "end", "interval_s"}]
    for name in (*mapping.fields, *mapping.constants):
        if name not in known:
            raise RecordingError(
                f"The stream {stream.name} has no field {name!r}.", f"Its fields are {', '.join(known)}."
            )
    if stream.name != "traffic" and any(one.null_status for one in mapping.fields.values()):
        raise RecordingError(f"The stream {stream.name} has no status.", "Leave out null_status.")
    zone(mapping)
    _check_shape(mapping)
    timed = mapping.time.interval_s is not None or mapping.time.interval_column is not None
    if has_interval(stream) != timed:
        what = "needs an interval" if has_interval(stream) else "has no interval"
        raise RecordingError(f"The stream {stream.name} {what}.", "Mend time.interval_s of the mapping.")


def _check_shape(mapping: Mapping) -> None:
    if mapping.shape == "cycles":
        if mapping.cycles is None or mapping.stream != "signal":
            raise RecordingError("The shape cycles needs a table [cycles] and the stream signal.", FORM)
    elif mapping.shape == "wide":
        if mapping.time.start is None or mapping.time.step_s is None or len(mapping.fields) != 1:
            raise RecordingError("The shape wide needs time.start, time.step_s and one field.", FORM)
        try:
            datetime.fromisoformat(mapping.time.start)
        except ValueError as exc:
            raise RecordingError(f"time.start is no time: {exc}.", "Write it as 2012-03-01T00:00:00.") from exc
    else:
        if not mapping.time.columns:
            raise RecordingError("The shape long needs time.columns.", FORM)
        for name, one in mapping.fields.items():
            if not one.column:
                raise RecordingError(f"The field {name} has no column.", f"Add fields.{name}.column to the mapping.")


def has_interval(stream: Stream) -> bool:
    """Say whether a reading of the stream is of an interval."""
    return any(one.name == "end" for one in stream.fields)


def zone(mapping: Mapping) -> ZoneInfo:
    """Give the mapping's time zone.

    Raises
    ------
    RecordingError
        There is no zone of that name.
    """
    try:
        return ZoneInfo(mapping.time.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
        raise RecordingError(f"There is no time zone {mapping.time.zone!r}.", "Write one like Europe/Berlin.") from exc


def _find(name: str) -> Path:
    shipped = Path(str(files("simulators").joinpath("mappings")))
    for path in (shipped / f"{name}.toml", Path(name)):
        if path.is_file():
            return path
    known = ", ".join(sorted(path.stem for path in shipped.glob("*.toml")))
    raise RecordingError(f"There is no mapping {name!r}.", f"Give one of {known}, or the path of a TOML file.")
