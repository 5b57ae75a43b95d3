"""Signal cycles: length of the cycle and share of green per signal group, from changes of its state.

References
----------
.. [1] Indiana Traffic Signal Hi Resolution Data Logger Enumerations, doi:10.5703/1288284316998: 1 phase begin green,
   7 phase green termination, 8 phase begin yellow clearance. Codes as quoted by the ATSPM projects; unverified there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from processing.kernels.group import Floats, Ints, ratio, total

GREEN_BEGINS = (1, 1003)
GREEN_ENDS = (7, 8, 1000, 1001, 1002, 1004)
"""Codes of the Indiana enumeration, and from 1000 on states: dark, red, amber, green, red-amber."""


@dataclass(frozen=True, slots=True)
class Cycles:
    """Means by group, each of shape (n_groups,)."""

    cycle_s: Floats
    green_ratio: Floats
    cycle_count: Floats


@dataclass(frozen=True, slots=True)
class Greens:
    """Cycles one by one, each of shape (n,): row of the event that begins it, its length and its green [us]."""

    row: Ints
    cycle_us: Ints
    green_us: Floats


def greens(signal: Ints, time_us: Ints, code: Ints, longest_us: int) -> Greens:
    """Find the cycles: from one begin of green to the next of the same signal group.

    Parameters
    ----------
    signal : integer array, shape (n,)
        Number of each event's signal group; rows sorted by signal group and time.
    time_us : integer array, shape (n,)
        Time [us].
    code : integer array, shape (n,)
        Code; only :data:`GREEN_BEGINS` and :data:`GREEN_ENDS` count.
    longest_us : int
        A longer cycle is none, but a gap in the data [us].

    Returns
    -------
    Greens
        Green is NaN where its end was not reported.

    Raises
    ------
    ValueError
        Rows are not sorted.
    """
    if (np.diff(signal) < 0).any() or ((np.diff(signal) == 0) & (np.diff(time_us) < 0)).any():
        raise ValueError("rows must be sorted by signal group and time")
    (begin,) = np.nonzero(np.isin(code, GREEN_BEGINS))
    (end,) = np.nonzero(np.isin(code, GREEN_ENDS))
    row, follower = begin[:-1], begin[1:]
    length_us = time_us[follower] - time_us[row]
    whole = (signal[row] == signal[follower]) & (length_us > 0) & (length_us <= longest_us)
    row, follower, length_us = row[whole], follower[whole], length_us[whole]
    place = np.searchsorted(end, row)
    ends_within = place < len(end)
    ends_within[ends_within] = end[place[ends_within]] < follower[ends_within]
    green_us = np.full(len(row), np.nan)
    green_us[ends_within] = time_us[end[place[ends_within]]] - time_us[row[ends_within]]
    return Greens(row, length_us, green_us)


def cycles(group: Ints, n_groups: int, cycle_us: Ints, green_us: Floats) -> Cycles:
    """Average cycles by group.

    Parameters
    ----------
    group : integer array, shape (n,)
        Number of each cycle's group: one signal group and window.
    n_groups : int
        Number of groups.
    cycle_us : integer array, shape (n,)
        Length of the cycle [us].
    green_us : float array, shape (n,)
        Its green [us].

    Returns
    -------
    Cycles
        Mean cycle [s]; green over cycle time of the cycles whose green is known, 0 to 1; number of cycles.
    """
    length = cycle_us.astype(np.float64)
    count = np.bincount(group, minlength=n_groups).astype(np.float64)
    known = np.where(np.isnan(green_us), np.nan, length)
    mean_s = ratio(total(group, length, n_groups), count) / 1e6
    return Cycles(mean_s, ratio(total(group, green_us, n_groups), total(group, known, n_groups)), count)
