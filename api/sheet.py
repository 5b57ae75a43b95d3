"""A sheet: rows of an answer, kept by column, with the unit of every column that measures something."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

import msgspec

Kind = Literal["text", "integer", "number", "boolean", "time", "date", "object"]

_KINDS: Mapping[str, Kind] = {
    "boolean": "boolean",
    "smallint": "integer",
    "integer": "integer",
    "bigint": "integer",
    "real": "number",
    "double precision": "number",
    "timestamp with time zone": "time",
    "date": "date",
    "jsonb": "object",
}

UNITS: Mapping[str, str] = {
    "width_s": "s",
    "covered_s": "s",
    "substituted_s": "s",
    "faulty_s": "s",
    "interval_s": "s",
    "revision": "1",
    "coverage_ratio": "1",
    "signal_group": "1",
    "bearing_deg": "deg",
    "part": "1",
    "section": "1",
    "meter_count": "1",
    "completeness_pct": "%",
    "access_point_count": "1",
    "zone_count": "1",
    "shown_hours": "h",
    "suppressed_hours": "h",
    "volume_bytes": "By",
    "longitude": "deg",
    "latitude": "deg",
    "payload_bytes": "By",
    "readings": "1",
    "messages": "1",
    "received": "1",
    "stored": "1",
    "duplicate": "1",
    "rejected": "1",
    "mended": "1",
    "not_kept": "1",
    "tries": "1",
    "tried": "1",
    "refused": "1",
    "in_future": "1",
    "too_old": "1",
    "latency_min_s": "s",
    "latency_p50_s": "s",
    "latency_p95_s": "s",
    "latency_max_s": "s",
    "latency_mean_s": "s",
    "clock_ahead_at_least_s": "s",
    "clock_behind_at_most_s": "s",
    "out_of_order_pct": "%",
    "repeated_pct": "%",
    "expected_interval_s": "s",
    "missing_share_pct": "%",
    "g_per_kwh": "g/kWh",
    "year": "a",
    "vintage": "a",
}
"""Units of columns that no stream and no family declares; ``1`` is a pure number, as in UCUM."""


def kind_of(database_type: str) -> Kind:
    """Say what a column of the database holds."""
    return _KINDS.get(database_type, "text")


@dataclass(slots=True)
class Sheet:
    """Rows by column.

    Parameters
    ----------
    columns : dict of str to sequence
        Values by name, all of one length; None is a missing value.
    kinds : dict of str to str
        What each column holds.
    units : dict of str to str
        Unit of each column that measures something.
    """

    columns: dict[str, Sequence[Any]] = field(default_factory=dict)
    kinds: dict[str, Kind] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)

    def put(self, name: str, kind: Kind, values: Sequence[Any], unit: str = "") -> None:
        """Add a column at the end."""
        self.columns[name] = values
        self.kinds[name] = kind
        if unit := unit or UNITS.get(name, ""):
            self.units[name] = unit

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def records(self) -> list[msgspec.Struct]:
        """Give the rows as records that encode to objects."""
        return list(map(_record(tuple(self.columns)), *self.columns.values()))


def transposed(rows: Sequence[Sequence[Any]], width: int) -> list[Sequence[Any]]:
    """Turn rows into columns, also where there are none."""
    return list(zip(*rows, strict=True)) if rows else [()] * width


def newest(columns: Iterable[Sequence[Any]]) -> Any:  # noqa: ANN401 - a time or None
    """Give the newest of all times, None where there is none."""
    return max((max(times) for times in columns if times), default=None)


@cache
def _record(names: tuple[str, ...]) -> type[msgspec.Struct]:
    return msgspec.defstruct("Record", names, frozen=True, gc=False)
