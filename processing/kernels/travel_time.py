"""Travel time of road sections and what it says of their reliability.

References
----------
.. [1] FHWA, Travel Time Reliability: index is mean over free-flow travel time, planning time index the 95th percentile
   over it, buffer index what the 95th percentile adds to the mean, over the mean. Read.
.. [2] Common practice; unverified.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from processing.kernels.group import Floats, Ints, ratio, total

SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class TravelTimes:
    """Results by group, each of shape (n_groups,)."""

    mean_s: Floats
    percentile_s: Floats
    travel_time_index_ratio: Floats
    planning_time_index_ratio: Floats
    buffer_index_ratio: Floats


def travel_time(length_km: Floats, speed_kmh: Floats) -> Floats:
    """Time over a section at a speed [s]; NaN at speed 0, for standing traffic does not arrive."""
    return ratio(length_km * SECONDS_PER_HOUR, speed_kmh)


def reliability(
    group: Ints, n_groups: int, travel_time_s: Floats, free_travel_time_s: Floats, percentile_pct: float
) -> TravelTimes:
    """Compute the indices of sections.

    Parameters
    ----------
    group : integer array, shape (n,)
        Number of each travel time's group: one section and span.
    n_groups : int
        Number of groups.
    travel_time_s : float array, shape (n,)
        Travel times [s]; NaN is left out.
    free_travel_time_s : float array, shape (n_groups,)
        Travel time in free flow [s].
    percentile_pct : float
        Percentile to plan with, 95 in the source [%]; between two values linearly.

    Returns
    -------
    TravelTimes
        Mean and percentile [s], and the three indices [1]_.
    """
    there = ~np.isnan(travel_time_s)
    count = np.bincount(group[there], minlength=n_groups)
    mean_s = ratio(total(group, travel_time_s, n_groups), count.astype(np.float64))
    late_s = _percentile(group[there], travel_time_s[there], count, percentile_pct)
    return TravelTimes(
        mean_s,
        late_s,
        ratio(mean_s, free_travel_time_s),
        ratio(late_s, free_travel_time_s),
        ratio(late_s - mean_s, mean_s),
    )


def congestion_index(travel_time_s: Floats, free_travel_time_s: Floats) -> Floats:
    """What is lost of the speed of free flow, 0 to 1: one minus speed over free speed.

    Parameters
    ----------
    travel_time_s, free_travel_time_s : float array, shape (n,)
        Travel time, and that of free flow [s].

    Returns
    -------
    float array, shape (n,)
        Index; 0 where traffic is faster than free flow, NaN where either is missing [2]_.
    """
    return np.maximum(1.0 - ratio(free_travel_time_s, travel_time_s), 0.0)


def _percentile(group: Ints, values: Floats, count: Ints, percentile_pct: float) -> Floats:
    """Percentile by group, linear between the two values about it; NaN for an empty group."""
    if not len(values):
        return np.full(len(count), np.nan)
    ordered = values[np.lexsort((values, group))]
    rank = np.maximum(count - 1, 0) * (percentile_pct / 100.0)
    below = np.floor(rank).astype(np.int64)
    begin = np.minimum(np.cumsum(count) - count, len(ordered) - 1)
    low = np.minimum(begin + below, len(ordered) - 1)
    high = np.minimum(low + (below + 1 < count), len(ordered) - 1)
    between = ordered[low] + (rank - below) * (ordered[high] - ordered[low])
    return np.where(count > 0, between, np.nan)
