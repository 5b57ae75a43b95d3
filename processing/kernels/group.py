"""Sums and means by group, in the order of the rows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def total(group: Ints, values: Floats, n_groups: int) -> Floats:
    """Sum by group of the values that are there.

    Parameters
    ----------
    group : integer array, shape (n,)
        Number of each row's group, 0 to ``n_groups - 1``.
    values : float array, shape (n,)
        NaN is left out.
    n_groups : int
        Number of groups.

    Returns
    -------
    float array, shape (n_groups,)
        NaN for a group without any value.

    Raises
    ------
    ValueError
        The shapes disagree, or a group's number is out of range.
    """
    if group.shape != values.shape:
        raise ValueError(f"{group.shape} groups for {values.shape} values")
    if group.size and (group.min() < 0 or group.max() >= n_groups):
        raise ValueError(f"group numbers go from 0 to {n_groups - 1}")
    there = ~np.isnan(values)
    if not there.all():
        group, values = group[there], values[there]
    sums = np.bincount(group, values, n_groups).astype(np.float64, copy=False)
    sums[np.bincount(group, minlength=n_groups) == 0] = np.nan
    return sums


def weighted(group: Ints, n_groups: int, values: Floats, weight: Floats) -> Floats:
    """Mean by group, weighted; NaN where no weight is.

    Parameters
    ----------
    group : integer array, shape (n,)
        Number of each row's group.
    n_groups : int
        Number of groups.
    values, weight : float array, shape (n,)
        What is averaged and by what; rows in which either is NaN are left out.

    Returns
    -------
    float array, shape (n_groups,)
        In the unit of the values.
    """
    counted = np.where(np.isnan(values), np.nan, weight)
    return ratio(total(group, values * weight, n_groups), total(group, counted, n_groups))


def runs(values: Ints) -> tuple[Ints, Ints]:
    """Number runs of equal neighbours: the row in which each begins, and the run of each row."""
    begins = np.ones(len(values), np.bool_)
    begins[1:] = values[1:] != values[:-1]
    return np.flatnonzero(begins), np.cumsum(begins) - 1


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Divide; NaN where the denominator is zero or either is NaN."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(denominator == 0, np.nan, numerator / denominator)
