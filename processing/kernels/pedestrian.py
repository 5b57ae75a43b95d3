"""Pedestrian delay: from the call to the walk.

References
----------
.. [1] UDOT ATSPM and Oregon's: from the first call (45, 90) after the last walk ended to the begin of walk (21). Read.
   22 begins the pedestrian clearance; Indiana enumeration, unverified.
"""

from __future__ import annotations

import numpy as np

from processing.kernels.group import Floats, Ints
from processing.kernels.moment import ascending

WALK, CLEARANCE = 21, 22
CALLS = (45, 90)


def pedestrian_delays(
    signal: Ints, time_us: Ints, code: Ints, longest_us: int, calls: tuple[int, ...] = CALLS
) -> tuple[Ints, Floats]:
    """Find each walk that answers a call.

    Parameters
    ----------
    signal : integer array, shape (n,)
        Number of each event's phase; rows sorted by phase and time.
    time_us : integer array, shape (n,)
        Time [us].
    code : integer array, shape (n,)
        Code; others than calls, walk and clearance are left out.
    longest_us : int
        A longer wait is a lost walk [us].
    calls : tuple of int
        Codes of a call: 90 is the button, 45 the call that the controller registers, also on its own account.

    Returns
    -------
    row : integer array, shape (m,)
        Row of the begin of each walk that was called for.
    delay_s : float array, shape (m,)
        Wait of the first who called [s]; NaN where it is longer than is believed. A call during walk does not wait.

    Raises
    ------
    ValueError
        Rows are not sorted.
    """
    ascending(signal, time_us)
    call = np.isin(code, calls)
    (row,) = np.nonzero(call | (code == WALK) | (code == CLEARANCE))
    if len(row) == 0:
        return row, np.empty(0)
    # What the last walk or clearance before each row was; a call waits unless walk is being shown.
    begins = np.ones(len(row), np.bool_)
    begins[1:] = signal[row[1:]] != signal[row[:-1]]
    place = np.arange(len(row))
    phase_begin = np.maximum.accumulate(np.where(begins, place, 0))
    marker = np.maximum.accumulate(np.where(call[row], 0, place))
    has_marker = ~call[row[marker]] & (marker >= phase_begin)
    walking = has_marker & (code[row[marker]] == WALK)
    waits = call[row] & ~walking
    # The first waiting call of each wait: after the last walk of its phase.
    walk = code[row] == WALK
    turn = np.cumsum(walk) - walk + np.cumsum(begins) * (len(row) + 1)
    (waiting,) = np.nonzero(waits)
    first_of_turn, index = np.unique(turn[waiting], return_index=True)
    (ends,) = np.nonzero(walk)
    found = np.searchsorted(first_of_turn, turn[ends])
    found[found == len(first_of_turn)] = 0
    called = first_of_turn[found] == turn[ends] if len(first_of_turn) else np.zeros(len(ends), np.bool_)
    ends = ends[called]
    delay_us = time_us[row[ends]] - time_us[row[waiting[index[found[called]]]]]
    return row[ends], np.where(delay_us <= longest_us, delay_us / 1e6, np.nan)
