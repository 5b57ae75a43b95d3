"""Speeds, each by its own name: time mean, space mean, and the speed of a single loop.

References
----------
.. [1] Wardrop 1952: the space mean is the harmonic mean, and the time mean exceeds it by the variance of the space
   speeds over it. From the literature, unverified; the identity was recomputed.
.. [2] Bickel et al. 2007, Statistical Science 22:581: speed of a single loop from flow, occupancy and the mean
   effective length of vehicles (g-factor). Read.
"""

from __future__ import annotations

import numpy as np

from processing.kernels.group import Floats, Ints, ratio, total

METRES_PER_KM = 1000.0
PERCENT = 100.0


def time_mean_speed(group: Ints, n_groups: int, speed_kmh: Floats) -> Floats:
    """Arithmetic mean of the speeds of vehicles at one point, by group [km/h]; NaN without vehicles."""
    return ratio(total(group, speed_kmh, n_groups), total(group, np.where(np.isnan(speed_kmh), np.nan, 1.0), n_groups))


def space_mean_speed(group: Ints, n_groups: int, speed_kmh: Floats) -> Floats:
    """Average the speeds of vehicles as they are spread along the road.

    Parameters
    ----------
    group : integer array, shape (n,)
        Number of each vehicle's group: one lane and window.
    n_groups : int
        Number of groups.
    speed_kmh : float array, shape (n,)
        Speed of each vehicle [km/h]; NaN is left out.

    Returns
    -------
    float array, shape (n_groups,)
        Harmonic mean [km/h] [1]_; 0 where a vehicle stood.
    """
    with np.errstate(divide="ignore"):
        slowness = 1.0 / speed_kmh
    vehicles = total(group, np.where(np.isnan(speed_kmh), np.nan, 1.0), n_groups)
    return vehicles / total(group, slowness, n_groups)


def space_mean_of_flows(group: Ints, n_groups: int, flow_veh_h: Floats, speed_kmh: Floats) -> Floats:
    """Average mean speeds of lanes or intervals as their vehicles are spread along the road.

    Parameters
    ----------
    group : integer array, shape (n,)
        Number of each mean's group.
    n_groups : int
        Number of groups.
    flow_veh_h, speed_kmh : float array, shape (n,)
        Flow and its mean speed [veh/h, km/h]; where either is NaN, and without vehicles, it is left out.

    Returns
    -------
    float array, shape (n_groups,)
        Harmonic mean weighted by flow [km/h] [1]_: flow over density. 0 where vehicles stood.
    """
    driven = ~np.isnan(flow_veh_h + speed_kmh) & (flow_veh_h > 0)
    flow = np.where(driven, flow_veh_h, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        density = flow / speed_kmh
    return total(group, flow, n_groups) / total(group, density, n_groups)


def space_speed_variance(group: Ints, n_groups: int, speed_kmh: Floats) -> Floats:
    """Variance of the speeds along the road about the space mean, by group [km2/h2].

    Vehicles at a point are seen in proportion to their speed, so each counts with its slowness [1]_.
    """
    mean = space_mean_speed(group, n_groups, speed_kmh)
    weight = 1.0 / speed_kmh
    spread = total(group, weight * (speed_kmh - mean[group]) ** 2, n_groups)
    return ratio(spread, total(group, weight, n_groups))


def single_loop_speed(flow_veh_h: Floats, occupancy_pct: Floats, length_m: Floats) -> Floats:
    """Estimate the speed over a single loop.

    Parameters
    ----------
    flow_veh_h : float array, shape (n,)
        Flow [veh/h].
    occupancy_pct : float array, shape (n,)
        Occupancy [%].
    length_m : float array, broadcast to (n,)
        Mean effective length: vehicle and loop (g-factor) [m].

    Returns
    -------
    float array, shape (n,)
        Speed [km/h] [2]_; NaN where nothing occupied the loop.
    """
    return ratio(flow_veh_h * length_m * PERCENT, occupancy_pct * METRES_PER_KM)


def effective_length(
    flow_veh_h: Floats, occupancy_pct: Floats, free_speed_kmh: Floats, greatest_occupancy_pct: float
) -> Floats:
    """Calibrate the effective length of vehicles in free flow.

    Parameters
    ----------
    flow_veh_h, occupancy_pct : float array, shape (n,)
        Flow and occupancy [veh/h, %].
    free_speed_kmh : float array, broadcast to (n,)
        Speed of free flow [km/h].
    greatest_occupancy_pct : float
        At a higher occupancy traffic is not free, and the length stays unknown [%].

    Returns
    -------
    float array, shape (n,)
        Mean effective length [m] [2]_; to be smoothed by time of day before use.
    """
    free = occupancy_pct <= greatest_occupancy_pct
    length_m = ratio(free_speed_kmh * occupancy_pct * METRES_PER_KM, flow_veh_h * PERCENT)
    return np.where(free & (flow_veh_h > 0) & (occupancy_pct > 0), length_m, np.nan)
