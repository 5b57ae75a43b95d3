"""Hours that begin with each quarter: flow, how evenly it comes, and the grade that density earns.

References
----------
.. [1] Peak hour factor: flow of the hour over four times the count of its busiest quarter. Highway Capacity Manual,
   from general knowledge, unverified.
.. [2] HBS 2015, part S, chapter 3: grades of main streets by vehicles per kilometre and lane. From general knowledge,
   unverified.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from processing.kernels.group import Floats, Ints, ratio, total

QUARTER_S = 900.0
QUARTERS = 4


@dataclass(frozen=True, slots=True)
class Quarters:
    """Means of quarter hours, and the share of each that has values; shape (n_groups,)."""

    mean: Floats
    coverage_ratio: Floats


def quarters(group: Ints, n_groups: int, width_s: Floats, values: Floats) -> Quarters:
    """Mean of each quarter hour by time.

    Parameters
    ----------
    group : integer array, shape (n,)
        Number of the quarter hour in which each interval begins.
    n_groups : int
        Number of quarter hours.
    width_s : float array, shape (n,)
        Length of the interval [s].
    values : float array, shape (n,)
        What is averaged; NaN is left out.
    """
    covered_s = total(group, np.where(np.isnan(values), np.nan, width_s), n_groups)
    mean = ratio(total(group, values * width_s, n_groups), covered_s)
    return Quarters(mean, np.minimum(np.nan_to_num(covered_s) / QUARTER_S, 1.0))


def hours(found: Quarters, shape: tuple[int, int], least: Floats) -> Floats:
    """Give the quarters of the hour that begins with each quarter.

    Parameters
    ----------
    found : Quarters
        Of ``shape`` when laid in rows of consecutive quarters.
    shape : tuple of int
        Number of rows, and of quarters in each, at least four.
    least : float array, broadcast to (rows,)
        Share of a quarter that must have values; one with less is unknown.

    Returns
    -------
    float array, shape (rows, quarters - 3, 4)
        Means of the four quarters, in the unit of the values.
    """
    covered = found.coverage_ratio.reshape(shape) >= np.broadcast_to(least, shape[0])[:, None]
    known = np.where(covered, found.mean.reshape(shape), np.nan)
    return known[:, np.arange(shape[1] - QUARTERS + 1)[:, None] + np.arange(QUARTERS)]


def peak_hour_factor(flow: Floats) -> Floats:
    """Mean of four quarters over the greatest of them [1]_.

    Parameters
    ----------
    flow : float array, shape (..., 4)
        Flow of each quarter [veh/h].

    Returns
    -------
    float array, shape (...)
        1 for even flow, 0.25 where all come in one quarter; NaN without vehicles or where a quarter is unknown.
    """
    return ratio(flow.sum(axis=-1) / QUARTERS, flow.max(axis=-1))


def street_grade(density_veh_km: Floats, limits: Floats) -> Floats:
    """Grade the traffic of main streets by density [2]_.

    Parameters
    ----------
    density_veh_km : float array, shape (n,)
        Of one lane [veh/km].
    limits : float array, shape (5, n)
        Greatest density of the grades A to E [veh/km].

    Returns
    -------
    float array, shape (n,)
        0 for A to 5 for F; NaN where the density or a limit is unknown.
    """
    unknown = np.isnan(density_veh_km) | np.isnan(limits).any(axis=0)
    return np.where(unknown, np.nan, (density_veh_km > limits).sum(axis=0))
