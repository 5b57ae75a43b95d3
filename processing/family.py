"""A family of indicators: what it reads, how it computes, which columns it fills."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from emscher.store.copy import Rows
from emscher.streams import streams

Status = Literal["verified", "unverified", "own"]
Priority = Literal["must", "should", "later"]


@dataclass(frozen=True, slots=True)
class Indicator:
    """A row of the catalogue.

    Parameters
    ----------
    column : str
        Column of the family's table.
    unit : str
        Unit; ``1`` for a pure number.
    name_en, name_de : str
        What people call it.
    kernel : str
        Function that computes it.
    source : str
        Where the formula is from.
    status : str
        ``verified`` where the source was read or recomputed, ``unverified``, or ``own`` where the rule is ours.
    priority : str
        ``must``, ``should`` or ``later``.
    """

    column: str
    unit: str
    name_en: str
    name_de: str
    kernel: str
    source: str
    status: Status
    priority: Priority = "must"


@dataclass(frozen=True, slots=True)
class SensorInfo:
    """A sensor of the site that is computed."""

    sensor_id: int
    stream: str
    metadata: Mapping[str, Any]
    key: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """One site's due windows with everything that is needed to compute them.

    Parameters
    ----------
    site_id : int
        The site.
    sensors : tuple of SensorInfo
        Its sensors.
    window_us : integer array, shape (m,)
        Starts of the due windows, ascending [us since 1970].
    width_us : int
        Their width [us].
    rows : mapping of str to structured array
        Readings by the name of the query that loaded them, sorted by sensor and time.
    metadata : mapping
        What is known of the site.
    thresholds : mapping of (str, str) to float
        Limits by name and scope, as they hold on the day of the first window.
    """

    site_id: int
    sensors: tuple[SensorInfo, ...]
    window_us: npt.NDArray[np.int64]
    width_us: int
    rows: Mapping[str, Rows]
    metadata: Mapping[str, Any] = field(default_factory=dict)
    thresholds: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def place(self, time_us: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Number of the due window each time lies in, -1 for none."""
        start = time_us // self.width_us * self.width_us
        place = np.searchsorted(self.window_us, start)
        place[place == len(self.window_us)] = 0
        return np.where(self.window_us[place] == start, place, -1) if len(self.window_us) else np.full(len(start), -1)


@dataclass(frozen=True)
class Family:
    """Indicators that are computed together into one table.

    Parameters
    ----------
    name : str
        Name of the family; its table is ``<name>_indicator``.
    title_en, title_de : str
        What people call it.
    key : tuple of str
        Columns of the table's primary key.
    loads : mapping of str to dtype
        Names of the queries that load its readings, with the type of their rows.
    compute : callable
        Gives the rows of the table, without ``revision`` and ``computed_at``.
    indicators : tuple of Indicator
        The catalogue's rows.
    buckets : tuple of str
        Roll-ups it has besides its base resolution.
    """

    name: str
    title_en: str
    title_de: str
    key: tuple[str, ...]
    loads: Mapping[str, np.dtype[np.void]]
    compute: Callable[[Task], Rows]
    indicators: tuple[Indicator, ...]
    buckets: tuple[str, ...] = ()

    @property
    def table(self) -> str:
        """Name of the table."""
        return f"{self.name}_indicator"

    @cached_property
    def width_s(self) -> int:
        """Width of a window [s], as the streams declare it.

        Raises
        ------
        ValueError
            No stream makes the family due, or two disagree.
        """
        widths = {due.width_s for stream in streams().values() for due in stream.due if due.family == self.name}
        if len(widths) != 1:
            raise ValueError(f"streams declare the widths {widths} for the family {self.name}")
        return widths.pop()

    @cached_property
    def look_back_s(self) -> int:
        """How far before its start a window reads [s]."""
        return max(due.look_back_s for stream in streams().values() for due in stream.due if due.family == self.name)

    @cached_property
    def look_ahead_s(self) -> int:
        """How far after its end a window reads [s]."""
        return max(due.look_ahead_s for stream in streams().values() for due in stream.due if due.family == self.name)


def microseconds(times: npt.NDArray[np.datetime64]) -> npt.NDArray[np.int64]:
    """Times as microseconds since 1970."""
    return times.astype("M8[us]").view(np.int64)


def table(**columns: npt.NDArray[Any]) -> Rows:
    """Put columns of equal length together to rows."""
    length = {len(column) for column in columns.values()}
    if len(length) != 1:
        raise ValueError(f"columns have the lengths {length}")
    rows = np.empty(length.pop(), np.dtype([(name, column.dtype) for name, column in columns.items()]))
    for name, column in columns.items():
        rows[name] = column
    return rows
