"""Cross-sections: lanes of one direction together, and virtual ones from the cross-sections around a ramp.

References
----------
.. [1] DUA, SWE Datenaufbereitung LVE, tables DUA26, DUA81, DUA82 and DUA83. Read. City of Berlin, traffic detection: a
   cross-section has a value only where every lane has one. Read.
.. [2] DUA, SWE DE Langzeit-Fehlererkennung: flow over the balance of the site before it. Its tables read.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from processing.kernels.group import Floats, Ints, ratio, total
from processing.kernels.measured import EITHER, NOT_DETERMINABLE, REPORTED, Bools, Measured, result, rounded

PERCENT = 100.0


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
        lane is missing. A lane without vehicles needs no speed; one that says "not determinable" counts for nothing,
        and where no lane says more, neither does the cross-section [1]_.
    """
    silent = flow.status == NOT_DETERMINABLE
    counted = ~np.isnan(flow.number)
    seen = np.bincount(group[counted | silent], minlength=n_groups)
    whole = seen == lanes
    sum_flow = np.where(whole, total(group, flow.number, n_groups), np.nan)
    flow_quality = _mean(group, n_groups, flow.quality_ratio)
    still = silent | (flow.number == 0) | (speed.status == NOT_DETERMINABLE)
    timed = counted & ~np.isnan(speed.number)
    settled = whole & (np.bincount(group[timed | (still & (counted | silent))], minlength=n_groups) == lanes)
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
        result(np.where(flow_fault, np.nan, sum_flow), _status(flow_fault, there), flow_quality, origin),
        result(
            np.where(settled & ~speed_fault, mean, np.nan),
            _status(speed_fault, there),
            weighted * flow_quality,
            origin | _any(group, n_groups, speed.interpolated),
        ),
    )


def strict(flow: Measured, speed: Measured) -> tuple[Measured, Measured]:
    """Take "not determinable" for missing, so that a cross-section has a value only where every lane has one.

    Parameters
    ----------
    flow, speed : Measured, shape (n,)
        Flow and mean speed of each lane [veh/h, km/h].

    Returns
    -------
    flow, speed : Measured, shape (n,)
        The same, to be added by :func:`cross_section` as the city of Berlin does [1]_; without vehicles there still is
        no speed to miss.
    """
    unheard, unseen = flow.status == NOT_DETERMINABLE, speed.status == NOT_DETERMINABLE
    return (
        replace(flow, status=np.where(unheard, REPORTED, flow.status)),
        replace(speed, status=np.where(unseen & ~(flow.number == 0), REPORTED, speed.status)),
    )


def virtual(flow: Measured, share: Floats, speed: Measured) -> tuple[Measured, Measured]:
    """Balance the flows of cross-sections to one that is not measured, for instance beside a ramp.

    Parameters
    ----------
    flow : Measured, shape (k, n)
        Flows of the cross-sections, the main carriageway's first [veh/h].
    share : float array, shape (k,)
        What each adds to the flow sought: 1 for all of it, -1 for one that leaves, parts where traffic divides.
    speed : Measured, shape (n,)
        Mean speed of the cross-section that stands for it [km/h].

    Returns
    -------
    flow, speed : Measured, shape (n,)
        Weighted sum in whole vehicles, not below 0 [veh/h]; missing where any is. The speed is the one given [1]_.
    """
    weight = np.abs(share)[:, None]
    number = np.maximum(rounded((flow.number * share[:, None]).sum(axis=0)), 0.0)
    fault = np.logical_or.reduce(flow.status > NOT_DETERMINABLE)
    said = np.logical_or.reduce(flow.status != REPORTED)
    quality = ratio((flow.quality_ratio * weight).sum(axis=0), weight.sum(axis=0))
    accepted = replace(speed, status=np.where(speed.status > NOT_DETERMINABLE, EITHER, speed.status))
    return result(number, _status(fault, said), quality, np.logical_or.reduce(flow.interpolated)), accepted


def deviation(measured_veh_h: Floats, balance_veh_h: Floats) -> Floats:
    """How far a measured flow is from the balance of its neighbours.

    Parameters
    ----------
    measured_veh_h, balance_veh_h : float array, shape (n,)
        Flow of the cross-section, and what those around it say it should be [veh/h].

    Returns
    -------
    float array, shape (n,)
        Deviation, negative where too little is measured [%]; NaN where either is missing or the balance is 0 [2]_.
    """
    return PERCENT * (ratio(measured_veh_h, balance_veh_h) - 1.0)


def _mean(group: Ints, n_groups: int, quality: Floats) -> Floats:
    return ratio(total(group, quality, n_groups), np.bincount(group, minlength=n_groups).astype(np.float64))


def _any(group: Ints, n_groups: int, where: Bools) -> Bools:
    return np.bincount(group[where], minlength=n_groups) > 0


def _status(fault: Bools, there: Bools) -> Ints:
    return np.where(fault, EITHER, np.where(there, NOT_DETERMINABLE, REPORTED))
