"""Moments: what was the last row of a group at a given time."""

from __future__ import annotations

import numpy as np

from processing.kernels.group import Ints


def ascending(group: Ints, time_us: Ints) -> None:
    """Refuse rows that are not sorted by group and time.

    Raises
    ------
    ValueError
        The shapes disagree, or rows are not sorted.
    """
    if group.shape != time_us.shape:
        raise ValueError(f"{group.shape} groups for {time_us.shape} times")
    step = np.diff(group)
    if (step < 0).any() or ((step == 0) & (np.diff(time_us) < 0)).any():
        raise ValueError("rows must be sorted by group and time")


def last_row(group: Ints, time_us: Ints, asked_group: Ints, asked_us: Ints) -> Ints:
    """Find the last row at or before each time asked for.

    Parameters
    ----------
    group, time_us : integer array, shape (n,)
        Rows, sorted by group and time [us].
    asked_group, asked_us : integer array, shape (m,)
        Group and time asked for [us].

    Returns
    -------
    integer array, shape (m,)
        Row of the same group, the last where several have the same time; -1 where there is none.

    Raises
    ------
    ValueError
        Groups times the span of time do not fit into 64 bits.
    """
    if group.size == 0 or asked_group.size == 0:
        return np.full(asked_group.shape, -1)
    least = min(int(time_us.min()), int(asked_us.min()))
    span = max(int(time_us.max()), int(asked_us.max())) - least + 1
    if (max(int(group.max()), int(asked_group.max())) + 1) * span > np.iinfo(np.int64).max:
        raise ValueError("too many groups for so long a span of time")
    row = np.searchsorted(group * span + (time_us - least), asked_group * span + (asked_us - least), side="right") - 1
    return np.where((row >= 0) & (group[row] == asked_group), row, -1)
