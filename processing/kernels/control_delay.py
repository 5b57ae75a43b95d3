"""Control delay at signals: the mean wait that a green share and a demand bring about.

References
----------
.. [1] HCM 7, Eq. 19-18 to 19-22: uniform delay d1 and incremental delay d2, k = 0.5 for fixed time, I = 1, T = 0.25 h.
   Read in the functions of NCHRP 08-135.
.. [2] VSS 40 023a and HBS: the same with T = 1 h; tab. 7 of the former recomputed, HBS 2015 unverified.
.. [3] Webster 1958, delay at fixed-time signals with its first two terms and the factor 0.9. Recomputed.
"""

from __future__ import annotations

import numpy as np

from processing.kernels.group import Floats, ratio

HOUR_S = 3600.0


def uniform_delay_s(cycle_s: Floats, green_ratio: Floats, saturation: Floats) -> Floats:
    """Delay d1 of arrivals that are spread evenly.

    Parameters
    ----------
    cycle_s, green_ratio, saturation : float array, shape (n,)
        Cycle [s], share of green 0 to 1, degree of saturation.

    Returns
    -------
    float array, shape (n,)
        Delay [s]; NaN without a cycle.
    """
    served = np.minimum(1.0, saturation) * green_ratio
    return np.where(green_ratio >= 1, 0.0, ratio(0.5 * cycle_s * (1 - green_ratio) ** 2, 1 - served)) + 0.0 * cycle_s


def incremental_delay_s(
    saturation: Floats, capacity_veh_h: Floats, period_h: float, k: float = 0.5, upstream: float = 1.0
) -> Floats:
    """Delay d2 by chance and by overload.

    Parameters
    ----------
    saturation : float array, shape (n,)
        Degree of saturation.
    capacity_veh_h : float array, shape (n,)
        Capacity [veh/h].
    period_h : float
        Length of the period looked at [h].
    k, upstream : float
        Factors for the kind of control, and for signals upstream.

    Returns
    -------
    float array, shape (n,)
        Delay [s].
    """
    over = saturation - 1
    chance = ratio(8 * k * upstream * saturation, capacity_veh_h * period_h)
    return 900 * period_h * (over + np.sqrt(over**2 + chance))


def control_delay_s(
    flow_veh_h: Floats,
    capacity_veh_h: Floats,
    cycle_s: Floats,
    green_ratio: Floats,
    period_h: float,
    progression: float = 1.0,
) -> Floats:
    """Mean delay of all vehicles: uniform, times the factor of progression, and incremental.

    Parameters
    ----------
    flow_veh_h, capacity_veh_h : float array, shape (n,)
        Demand and capacity [veh/h].
    cycle_s, green_ratio : float array, shape (n,)
        Cycle [s] and share of green, 0 to 1.
    period_h : float
        0.25 h in the HCM, 1 h in VSS and HBS [h].
    progression : float
        Factor PF; 1 for arrivals at random.

    Returns
    -------
    float array, shape (n,)
        Delay [s]; NaN without capacity.
    """
    x = ratio(flow_veh_h, capacity_veh_h)
    return uniform_delay_s(cycle_s, green_ratio, x) * progression + incremental_delay_s(x, capacity_veh_h, period_h)


def webster_delay_s(flow_veh_h: Floats, saturation_flow_veh_h: Floats, green_s: Floats, cycle_s: Floats) -> Floats:
    """Webster's mean delay.

    Parameters
    ----------
    flow_veh_h, saturation_flow_veh_h : float array, shape (n,)
        Demand and saturation flow [veh/h].
    green_s, cycle_s : float array, shape (n,)
        Effective green and cycle [s].

    Returns
    -------
    float array, shape (n,)
        Delay [s]; NaN where demand reaches capacity, for which the formula is not made.
    """
    share = ratio(green_s, cycle_s)
    x = ratio(flow_veh_h, share * saturation_flow_veh_h)
    uniform = ratio(cycle_s * (1 - share) ** 2, 2 * (1 - share * x))
    chance = ratio(x**2, 2 * flow_veh_h / HOUR_S * (1 - x))
    delay_s = 0.9 * (uniform + np.where(flow_veh_h == 0, 0.0, chance))
    return np.where(x < 1, delay_s, np.nan)
