"""Cross-sections: lanes of one direction together, and virtual ones from the cross-sections around a ramp.

References
----------
.. [1] DUA, SWE Datenaufbereitung LVE, tables DUA26 and DUA81. Read. City of Berlin, traffic detection: a cross-section
   has a value only where every lane has one. Read.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from processing.kernels.group import Floats, Ints, ratio, total
from processing.kernels.measured import EITHER, NOT_DETERMINABLE, REPORTED, Bools, Measured, result, rounded


def cross_section(
    group: Ints, n_groups: int, flow: Measured, speed: Measured, lanes: Ints
) -> tuple[Measured, Measured]:
    """Add the lanes of cross-sections.

    Parameters
    ----------
    group : integer array, shape (n,)
        Number of each lane's group: one cross-section and interval.
    n_groups : int
        Number of groups.
    flow, speed : Measured, shape (n,)
        Flow and mean speed of each lane [veh/h, km/h].
    lanes : integer array, broadcast to (n_groups,)
        How many lanes the cross-section has.

    Returns
    -------
    flow, speed : Measured, shape (n_groups,)
        Sum of the flows, and flow-weighted arithmetic mean of the speeds in whole km/h [veh/h, km/h]; neither where a
        lane is missing. A lane without vehicles needs no speed [1]_.
    """
    counted = ~np.isnan(flow.number)
    seen = np.bincount(group[counted], minlength=n_groups)
    whole = seen == lanes
    sum_flow = np.where(whole, total(group, flow.number, n_groups), np.nan)
    flow_quality = _mean(group, n_groups, flow.quality_ratio)
    timed = counted & (~np.isnan(speed.number) | (flow.number == 0))
    settled = whole & (np.bincount(group[timed], minlength=n_groups) == lanes)
    vehicles = np.where(np.isnan(speed.number), np.nan, flow.number)
    mean = rounded(ratio(total(group, vehicles * speed.number, n_groups), total(group, vehicles, n_groups)))
    product = np.where(flow.number == 0, flow.quality_ratio, flow.quality_ratio * speed.quality_ratio)
    weighted = _mean(group, n_groups, product)
    flow_fault = _any(group, n_groups, flow.status > NOT_DETERMINABLE)
    needed = (speed.status > NOT_DETERMINABLE) & ~(flow.number == 0)
    speed_fault = flow_fault | _any(group, n_groups, needed)
    there = np.bincount(group, minlength=n_groups) > 0
    origin = _any(group, n_groups, flow.interpolated)
    return (
        result(sum_flow, _status(flow_fault, there), flow_quality, origin),
        result(
            np.where(settled, mean, np.nan),
            _status(speed_fault, there),
            weighted * flow_quality,
            origin | _any(group, n_groups, speed.interpolated),
        ),
    )


def virtual(flow: Measured, sign: Floats, speed: Measured) -> tuple[Measured, Measured]:
    """Balance the flows around a ramp.

    Parameters
    ----------
    flow : Measured, shape (k, n)
        Flows of the cross-sections, the main carriageway's first [veh/h].
    sign : float array, shape (k,)
        1 for one that adds to the flow sought, -1 for one that leaves it.
    speed : Measured, shape (n,)
        Mean speed on the main carriageway [km/h].

    Returns
    -------
    flow, speed : Measured, shape (n,)
        Signed sum, not below 0 [veh/h]; missing where any is. The speed is the main carriageway's [1]_.
    """
    number = np.maximum((flow.number * sign[:, None]).sum(axis=0), 0.0)
    fault = np.logical_or.reduce(flow.status > NOT_DETERMINABLE)
    said = np.logical_or.reduce(flow.status != REPORTED)
    quality = flow.quality_ratio.mean(axis=0)
    accepted = replace(speed, status=np.where(speed.status > NOT_DETERMINABLE, EITHER, speed.status))
    return result(number, _status(fault, said), quality, np.logical_or.reduce(flow.interpolated)), accepted


def _mean(group: Ints, n_groups: int, quality: Floats) -> Floats:
    return ratio(total(group, quality, n_groups), np.bincount(group, minlength=n_groups).astype(np.float64))


def _any(group: Ints, n_groups: int, where: Bools) -> Bools:
    return np.bincount(group[where], minlength=n_groups) > 0


def _status(fault: Bools, there: Bools) -> Ints:
    return np.where(fault, EITHER, np.where(there, NOT_DETERMINABLE, REPORTED))
