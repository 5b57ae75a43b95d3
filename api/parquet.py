"""Parquet: a sheet as a file whose fields carry their unit."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from api.sheet import Kind, Sheet

# pyarrow has no type information that a strict checker could use.
_pa: Any = pa
_pq: Any = pq

_TYPES: Mapping[Kind, Any] = {
    "text": _pa.string(),
    "integer": _pa.int64(),
    "number": _pa.float64(),
    "boolean": _pa.bool_(),
    "time": _pa.timestamp("us", tz="UTC"),
    "date": _pa.date32(),
    "object": _pa.string(),
}


def to_parquet(sheet: Sheet) -> bytes:
    """Write a Parquet file; an object stands as JSON."""
    fields, arrays = [], []
    for name, values in sheet.columns.items():
        kind = sheet.kinds[name]
        unit = {"unit": sheet.units[name]} if name in sheet.units else None
        fields.append(_pa.field(name, _TYPES[kind], metadata=unit))
        flat = [msgspec.json.encode(value).decode() for value in values] if kind == "object" else values
        arrays.append(_pa.array(flat, _TYPES[kind]))
    out = io.BytesIO()
    _pq.write_table(_pa.Table.from_arrays(arrays, schema=_pa.schema(fields)), out, compression="zstd")
    return out.getvalue()
