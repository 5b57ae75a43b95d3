"""A family of indicators: what it reads, how it computes, which columns it fills."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from emscher.store.copy import Rows
from emscher.stream import DAY_US, SECOND_US, Due
from emscher.streams import streams
from processing.threshold import NO_THRESHOLDS, Thresholds

Status = Literal["verified", "unverified", "own"]
Priority = Literal["must", "should", "later"]

WEEK_US = 7 * DAY_US


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
    inputs : tuple of str
        What it is computed from; empty where it is whatever the family reads.
    rolls_up : bool
        Whether the family's roll-ups have it; a forecast has no mean.
    """

    column: str
    unit: str
    name_en: str
    name_de: str
    kernel: str
    source: str
    status: Status
    priority: Priority = "must"
    inputs: tuple[str, ...] = ()
    rolls_up: bool = True


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
    thresholds : Thresholds
        Limits and factors as dated rows.
    look_back_us : int
        How far before its start a window has read [us].
    shared : dict
        What families that are computed together compute once.
    """

    site_id: int
    sensors: tuple[SensorInfo, ...]
    window_us: npt.NDArray[np.int64]
    width_us: int
    rows: Mapping[str, Rows]
    metadata: Mapping[str, Any] = field(default_factory=dict)
    thresholds: Thresholds = NO_THRESHOLDS
    look_back_us: int = 0
    shared: dict[str, Any] = field(default_factory=dict)

    def place(self, time_us: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Number of the due window each time lies in, -1 for none."""
        start = time_us // self.width_us * self.width_us
        place = np.searchsorted(self.window_us, start)
        place[place == len(self.window_us)] = 0
        return np.where(self.window_us[place] == start, place, -1) if len(self.window_us) else np.full(len(start), -1)


@dataclass(frozen=True, slots=True)
class Past:
    """Earlier weeks that a window reads.

    Parameters
    ----------
    weeks : int
        How many.
    look_back_s, look_ahead_s : int
        How far before its start and after its end, each moved by whole weeks [s].
    """

    weeks: int
    look_back_s: int
    look_ahead_s: int


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
    rides : str, optional
        Family whose windows it shares: both are computed from one reading of the store, in one transaction.
    step_s : int, optional
        Width of its rows where a window holds many of them [s].
    reads : str, optional
        Family whose table it reads instead of a stream's: what is written there makes its windows due.
    reach : Due, optional
        Its windows, where it reads a family's table.
    past : Past, optional
        What it reads of earlier weeks.
    awake : str
        Query that makes its windows due, where it reads a family's table.
    """

    name: str
    title_en: str
    title_de: str
    key: tuple[str, ...]
    loads: Mapping[str, np.dtype[np.void]]
    compute: Callable[[Task], Rows]
    indicators: tuple[Indicator, ...]
    buckets: tuple[str, ...] = ()
    rides: str | None = None
    step_s: int | None = None
    reads: str | None = None
    reach: Due | None = None
    past: Past | None = None
    awake: str = "make_sections_due"

    @property
    def table(self) -> str:
        """Name of the table."""
        return f"{self.name}_indicator"

    @property
    def queue(self) -> str:
        """Name under which its windows are due."""
        return self.rides or self.name

    @property
    def resolution_s(self) -> int:
        """Width of its rows [s]."""
        return self.step_s or self.width_s

    @property
    def inputs(self) -> tuple[str, ...]:
        """Streams it reads, or the family whose table it reads."""
        if self.reads:
            return (self.reads,)
        return tuple(name for name, one in streams().items() if any(due.family == self.queue for due in one.due))

    @cached_property
    def width_s(self) -> int:
        """Width of a window [s], as the streams and families that make it due declare it.

        Raises
        ------
        ValueError
            Nothing makes the family due, or two disagree.
        """
        widths = {due.width_s for due in self._due}
        if len(widths) != 1:
            raise ValueError(f"the widths {widths} are declared for the family {self.name}")
        return widths.pop()

    @cached_property
    def look_back_s(self) -> int:
        """How far before its start a window reads [s]."""
        return max(due.look_back_s for due in self._due)

    @cached_property
    def look_ahead_s(self) -> int:
        """How far after its end a window reads [s]."""
        return max(due.look_ahead_s for due in self._due)

    def windows_reading(self, time_us: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Numbers of the windows that read any of the times [us since 1970], ascending."""
        found = [self._windows(time_us, self.look_back_s, self.look_ahead_s)]
        if self.past:
            for week in range(1, self.past.weeks + 1):
                later_us = time_us + week * WEEK_US
                found.append(self._windows(later_us, self.past.look_back_s, self.past.look_ahead_s))
        return np.unique(np.concatenate(found))

    def _windows(self, time_us: npt.NDArray[np.int64], back_s: int, ahead_s: int) -> npt.NDArray[np.int64]:
        """Numbers of the windows that reach as far as the times."""
        first = np.unique((time_us - ahead_s * SECOND_US) // (self.width_s * SECOND_US))
        return (first[:, None] + np.arange(math.ceil((back_s + ahead_s) / self.width_s) + 1)).ravel()

    @cached_property
    def _due(self) -> tuple[Due, ...]:
        if self.reach:
            return (self.reach,)
        return tuple(due for stream in streams().values() for due in stream.due if due.family == self.queue)


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


def rows_of(parts: Sequence[Rows], nothing: Callable[[], Rows]) -> Rows:
    """Put rows of one kind together; ``nothing`` gives none of them, to know their columns by."""
    if len(parts) == 1:
        return parts[0]
    return np.concatenate(parts) if parts else nothing()
