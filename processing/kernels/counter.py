"""Counters: what a cumulative counter advanced by in each window.

Rules E2 to E4 and E7 of the energy rules: a monotone counter never goes back, so a negative difference is no value; a
resettable one that goes back began anew, so its new value is a lower bound; a wrapping one went over its greatest
value, if that is known. A difference is split linearly over the windows it spans.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from processing.kernels.group import Floats, Ints

MONOTONE, RESETTABLE, WRAPPING = 0, 1, 2


def advance(value_before: Floats, value_after: Floats, kind: Ints, greatest: Floats) -> Floats:
    """Difference of two readings of a counter by its kind.

    Parameters
    ----------
    value_before, value_after : float array, shape (n,)
        Two readings of the counter, in its unit.
    kind : integer array, shape (n,)
        :data:`MONOTONE`, :data:`RESETTABLE` or :data:`WRAPPING`.
    greatest : float array, shape (n,)
        Greatest value of a wrapping counter, NaN where unknown.

    Returns
    -------
    float array, shape (n,)
        NaN where there is none: a monotone counter that went back, a wrap with unknown greatest value.
    """
    difference = value_after - value_before
    wrapped = np.where(kind == WRAPPING, greatest + difference, np.nan)
    anew = np.where(kind == RESETTABLE, value_after, wrapped)
    return np.where(difference >= 0, difference, anew)


def in_line(counter: Ints, time_us: Ints, value: Floats, longest_gap_us: Ints) -> npt.NDArray[np.bool_]:
    """Say which readings of monotone counters stand in line with their neighbours.

    One reading below its neighbours, or above them, is a fault of the reading. Taken as it is, a counter that shows
    100, 5, 101 would advance by 96 where 1 is true.

    Parameters
    ----------
    counter : integer array, shape (n,)
        Number of each reading's counter; rows sorted by counter and time.
    time_us : integer array, shape (n,)
        Time [us].
    value : float array, shape (n,)
        Readings, none of them NaN.
    longest_gap_us : integer array, shape (n,)
        What is further away is no neighbour [us].

    Returns
    -------
    bool array, shape (n,)
        False where the one before and the one after agree, and this one does not.
    """
    agrees = np.ones(len(value), np.bool_)
    if len(value) > 2:  # noqa: PLR2004 - a neighbour on each side
        before, here, after = value[:-2], value[1:-1], value[2:]
        near = (np.diff(counter) == 0) & (np.diff(time_us) <= longest_gap_us[1:])
        agrees[1:-1] = ~(near[:-1] & near[1:] & (after >= before) & ((here < before) | (here > after)))
    return agrees


def split(
    start_us: Ints, end_us: Ints, amount: Floats, row_of: Ints, window_us: Ints, width_us: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Split amounts over time linearly at the borders of windows.

    Parameters
    ----------
    start_us, end_us : integer array, shape (n,)
        Span of each amount [us].
    amount : float array, shape (n,)
        What happened in the span; NaN counts neither as amount nor as covered.
    row_of : integer array, shape (n,)
        Row of the result each span belongs to, for instance its meter.
    window_us : integer array, shape (m,)
        Starts of the windows wanted, ascending, multiples of the width [us].
    width_us : int
        Width of the windows [us].

    Returns
    -------
    amounts, covered_us : float array, shape (rows, m)
        Amount and time covered in each window; rows up to the greatest in ``row_of``.

    Raises
    ------
    ValueError
        A span ends before it starts, or the windows do not ascend.
    """
    if (end_us < start_us).any():
        raise ValueError("a span ends before it starts")
    if (np.diff(window_us) <= 0).any():
        raise ValueError("windows must ascend")
    n_rows, n_windows = (int(row_of.max()) + 1 if row_of.size else 0), len(window_us)
    amounts, covered_us = np.zeros(n_rows * n_windows), np.zeros(n_rows * n_windows)
    there = ~np.isnan(amount) & (end_us > start_us)
    start, end, value, row = start_us[there], end_us[there], amount[there], row_of[there]
    first = start // width_us
    spanned = int(((end - 1) // width_us - first).max(initial=-1)) + 1
    for step in range(spanned):
        border = (first + step) * width_us
        inside = np.minimum(end, border + width_us) - np.maximum(start, border)
        place = np.searchsorted(window_us, border)
        wanted = (inside > 0) & (place < n_windows)
        wanted[wanted] = window_us[place[wanted]] == border[wanted]
        cell = row[wanted] * n_windows + place[wanted]
        share = inside[wanted] / (end[wanted] - start[wanted])
        amounts += np.bincount(cell, value[wanted] * share, len(amounts))
        covered_us += np.bincount(cell, inside[wanted].astype(np.float64), len(covered_us))
    return amounts.reshape(n_rows, n_windows), covered_us.reshape(n_rows, n_windows)
