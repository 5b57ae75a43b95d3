"""A recording: readings in order of time, ready to be written as messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from emscher.errors import RecordingError
from emscher.stream import SECOND_US
from simulators import json_lines, shapes
from simulators.column_rows import ColumnRows
from simulators.columns import Columns
from simulators.mapping import load, stream_of

JSON_LINES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")

Rows = NDArray[np.intp]


class Readings(Protocol):
    """Gives readings as objects that msgspec writes as JSON."""

    def at(self, rows: Rows) -> Sequence[Any]:
        """Give the readings of some rows."""


@dataclass(frozen=True, slots=True)
class Recording:
    """Readings of one stream.

    Parameters
    ----------
    keys : list of str
        The sensors' keys.
    sensor : ndarray of int, shape (n,)
        Index into `keys` of each reading's sensor.
    latest_us : ndarray of int64, shape (n,)
        Moment, or end of the interval, at which a reading becomes known [us since 1970].
    observed_us : ndarray of int64, shape (n,)
        Moment, or start of the interval [us since 1970].
    order : ndarray of int, shape (m,)
        The rows to send, in order of `latest_us`.
    readings : Readings
        The readings themselves.
    """

    keys: list[str]
    sensor: NDArray[np.int64]
    latest_us: NDArray[np.int64]
    observed_us: NDArray[np.int64]
    order: Rows
    readings: Readings

    def between(self, start_us: int | None, end_us: int | None) -> Recording:
        """Keep readings whose moment, or start of the interval, is at or after `start_us` and before `end_us`."""
        observed_us = self.observed_us[self.order]
        kept = np.ones(observed_us.size, bool)
        if start_us is not None:
            kept &= observed_us >= start_us
        if end_us is not None:
            kept &= observed_us < end_us
        if not kept.any():
            raise RecordingError("No reading of the recording lies in that range.", "Mend --from and --to.")
        return Recording(self.keys, self.sensor, self.latest_us, self.observed_us, self.order[kept], self.readings)


def read(path: Path, stream: str, mapping: str | None = None) -> Recording:
    """Read a recording.

    Parameters
    ----------
    path : Path
        Newline JSON, CSV or Parquet; text may be compressed with gzip.
    stream : str
        Name of the stream.
    mapping : str, optional
        Name or path of a mapping; without it, columns have the names of the stream's fields.

    Raises
    ------
    RecordingError
        File or mapping do not fit; the text says what and how to mend it.
    """
    stream_of(stream)
    if not path.is_file():
        raise RecordingError(f"There is no file {path}.", "Give the path of a recording.")
    if path.name.endswith(JSON_LINES):
        if mapping is not None:
            raise RecordingError("Newline JSON holds readings as they are.", "Leave out --mapping.")
        lines = json_lines.read(path)
        order = np.argsort(lines.latest_us, kind="stable")
        return Recording(lines.keys, lines.sensor, lines.latest_us, lines.observed_us, order, lines)
    described = load(mapping, stream) if mapping is not None else shapes.canonical(path, stream)
    return from_columns(shapes.read(path, described))


def from_columns(columns: Columns) -> Recording:
    """Make a recording of columns."""
    observed_us = columns.latest_us
    if columns.interval_s is not None:
        observed_us = observed_us - SECOND_US * columns.interval_s
    order = np.argsort(columns.latest_us, kind="stable")
    return Recording(columns.keys, columns.sensor, columns.latest_us, observed_us, order, ColumnRows(columns))
