"""The fields of many readings, column by column."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from emscher.errors import RecordingError
from emscher.stream import Stream
from simulators.mapping import Field

LARGEST_EXACT = 2.0**53

_KINDS = {
    msgspec.inspect.IntType: "int",
    msgspec.inspect.FloatType: "float",
    msgspec.inspect.BoolType: "bool",
}


@dataclass(frozen=True, slots=True)
class Column:
    """Values of one field; where `missing` is true there is none.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Values in the stream's unit.
    missing : ndarray of bool, shape (n,)
        True where there is no value.
    status : str, optional
        What the device says of a missing value.
    """

    values: NDArray[Any]
    missing: NDArray[np.bool_]
    status: str | None = None

    def at(self, rows: NDArray[np.intp]) -> list[Any]:
        """Give the values of some rows, a missing one as None."""
        found: list[Any] = self.values[rows].tolist()
        for place in np.flatnonzero(self.missing[rows]).tolist():
            found[place] = None
        return found


@dataclass(frozen=True, slots=True)
class Columns:
    """Readings of one stream.

    Parameters
    ----------
    stream : Stream
        Their stream.
    keys : list of str
        The sensors' keys.
    sensor : ndarray of int, shape (n,)
        Index into `keys` of each reading's sensor.
    latest_us : ndarray of int64, shape (n,)
        Moment or end of the interval of each reading [us since 1970].
    interval_s : ndarray of int64, shape (n,), or None
        Length of each interval [s].
    fields : dict of str to Column
        Fields by name.
    constants : dict
        Fields that are the same in every reading.
    """

    stream: Stream
    keys: list[str]
    sensor: NDArray[np.int64]
    latest_us: NDArray[np.int64]
    interval_s: NDArray[np.int64] | None
    fields: dict[str, Column]
    constants: dict[str, Any] = field(default_factory=dict)


def kind_of(stream: Stream, name: str) -> str:
    """Say what a field holds: int, float, bool, or else text."""
    info = msgspec.inspect.type_info(stream.reading)
    if isinstance(info, msgspec.inspect.StructType):
        for one in info.fields:
            types = one.type.types if isinstance(one.type, msgspec.inspect.UnionType) else (one.type,)
            for inner in types:
                bare = inner.type if isinstance(inner, msgspec.inspect.Metadata) else inner
                if one.name == name and type(bare) in _KINDS:
                    return _KINDS[type(bare)]
    return "text"


def arrow_type(kind: str) -> pa.DataType:
    """Give the type as which a text file's column is read."""
    return {"int": pa.float64(), "float": pa.float64(), "bool": pa.bool_()}.get(kind, pa.string())


def convert(name: str, kind: str, how: Field, raw: pa.ChunkedArray) -> Column:
    """Turn a column of a recording into a field of the stream.

    Parameters
    ----------
    name : str
        Name of the field.
    kind : {"int", "float", "bool", "text"}
        What it holds.
    how : Field
        The mapping's word on it.
    raw : pyarrow.ChunkedArray
        Values of the recording.

    Raises
    ------
    RecordingError
        The values are no numbers, or not whole where they have to be.
    """
    missing = pc.is_null(raw).combine_chunks().to_numpy(zero_copy_only=False)
    if kind in {"bool", "text"}:
        if kind == "text":
            raw = raw.cast(pa.string())
        return Column(np.array(raw.to_pylist(), object), missing, how.null_status)
    try:
        values = raw.cast(pa.float64(), safe=False).fill_null(np.nan).to_numpy()
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as exc:
        what = f"The column {how.column!r} does not hold numbers: {exc}."
        raise RecordingError(what, f"Mend fields.{name}.column of the mapping.") from exc
    missing = missing | np.isnan(values) | np.isin(values, how.null_values)
    values = np.where(missing, 0.0, values)
    if how.factor != 1:
        values = values * how.factor
    if how.decimals is not None:
        values = np.round(values, how.decimals)
    if kind == "int":
        whole = np.rint(values)
        if (bad := np.flatnonzero((whole != values) | (np.abs(values) > LARGEST_EXACT))).size:
            raise RecordingError(
                f"Row {bad[0] + 1}: {values[bad[0]]} is no whole number, and the field {name} takes no other.",
                f"Set fields.{name}.decimals = 0 to round.",
            )
        values = whole.astype(np.int64)
    return Column(values, missing, how.null_status)
