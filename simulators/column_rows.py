"""Readings written from columns, as structs: they are quicker to build and to write than dicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from emscher.stream import SECOND_US
from simulators.columns import Columns
from simulators.timestamps import rfc3339


class ColumnRows:
    """The readings of columns.

    Parameters
    ----------
    columns : Columns
        Where the values stand.
    """

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        moment = "time" if columns.interval_s is None else "end"
        self._statuses = [name for name, one in columns.fields.items() if one.status is not None]
        names = [moment, *(["interval_s"] if columns.interval_s is not None else []), *columns.fields]
        names += ["status"] if self._statuses else []
        names += [name for name in columns.constants if name not in names]
        self._row = msgspec.defstruct("Row", [(name, Any, None) for name in names], omit_defaults=True, gc=False)

    def at(self, rows: NDArray[np.intp], shift_us: int = 0) -> Sequence[Any]:
        """Give the readings of some rows, their times moved [us]."""
        columns = self._columns
        values: list[list[Any]] = [self._stamps(columns.latest_us[rows] + shift_us)]
        if columns.interval_s is not None:
            values.append(columns.interval_s[rows].tolist())
        values += [one.at(rows) for one in columns.fields.values()]
        if self._statuses:
            values.append(self._status(rows))
        values += [[value] * rows.size for name, value in columns.constants.items() if name not in columns.fields]
        return list(map(self._row, *values))

    @staticmethod
    def _stamps(times_us: NDArray[np.int64]) -> list[str]:
        """Write times, each different one once, with no more digits than they have."""
        different, place = np.unique(times_us, return_inverse=True)
        units = (("s", SECOND_US), ("ms", 1000), ("us", 1))
        unit, length_us = next(one for one in units if not (different % one[1]).any())
        written = rfc3339(different // length_us, unit)
        return [written[one] for one in place.tolist()]

    def _status(self, rows: NDArray[np.intp]) -> list[dict[str, str] | None]:
        """Say of each missing value why; readings that miss the same share one dict."""
        fields = [self._columns.fields[name] for name in self._statuses]
        code = np.zeros(rows.size, np.int64)
        for bit, one in enumerate(fields):
            code |= one.missing[rows].astype(np.int64) << bit
        said: dict[int, dict[str, str] | None] = {
            number: {
                name: one.status or ""
                for bit, (name, one) in enumerate(zip(self._statuses, fields, strict=True))
                if number >> bit & 1
            }
            or None
            for number in np.unique(code).tolist()
        }
        return [said[number] for number in code.tolist()]
