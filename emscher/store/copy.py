"""The COPY codec: NumPy structured arrays to PostgreSQL's binary COPY format and back, without a loop over rows.

In memory a row is fixed-width: a time is ``M8[us]``, a number that may be missing is ``f8`` with NaN for missing. On
the way out of the database the query coalesces NULL to NaN, so that every row has one width. On the way in, NULL takes
no bytes on the wire, so rows are grouped by which of their values are missing and each group is written at once.

Source: PostgreSQL documentation, COPY, section "Binary Format".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emscher.errors import CodecError

_SIGNATURE = b"PGCOPY\n\xff\r\n\0"
HEADER = _SIGNATURE + b"\0" * 8
TRAILER = b"\xff\xff"
_EPOCH_US = 946_684_800_000_000
"""2000-01-01, where PostgreSQL's timestamps begin, in microseconds since 1970."""

_WIRE = {
    "boolean": "?",
    "smallint": ">i2",
    "integer": ">i4",
    "bigint": ">i8",
    "real": ">f4",
    "double precision": ">f8",
    "timestamp with time zone": ">i8",
}

Rows = npt.NDArray[np.void]
"""Structured array, a field per column."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column on the wire.

    Parameters
    ----------
    name : str
        Name of the column and of the field in memory.
    type : str
        PostgreSQL's name of its type, as ``format_type`` writes it.
    nullable : bool
        Whether NaN (or NaT) in memory is NULL on the wire.
    """

    name: str
    type: str
    nullable: bool = False

    @property
    def memory(self) -> str:
        """NumPy type of the field in memory."""
        if self.type == "timestamp with time zone":
            return "M8[us]"
        return "f8" if self.nullable else _WIRE[self.type].replace(">", "")


def dtype_of(columns: Sequence[Column]) -> np.dtype[np.void]:
    """Type of the rows in memory.

    Parameters
    ----------
    columns : sequence of Column
        In the order of the COPY.

    Raises
    ------
    CodecError
        A column's type is none this codec writes.
    """
    for column in columns:
        if column.type not in _WIRE:
            raise CodecError(f"column {column.name} is {column.type}, which the COPY codec does not write")
    return np.dtype([(column.name, column.memory) for column in columns])


def filled(rows: Rows, columns: Sequence[Column]) -> tuple[Column, ...]:
    """Leave out the columns in which every row is NULL.

    Parameters
    ----------
    rows : structured array, shape (n,)
        Fields as of :func:`dtype_of`.
    columns : sequence of Column
        All of them.

    Returns
    -------
    tuple of Column
        The rest, in their order.
    """
    return tuple(column for column in columns if not (column.nullable and np.isnan(rows[column.name]).all()))


def encode(rows: Rows, columns: Sequence[Column]) -> bytes:
    """Write rows in binary COPY format.

    Parameters
    ----------
    rows : structured array, shape (n,)
        Fields as of :func:`dtype_of`.
    columns : sequence of Column
        In the order of the COPY.

    Returns
    -------
    bytes
        Header, rows and trailer; rows with the same values missing stand together, in their order.
    """
    missing = np.zeros(len(rows), np.uint64)
    for bit, column in enumerate(columns):
        if column.nullable:
            missing |= np.isnan(rows[column.name]).astype(np.uint64) << np.uint64(bit)
    parts = [HEADER]
    patterns = np.unique(missing)
    for pattern in patterns:
        chosen = rows if len(patterns) == 1 else rows[missing == pattern]
        absent = [bool(int(pattern) >> bit & 1) for bit in range(len(columns))]
        parts.append(_encode_alike(chosen, columns, absent))
    parts.append(TRAILER)
    return b"".join(parts)


def decode(data: bytes, dtype: np.dtype[np.void]) -> Rows:
    """Read rows in binary COPY format, none of whose values is NULL.

    Parameters
    ----------
    data : bytes
        Header, rows and trailer.
    dtype : structured dtype
        The columns in order: ``i2 i4 i8 f4 f8 ? M8[us]``.

    Returns
    -------
    structured array, shape (n,)

    Raises
    ------
    CodecError
        The data are no binary COPY of these columns, for instance because a value is NULL.
    """
    if not data.startswith(_SIGNATURE) or not data.endswith(TRAILER):
        raise CodecError("the data are no complete binary COPY")
    names = dtype.names or ()
    wire = _wire_dtype([(name, _wire_type(dtype[name])) for name in names])
    body = memoryview(data)[len(HEADER) : -len(TRAILER)]
    if len(body) % wire.itemsize:
        raise CodecError(f"{len(body)} bytes are no whole number of rows of {wire.itemsize}; is a value NULL?")
    read = np.frombuffer(body, wire)
    rows = np.empty(len(read), dtype)
    _check(read, names, wire)
    for name in names:
        if dtype[name].kind == "M":
            rows[name] = (read[name].astype(np.int64) + _EPOCH_US).view("M8[us]")
        else:
            rows[name] = read[name]
    return rows


def _encode_alike(rows: Rows, columns: Sequence[Column], absent: Sequence[bool]) -> bytes:
    """Write rows that have the same values missing."""
    present = [
        (column.name, _WIRE[column.type]) for column, is_absent in zip(columns, absent, strict=True) if not is_absent
    ]
    order = [
        (column.name, None if is_absent else _WIRE[column.type])
        for column, is_absent in zip(columns, absent, strict=True)
    ]
    wire = np.empty(len(rows), _wire_dtype(order))
    wire["field count"] = len(columns)
    for name, kind in order:
        wire[f"length of {name}"] = -1 if kind is None else np.dtype(kind).itemsize
    for name, _ in present:
        values = rows[name]
        wire[name] = values.view(np.int64) - _EPOCH_US if values.dtype.kind == "M" else values
    return wire.tobytes()


def _wire_dtype(fields: Sequence[tuple[str, str | None]]) -> np.dtype[np.void]:
    """Type of a row on the wire: a count of fields, then a length and a value for each; NULL has no value."""
    parts: list[tuple[str, str]] = [("field count", ">i2")]
    for name, kind in fields:
        parts.append((f"length of {name}", ">i4"))
        if kind is not None:
            parts.append((name, kind))
    return np.dtype(parts)


def _wire_type(memory: np.dtype[np.generic]) -> str:
    if memory.kind == "M":
        return ">i8"
    if memory.kind == "b":
        return "?"
    return ">" + memory.str[1:]


def _check(read: Rows, names: Sequence[str], wire: np.dtype[np.void]) -> None:
    """Refuse data whose counts and lengths are not those of the declared columns."""
    if (read["field count"] != len(names)).any():
        raise CodecError(f"a row has another number of columns than the {len(names)} declared; is a value NULL?")
    for name in names:
        if (read[f"length of {name}"] != wire[name].itemsize).any():
            raise CodecError(f"column {name} has a value that is NULL or not {wire[name].itemsize} bytes wide")
