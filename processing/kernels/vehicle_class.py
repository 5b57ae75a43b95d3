"""Classes of vehicles: flow of each of the 8+1 classes of TLS, and grouped into light and heavy ones.

References
----------
.. [1] TLS 2012, classes 8+1 as the report of the German automatic counting stations (BASt) has them: light
   (Pkw-ähnlich) are motorcycles, passenger cars and vans; heavy (Lkw-ähnlich) are passenger cars with trailer, trucks,
   trucks with trailer, articulated trucks and buses. Read. That vehicles which could not be classified are in neither
   group is not verified.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from processing.kernels.group import Floats, Ints, ratio, total

HOUR_S = 3600.0
PERCENT = 100.0

LIGHT, HEAVY, UNCLASSIFIED = slice(0, 3), slice(3, 8), 8
"""Places: motorcycle, car, van; car with trailer, truck, truck with trailer, articulated, bus; without a class."""
CLASSES = 9


@dataclass(frozen=True, slots=True)
class Classified:
    """Flows by class (9, n_groups) and what follows from them (n_groups,) [veh/h, %, s]."""

    flow_veh_h: Floats
    light_veh_h: Floats
    heavy_veh_h: Floats
    heavy_share_pct: Floats
    unclassified_share_pct: Floats
    covered_s: Floats


def classified(group: Ints, n_groups: int, interval_s: Floats, count: Floats) -> Classified:
    """Compute flows by class from the counts of intervals.

    Parameters
    ----------
    group : integer array, shape (n,)
        Number of each interval's group: one lane and window.
    n_groups : int
        Number of groups.
    interval_s : float array, shape (n,)
        Length of the interval [s].
    count : float array, shape (9, n)
        Vehicles by class, in the order of the stream; NaN where a class is not reported.

    Returns
    -------
    Classified
        Flow of each class over the intervals that report it [veh/h]. Light, heavy and the share of heavy ones among
        both [%] are of the intervals that report every class of the two, that of vehicles without a class [%] of those
        that report all nine: a class that is missing makes a group too small, so such an interval has none. Last the
        time covered by intervals that report all nine [s].

    Raises
    ------
    ValueError
        The shapes disagree, or a group's number is out of range.
    """
    if count.shape != (CLASSES, len(group)):
        raise ValueError(f"counts of shape {count.shape} for {CLASSES} classes and {len(group)} intervals")

    def hourly(vehicles: Floats) -> Floats:
        seconds = np.where(np.isnan(vehicles), np.nan, interval_s)
        return ratio(total(group, vehicles * HOUR_S, n_groups), total(group, seconds, n_groups))

    def share(some: Floats, every: Floats) -> Floats:
        return ratio(total(group, some + every - every, n_groups) * PERCENT, total(group, every, n_groups))

    light, heavy = count[LIGHT].sum(axis=0), count[HEAVY].sum(axis=0)
    every = light + heavy + count[UNCLASSIFIED]
    covered_s = np.nan_to_num(total(group, np.where(np.isnan(every), np.nan, interval_s), n_groups))
    return Classified(
        np.stack([hourly(one) for one in count]),
        hourly(light),
        hourly(heavy),
        share(heavy, light + heavy),
        share(count[UNCLASSIFIED], every),
        covered_s,
    )
