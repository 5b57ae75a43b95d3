"""Density of cross-sections, from all their lanes, with what the interval before allows while traffic stands.

References
----------
.. [1] DUA, SWE Datenaufbereitung LVE, DaAnalyseMessQuerschnitt and table DUA26. Read. Unlike the density of one lane
   (:mod:`processing.kernels.analysis`) it has no cap, and a class without vehicles counts as one that stands.
"""

from __future__ import annotations

import numpy as np

from processing.kernels.group import Floats, Ints, ratio, total
from processing.kernels.measured import NOT_DETERMINABLE, Bools, Measured, reason, result, rounded


def density(
    group: Ints, n_groups: int, flow: Measured, speed: Measured, before: Measured, limit: Floats, greatest: Floats
) -> Measured:
    """Density of one class of vehicles.

    Parameters
    ----------
    group : integer array, shape (n,)
        Number of each lane's cross-section.
    n_groups : int
        Number of cross-sections.
    flow, speed : Measured, shape (n,)
        Flow and mean speed of each lane [veh/h, km/h].
    before : Measured, shape (n_groups,)
        Density of the interval before [veh/km].
    limit, greatest : float array, broadcast to (n_groups,)
        While nothing moves, a density that was below the limit becomes 0, else at least the greatest [veh/km].

    Returns
    -------
    Measured, shape (n_groups,)
        The squared sum of flows over the sum of flow times speed, in whole vehicles [veh/km] [1]_.
    """
    moving = ~np.isnan(flow.number) & ~np.isnan(speed.number)
    vehicles = np.nan_to_num(total(group[moving], flow.number[moving], n_groups))
    driven = np.nan_to_num(total(group[moving], flow.number[moving] * speed.number[moving], n_groups))
    fault = _any(group, n_groups, reason(flow.status, speed.status) > NOT_DETERMINABLE)
    stands = driven == 0
    number = np.where(stands, _standing(before, limit, greatest), rounded(ratio(vehicles**2, driven)))
    status = np.where(fault, reason(np.full(n_groups, 2)), np.where(stands, _kept(before), 0))
    quality = _mean(group, n_groups, flow.quality_ratio)
    product = _mean(group, n_groups, flow.quality_ratio * speed.quality_ratio)
    origin = _any(group, n_groups, flow.interpolated | speed.interpolated)
    return result(
        np.where(fault, np.nan, number), status, np.where(stands, 1.0, quality**2 * product), origin & ~stands
    )


def design_density(
    design_flow: Measured, speed: Measured, before: Measured, limit: Floats, greatest: Floats
) -> Measured:
    """Density in passenger car units.

    Parameters
    ----------
    design_flow, speed : Measured, shape (n,)
        Design flow, and mean speed of all vehicles [pcu/h, km/h].
    before : Measured, shape (n,)
        Design density of the interval before [pcu/km].
    limit, greatest : float array, broadcast to (n,)
        At speed 0 a density that was below the limit becomes 0, else the greatest [pcu/km].

    Returns
    -------
    Measured, shape (n,)
        Design flow over speed in whole units [1]_.
    """
    stands = speed.number == 0
    known = ~np.isnan(design_flow.number)
    held = np.where(before.number < limit, 0.0, greatest)
    number = np.where(stands, np.where(np.isnan(before.number), np.nan, held), rounded(_over(design_flow, speed)))
    status = np.where(stands & known, reason(np.full(stands.shape, 2)), reason(design_flow.status, speed.status))
    quality = np.where(stands, 1.0, design_flow.quality_ratio * speed.quality_ratio)
    origin = (design_flow.interpolated | speed.interpolated) & ~stands
    return result(np.where(known, number, np.nan), status, quality, origin)


def _over(flow: Measured, speed: Measured) -> Floats:
    return ratio(flow.number, speed.number)


def _standing(before: Measured, limit: Floats, greatest: Floats) -> Floats:
    return np.where(before.number < limit, 0.0, np.maximum(greatest, before.number))


def _kept(before: Measured) -> Ints:
    """Why nothing is known of what stands: what was missing before, at first "not determinable"."""
    return np.maximum(reason(before.status), NOT_DETERMINABLE)


def _mean(group: Ints, n_groups: int, quality: Floats) -> Floats:
    return ratio(total(group, quality, n_groups), np.bincount(group, minlength=n_groups).astype(np.float64))


def _any(group: Ints, n_groups: int, where: Bools) -> Bools:
    return np.bincount(group[where], minlength=n_groups) > 0
