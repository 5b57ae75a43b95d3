"""Lanes: flow, share of heavy vehicles, occupancy, speed and density of one lane over one window.

References
----------
.. [1] DUA, SWE Aggregation LVE (AggregationsFsOderVmq): flow is the mean of the hourly rates of the valid
   sub-intervals, speed the flow-weighted arithmetic mean. Read.
.. [2] DUA, SWE Messwertaufbereitung (CommonFunctions.berechneDichte): density is flow over speed. Read; its rule for
   speed zero needs the previous density and is not applied here, where such a density is undefined.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from processing.kernels.group import Floats, Ints, ratio, total

HOUR_S = 3600.0
PERCENT = 100.0


@dataclass(frozen=True, slots=True)
class Lanes:
    """Indicators by group, each of shape (n_groups,)."""

    flow_veh_h: Floats
    heavy_share_pct: Floats
    occupancy_pct: Floats
    speed_kmh: Floats
    density_veh_km: Floats
    covered_s: Floats


def lanes(
    group: Ints,
    n_groups: int,
    interval_s: Floats,
    count: Floats,
    heavy_count: Floats,
    occupancy_pct: Floats,
    speed_kmh: Floats,
) -> Lanes:
    """Compute the indicators of lanes from their intervals.

    Parameters
    ----------
    group : integer array, shape (n,)
        Number of each interval's group: one lane and window.
    n_groups : int
        Number of groups.
    interval_s : float array, shape (n,)
        Length of the interval [s].
    count, heavy_count : float array, shape (n,)
        Vehicles, and heavy vehicles among them; NaN where not reported.
    occupancy_pct : float array, shape (n,)
        Occupancy [%].
    speed_kmh : float array, shape (n,)
        Arithmetic mean speed [km/h]; NaN where there was no vehicle.

    Returns
    -------
    Lanes
        Flow [veh/h], share of heavy vehicles [%], occupancy [%], speed [km/h], density [veh/km], time covered by
        intervals that report any value [s]. Speed is weighted by vehicles; of a detector that counts none, by time.

    Raises
    ------
    ValueError
        The shapes disagree, or a group's number is out of range.
    """

    def seconds_of(values: Floats) -> Floats:
        return np.where(np.isnan(values), np.nan, interval_s)

    flow_veh_h = ratio(total(group, count, n_groups) * HOUR_S, total(group, seconds_of(count), n_groups))
    both = count + heavy_count - heavy_count
    heavy = heavy_count + count - count
    heavy_share_pct = ratio(total(group, heavy, n_groups) * PERCENT, total(group, both, n_groups))
    occupancy = ratio(
        total(group, occupancy_pct * interval_s, n_groups), total(group, seconds_of(occupancy_pct), n_groups)
    )
    by_vehicles = ratio(
        total(group, speed_kmh * count, n_groups), total(group, np.where(np.isnan(speed_kmh), np.nan, count), n_groups)
    )
    uncounted = np.where(np.isnan(count), speed_kmh, np.nan)
    by_time = ratio(total(group, uncounted * interval_s, n_groups), total(group, seconds_of(uncounted), n_groups))
    speed = np.where(np.isnan(by_vehicles), by_time, by_vehicles)
    density = np.where(flow_veh_h == 0, 0.0, ratio(flow_veh_h, speed))
    reported = ~(np.isnan(count) & np.isnan(occupancy_pct) & np.isnan(speed_kmh))
    covered_s = np.nan_to_num(total(group, np.where(reported, interval_s, np.nan), n_groups))
    return Lanes(flow_veh_h, heavy_share_pct, occupancy, speed, density, covered_s)
