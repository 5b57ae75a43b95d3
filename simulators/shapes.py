"""The three shapes of a recording, each brought into columns."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from emscher import sensor_key
from emscher.errors import RecordingError
from emscher.stream import SECOND_US
from simulators import cycles, local_time, table
from simulators.columns import Columns, arrow_type, convert, kind_of
from simulators.mapping import Field, Mapping, Time, check, has_interval, stream_of, zone


def read(path: Path, mapping: Mapping) -> Columns:
    """Read a recording in the shape that its mapping says.

    Parameters
    ----------
    path : Path
        CSV, also compressed, or Parquet.
    mapping : Mapping
        What its columns mean.

    Raises
    ------
    RecordingError
        Recording and mapping do not go together.
    """
    shapes = {"long": _long, "wide": _wide, "cycles": cycles.read}
    columns = shapes[mapping.shape](path, mapping)
    for key in columns.keys:
        if not sensor_key.is_sensor_key(key):
            raise RecordingError(
                f"{key!r} cannot be a sensor's key.", "Mend sensor.key of the mapping: letters, digits, point, _ and -."
            )
    if not columns.latest_us.size:
        raise RecordingError(f"{path.name} holds no reading.", "Give another recording.")
    return columns


def canonical(path: Path, stream: str) -> Mapping:
    """Make the mapping of a table whose columns have the names of the stream's fields, and ``sensor``.

    Raises
    ------
    RecordingError
        A column is neither.
    """
    of = stream_of(stream)
    moment = "end" if has_interval(of) else "time"
    there = table.names(path, Mapping(stream).csv)
    for name in ("sensor", moment):
        if name not in there:
            raise RecordingError(f"{path.name} has no column {name!r}.", "Add it, or give a --mapping.")
    found = Mapping(
        stream,
        time=Time(
            columns=[moment],
            format="timestamp" if table.is_parquet(path) else "rfc3339",
            interval_column="interval_s" if has_interval(of) else None,
        ),
        fields={name: Field(column=name) for name in there if name not in {"sensor", moment, "interval_s"}},
    )
    check(found)
    return found


def _long(path: Path, mapping: Mapping) -> Columns:
    """One row is one reading."""
    stream = stream_of(mapping.stream)
    kinds = {name: kind_of(stream, name) for name in mapping.fields}
    types: dict[str, pa.DataType | None] = {one.column: arrow_type(kinds[name]) for name, one in mapping.fields.items()}
    form = mapping.time.format
    types |= dict.fromkeys(mapping.time.columns, None if form in {"timestamp", "unix_s", "unix_ms"} else pa.string())
    if mapping.time.interval_column is not None:
        types[mapping.time.interval_column] = pa.float64()
    types |= {column: pa.string() for _, column in table.pieces(mapping.sensor.key) if column}
    rows = table.read(path, mapping.csv, types)
    if not rows.num_rows:
        raise RecordingError(f"{path.name} holds no reading.", "Give another recording.")
    keys, sensor = table.keys(rows, mapping.sensor.key)
    times_us = local_time.parse([rows[name] for name in mapping.time.columns], form, zone(mapping))
    interval_s = _interval_s(mapping, rows)
    return Columns(
        stream=stream,
        keys=keys,
        sensor=sensor.to_numpy().astype(np.int64),
        latest_us=_latest_us(mapping, times_us, interval_s),
        interval_s=interval_s,
        fields={name: convert(name, kinds[name], one, rows[one.column]) for name, one in mapping.fields.items()},
        constants=mapping.constants,
    )


def _wide(path: Path, mapping: Mapping) -> Columns:
    """One column is one sensor, one row one step of time."""
    stream = stream_of(mapping.stream)
    ((name, how),) = mapping.fields.items()
    kind = kind_of(stream, name)
    there = table.names(path, mapping.csv)
    rows = table.read(path, mapping.csv, dict.fromkeys(there, arrow_type(kind)))
    steps = rows.num_rows
    cells = (
        pa.chunked_array([chunk for one in there for chunk in rows[one].chunks]) if steps else pa.chunked_array([[]])
    )
    first = datetime.fromisoformat(mapping.time.start or "")
    if first.tzinfo is None:
        shown_us = round(first.replace(tzinfo=UTC).timestamp()) * SECOND_US
        first_us = int(local_time.to_utc(np.array([shown_us]), zone(mapping))[0])
    else:
        first_us = round(first.timestamp()) * SECOND_US
    times_us = np.tile(first_us + SECOND_US * (mapping.time.step_s or 1) * np.arange(steps), len(there))
    interval_s = _interval_s(mapping, rows, len(there))
    return Columns(
        stream=stream,
        keys=[mapping.sensor.key.replace("{column}", one) for one in there],
        sensor=np.repeat(np.arange(len(there)), steps),
        latest_us=_latest_us(mapping, times_us, interval_s),
        interval_s=interval_s,
        fields={name: convert(name, kind, how, cells)},
        constants=mapping.constants,
    )


def _interval_s(mapping: Mapping, rows: pa.Table, times: int = 1) -> NDArray[np.int64] | None:
    """Length of each reading's interval [s], or None where readings have none."""
    name = mapping.time.interval_column
    if name is not None:
        length = convert("interval_s", "int", Field(column=name), rows[name])
        if length.missing.any():
            raise RecordingError("A row has no interval.", f"Mend the column {name!r} of the recording.")
        return np.tile(length.values, times)
    if mapping.time.interval_s is None:
        return None
    return np.full(rows.num_rows * times, mapping.time.interval_s)


def _latest_us(
    mapping: Mapping, times_us: NDArray[np.int64], interval_s: NDArray[np.int64] | None
) -> NDArray[np.int64]:
    """End of each interval, or the moment itself [us since 1970]."""
    if interval_s is None or mapping.time.marks == "end":
        return times_us
    return times_us + SECOND_US * interval_s
