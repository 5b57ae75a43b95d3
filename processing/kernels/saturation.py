"""Degree of saturation: demand over what green can serve.

References
----------
.. [1] HBS 2015 (FGSV DOK 69801): saturation flow is 3600 over the time needed per vehicle, 1.8 s. Read in the abstract.
.. [2] Green utilisation as adaptive controls measure it: green less the time unused beyond a gap per vehicle, over
   green; from the literature on SCATS, unverified.
"""

from __future__ import annotations

import numpy as np

from processing.kernels.group import Floats, ratio

HOUR_S = 3600.0


def capacity_veh_h(green_ratio: Floats, needed_s: Floats) -> Floats:
    """Capacity of a lane.

    Parameters
    ----------
    green_ratio : float array, shape (n,)
        Share of green, 0 to 1.
    needed_s : float array, shape (n,)
        Time needed per vehicle [s].

    Returns
    -------
    float array, shape (n,)
        Capacity [veh/h].
    """
    return green_ratio * ratio(np.full_like(needed_s, HOUR_S), needed_s)


def degree_of_saturation(flow_veh_h: Floats, capacity: Floats) -> Floats:
    """Demand over capacity.

    Parameters
    ----------
    flow_veh_h, capacity : float array, shape (n,)
        Demand and capacity [veh/h].

    Returns
    -------
    float array, shape (n,)
        Above 1 when overloaded; NaN without capacity.
    """
    return ratio(flow_veh_h, capacity)


def green_utilisation(green_s: Floats, occupied_s: Floats, vehicle_count: Floats, gap_s: float) -> Floats:
    """Share of green that vehicles used, from the gaps between them.

    Parameters
    ----------
    green_s : float array, shape (n,)
        Green [s].
    occupied_s : float array, shape (n,)
        Time of green in which the stop line was occupied [s].
    vehicle_count : float array, shape (n,)
        Vehicles that crossed in green.
    gap_s : float
        Gap between vehicles at saturation flow [s].

    Returns
    -------
    float array, shape (n,)
        0 to 1; NaN without green.
    """
    unused_s = np.maximum(0.0, green_s - occupied_s - vehicle_count * gap_s)
    return ratio(green_s - unused_s, green_s)
