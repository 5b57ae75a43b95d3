"""Aggregation: from 15 s to 1, 5, 15 min, hour and day, each step by the same rule.

References
----------
.. [1] DUA, SWE Aggregation LVE: tables DUA28 (lanes, cross-sections, virtual ones) and AggregationsFsOderVmq. Flow is
   the mean of the hourly rates of the valid sub-intervals, speed the flow-weighted arithmetic mean; quality falls with
   what is missing. Read.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from processing.kernels.group import Floats, Ints, ratio, total
from processing.kernels.measured import EITHER, NOT_DETERMINABLE, REPORTED, Bools, Measured, result, rounded

DAY_H = 24.0


def aggregate(
    group: Ints, n_groups: int, interval_s: Floats, flow: Measured, speed: Measured, expected_s: Floats
) -> tuple[Measured, Measured]:
    """Aggregate flow and speed of one class.

    Parameters
    ----------
    group : integer array, shape (n,)
        Number of each interval's group: one lane and longer interval.
    n_groups : int
        Number of groups.
    interval_s : float array, shape (n,)
        Length of the interval [s].
    flow : Measured, shape (n,)
        Flow [veh/h].
    speed : Measured, shape (n,)
        Mean speed [km/h].
    expected_s : float array, broadcast to (n_groups,)
        Length of the longer interval [s].

    Returns
    -------
    flow, speed : Measured, shape (n_groups,)
        Means in whole units [veh/h, km/h]. Where none can be formed: "either" if any input was faulty, else "not
        determinable", with full quality; interpolated where a substitute took part or an interval is missing [1]_.
    """
    counted = ~np.isnan(flow.number)
    timed = ~np.isnan(speed.number)
    seconds = np.where(counted, interval_s, np.nan)
    mean_flow = rounded(ratio(total(group, flow.number * interval_s, n_groups), total(group, seconds, n_groups)))
    both = counted & timed
    vehicles = np.where(both, flow.number * interval_s, np.nan)
    mean_speed = rounded(ratio(total(group, vehicles * speed.number, n_groups), total(group, vehicles, n_groups)))
    # Without vehicles there is no speed to miss.
    settled = counted & (timed | (flow.number == 0))
    speed_known = np.where(timed, flow.quality_ratio * speed.quality_ratio, flow.quality_ratio)
    flow_quality = _quality(group, n_groups, np.where(counted, flow.quality_ratio * interval_s, 0.0), expected_s)
    weighted = _quality(group, n_groups, np.where(settled, speed_known * interval_s, 0.0), expected_s)
    weight = _quality(group, n_groups, np.where(settled, flow.quality_ratio * interval_s, 0.0), expected_s)
    flow_gap = _quality(group, n_groups, np.where(counted, interval_s, 0.0), expected_s) < 1
    speed_gap = _quality(group, n_groups, np.where(settled, interval_s, 0.0), expected_s) < 1
    return (
        _result(group, n_groups, mean_flow, flow, flow_quality, flow_gap),
        _result(group, n_groups, mean_speed, speed, weighted * weight, speed_gap),
    )


def across(group: Ints, n_groups: int, flow: Measured, speed: Measured, lanes: Floats) -> tuple[Measured, Measured]:
    """Add the lanes of longer intervals that were aggregated one by one.

    Parameters
    ----------
    group : integer array, shape (n,)
        Number of each lane's cross-section.
    n_groups : int
        Number of cross-sections.
    flow, speed : Measured, shape (n,)
        Flow and mean speed of each lane [veh/h, km/h].
    lanes : float array, broadcast to (n_groups,)
        How many lanes the cross-section has.

    Returns
    -------
    flow, speed : Measured, shape (n_groups,)
        Sum of the flows that are there, and flow-weighted mean of the speeds [veh/h, km/h]; what is missing costs
        quality, as an interval does that is missing in time [1]_.
    """
    mean, speed_mean = aggregate(group, n_groups, np.ones(len(group)), flow, speed, lanes)
    return replace(
        mean, number=np.where(np.isnan(mean.number), np.nan, total(group, flow.number, n_groups))
    ), speed_mean


def daily(flow_veh_h: Floats) -> Floats:
    """Vehicles per day from the mean hourly flow of a day [veh/d]."""
    return flow_veh_h * DAY_H


def _quality(group: Ints, n_groups: int, seconds: Floats, expected_s: Floats) -> Floats:
    return np.nan_to_num(total(group, seconds, n_groups)) / expected_s


def _result(group: Ints, n_groups: int, number: Floats, part: Measured, quality: Floats, gap: Bools) -> Measured:
    """Give a mean its status, quality and origin from its parts."""

    def any_of(where: Bools) -> Bools:
        return np.bincount(group[where], minlength=n_groups) > 0

    fault = any_of(part.status > NOT_DETERMINABLE)
    status = np.where(fault, EITHER, np.where(any_of(np.ones(len(group), np.bool_)), NOT_DETERMINABLE, REPORTED))
    return result(number, status, np.where(np.isnan(number), 1.0, quality), any_of(part.interpolated) | gap)
