"""A recording: readings in order of time, ready to be written as messages."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from emscher.errors import RecordingError
from emscher.stream import SECOND_US
from simulators import json_lines, shapes
from simulators.column_rows import ColumnRows
from simulators.columns import Columns
from simulators.mapping import load, located, stream_of
from simulators.table import ColumnMissingError

JSON_LINES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")

Rows = NDArray[np.intp]


class Readings(Protocol):
    """Gives readings as objects that msgspec writes as JSON."""

    def at(self, rows: Rows, shift_us: int = 0) -> Sequence[Any]:
        """Give the readings of some rows, their times moved [us]."""


@dataclass(frozen=True, slots=True)
class Recording:
    """Readings, ready to be sent.

    Parameters
    ----------
    streams, keys : list of str
        The sensors' streams and keys.
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

    streams: list[str]
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
        return replace(self, order=self.order[kept])

    def of(self, streams: Collection[str], sensors: Collection[str]) -> Recording:
        """Keep the readings of these streams and of sensors whose keys fit one of these patterns; none means all.

        Raises
        ------
        RecordingError
            No reading is left.
        """
        names = zip(self.streams, self.keys, strict=True)
        wanted = np.array([chosen(stream, key, streams, sensors) for stream, key in names], bool)
        kept = wanted[self.sensor[self.order]]
        if not kept.any():
            raise RecordingError("No reading of the recording is of those sensors.", "Mend --stream and --sensor.")
        return replace(self, order=self.order[kept])

    @property
    def span_us(self) -> tuple[int, int]:
        """When the first and the last reading become known [us since 1970]."""
        return int(self.latest_us[self.order[0]]), int(self.latest_us[self.order[-1]])


def chosen(stream: str, key: str, streams: Collection[str], sensors: Collection[str]) -> bool:
    """Say whether a sensor is of one of these streams and fits one of these patterns; none means all."""
    return (not streams or stream in streams) and (not sensors or any(fnmatchcase(key, one) for one in sensors))


def read(path: Path, stream: str | None, mapping: str | None = None) -> Recording:
    """Read a recording.

    Parameters
    ----------
    path : Path
        Newline JSON, CSV or Parquet; text may be compressed with gzip.
    stream : str or None
        Name of the stream; None where each line of newline JSON says it, as :func:`simulators.export.export` writes it.
    mapping : str, optional
        Name or path of a mapping; without it, columns have the names of the stream's fields.

    Raises
    ------
    RecordingError
        File or mapping do not fit; the text says what and how to mend it.
    """
    if stream is not None:
        stream_of(stream)
    if not path.is_file():
        raise RecordingError(f"There is no file {path}.", "Give the path of a recording.")
    if path.name.endswith(JSON_LINES):
        if mapping is not None:
            raise RecordingError("Newline JSON holds readings as they are.", "Leave out --mapping.")
        lines = json_lines.read(path, stream)
        order = np.argsort(lines.latest_us, kind="stable")
        return Recording(lines.streams, lines.keys, lines.sensor, lines.latest_us, lines.observed_us, order, lines)
    if stream is None:
        raise RecordingError(f"Of which stream {path.name} is does not stand in it.", "Give --stream.")
    if mapping is None:
        return from_columns(shapes.read(path, shapes.canonical(path, stream)))
    described = load(mapping, stream)
    try:
        return from_columns(shapes.read(path, described))
    except ColumnMissingError as exc:
        raise RecordingError(f"{located(mapping, exc.column)}: {exc.what}", exc.mend) from exc


def from_columns(columns: Columns) -> Recording:
    """Make a recording of columns."""
    observed_us = columns.latest_us
    if columns.interval_s is not None:
        observed_us = observed_us - SECOND_US * columns.interval_s
    order = np.argsort(columns.latest_us, kind="stable")
    streams = [columns.stream.name] * len(columns.keys)
    return Recording(streams, columns.keys, columns.sensor, columns.latest_us, observed_us, order, ColumnRows(columns))
