"""Timelines: from when to when each signal group showed which state."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from processing.kernels.group import Ints
from processing.kernels.moment import ascending, last_row
from processing.kernels.signal_state import UNKNOWN, Changes


@dataclass(frozen=True, slots=True)
class Timeline:
    """Intervals of one state each, shape (n,), sorted by signal group and start.

    Parameters
    ----------
    signal, start_us, end_us, state : integer array, shape (n,)
        Number of the signal group, start and end [us], state.
    whole : bool array, shape (n,)
        Whether start and end are known: both were reported, nothing between them is missing, and the end came in time.
        Otherwise ``end_us`` is the time up to which the state may be taken for shown.
    """

    signal: Ints
    start_us: Ints
    end_us: Ints
    state: Ints
    whole: npt.NDArray[np.bool_]


def timeline(found: Changes, longest_us: int) -> Timeline:
    """Make intervals of changes.

    Parameters
    ----------
    found : Changes
        Changes of state.
    longest_us : int
        A state that lasts longer is a gap in the data [us].

    Returns
    -------
    Timeline
        One interval for each change. An interval that is not whole ends at its start where an event is missing, and
        ``longest_us`` after its start where none followed in time.

    Raises
    ------
    ValueError
        Changes are not sorted.
    """
    ascending(found.signal, found.time_us)
    n = len(found.signal)
    follows = np.zeros(n, np.bool_)
    follows[:-1] = found.signal[1:] == found.signal[:-1]
    following = np.minimum(np.arange(1, n + 1), n - 1)
    end_us = np.where(follows, found.time_us[following], found.time_us + longest_us)
    in_time = follows & (end_us - found.time_us <= longest_us)
    end_us = np.where(in_time, end_us, found.time_us + longest_us)
    lost = follows & found.lost[following]
    end_us = np.where(lost, found.time_us, end_us)
    restarted = follows & (found.state[following] == UNKNOWN)
    whole = in_time & ~lost & ~restarted & ~found.late & (found.state != UNKNOWN)
    return Timeline(found.signal, found.time_us, end_us, found.state, whole)


def interval_at(shown: Timeline, signal: Ints, time_us: Ints) -> Ints:
    """Find the interval each time lies in.

    Parameters
    ----------
    shown : Timeline
        Intervals.
    signal, time_us : integer array, shape (m,)
        Number of the signal group and time [us].

    Returns
    -------
    integer array, shape (m,)
        Row of the interval, -1 where no state is known.
    """
    row = last_row(shown.signal, shown.start_us, signal, time_us)
    known = (
        (row >= 0) & (time_us < shown.end_us[row]) & (shown.state[row] != UNKNOWN) if len(shown.signal) else row >= 0
    )
    return np.where(known, row, -1)


def state_at(shown: Timeline, signal: Ints, time_us: Ints) -> Ints:
    """Find the state at each time; parameters as of :func:`interval_at`, ``UNKNOWN`` where none is known."""
    row = interval_at(shown, signal, time_us)
    return np.where(row >= 0, shown.state[row], UNKNOWN) if len(shown.signal) else np.full(row.shape, UNKNOWN)
