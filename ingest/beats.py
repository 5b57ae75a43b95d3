"""Sums over readings by sensor and hour of receipt: latency, order, repetitions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emscher.latency import BUCKETS, EDGES_S
from emscher.stream import HOUR_S, SECOND_US

STORED, IN_FUTURE, TOO_OLD = range(3)
"""Kinds of reading: one that passed its checks, and those refused for their time."""

Whole = npt.NDArray[np.int64]
Truth = npt.NDArray[np.bool_]
Real = npt.NDArray[np.float64]

_HOUR_US = HOUR_S * SECOND_US
_MS_US = 1000


@dataclass(frozen=True, slots=True)
class Sums:
    """One row per sensor and hour, in that order.

    Parameters
    ----------
    sensors, hours_us : int64 array, shape (n,)
        Whose sums, and start of the hour of receipt [us since 1970].
    readings, in_future, too_old : int64 array, shape (n,)
        Readings that passed their checks, and those refused for their time.
    out_of_order, repeated : int64 array, shape (n,)
        Of those that passed: older than one before it, and of the same moment as the newest before it.
    latency_sum_s, latency_min_s, latency_max_s : float array, shape (n,)
        Receipt minus latest moment, over all of them [s].
    counts : int64 array, shape (n, BUCKETS)
        Readings by latency.
    first_us, last_us : int64 array, shape (n,)
        First and last receipt [us since 1970].
    """

    sensors: Whole
    hours_us: Whole
    readings: Whole
    in_future: Whole
    too_old: Whole
    out_of_order: Whole
    repeated: Whole
    latency_sum_s: Real
    latency_min_s: Real
    latency_max_s: Real
    counts: Whole
    first_us: Whole
    last_us: Whole


def summed(sensors: Whole, at_us: Whole, latest_us: Whole, kinds: Whole, outs: Truth, repeats: Truth) -> Sums:
    """Sum readings by sensor and hour of receipt; there must be one.

    Parameters
    ----------
    sensors : int64 array, shape (n,)
        Number of the sensor.
    at_us, latest_us : int64 array, shape (n,)
        Receipt, and the latest moment the reading speaks of [us since 1970].
    kinds : int64 array, shape (n,)
        :data:`STORED`, :data:`IN_FUTURE` or :data:`TOO_OLD`.
    outs, repeats : bool array, shape (n,)
        From :func:`order`; false for refused readings.
    """
    hours = at_us // _HOUR_US
    first_hour = int(hours.min())
    # Sensor and hour in one number, which sorts faster than two.
    keys = sensors * (int(hours.max()) - first_hour + 1) + (hours - first_hour)
    sorting = np.argsort(keys, kind="stable")
    keys = keys[sorting]
    starts = np.flatnonzero(np.diff(keys, prepend=keys[:1] - 1))
    groups = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(keys)))
    at_us, kinds = at_us[sorting], kinds[sorting]
    latency_s = (at_us - latest_us[sorting]) / SECOND_US
    buckets = np.searchsorted(EDGES_S, latency_s, side="right")
    counts = np.bincount(groups * BUCKETS + buckets, minlength=len(starts) * BUCKETS).reshape(-1, BUCKETS)

    def count(chosen: Truth) -> Whole:
        return np.bincount(groups[chosen], minlength=len(starts))

    return Sums(
        sensors[sorting][starts],
        hours[sorting][starts] * _HOUR_US,
        count(kinds == STORED),
        count(kinds == IN_FUTURE),
        count(kinds == TOO_OLD),
        count(outs[sorting]),
        count(repeats[sorting]),
        np.add.reduceat(latency_s, starts),
        np.minimum.reduceat(latency_s, starts),
        np.maximum.reduceat(latency_s, starts),
        counts,
        np.minimum.reduceat(at_us, starts),
        np.maximum.reduceat(at_us, starts),
    )


def order(sensors: Whole, latest_us: Whole, newest_us: Mapping[int, int]) -> tuple[Truth, Truth, dict[int, int]]:
    """Find readings that came after a newer one of their sensor, and those that repeat its newest moment.

    Parameters
    ----------
    sensors, latest_us : int64 array, shape (n,)
        In the order of arrival: number of the sensor, latest moment the reading speaks of [us since 1970].
    newest_us : mapping of int to int
        Newest moment of each sensor before them [us since 1970].

    Returns
    -------
    outs, repeats : bool array, shape (n,)
        Older than a reading before it; of the same moment as the newest before it. To the millisecond.
    newest_us : dict of int to int
        Newest moment of each sensor now [us since 1970].
    """
    if not len(sensors):
        return np.empty(0, bool), np.empty(0, bool), dict(newest_us)
    sorting = np.argsort(sensors, kind="stable")
    starts = np.flatnonzero(np.diff(sensors[sorting], prepend=-1))
    groups = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(sensors)))
    names: list[int] = sensors[sorting][starts].tolist()
    first_ms = int(latest_us.min()) // _MS_US
    times_ms = latest_us[sorting] // _MS_US - first_ms
    known_ms = np.array([newest_us[name] // _MS_US - first_ms if name in newest_us else -1 for name in names])
    # Each sensor's times are lifted above the last one's, so that one running maximum serves all sensors.
    lifts = groups * (int(times_ms.max()) + 1)
    before_ms = np.full(len(sensors), -1)
    before_ms[1:] = np.maximum.accumulate(times_ms + lifts)[:-1] - lifts[1:]
    before_ms[starts] = -1
    before_ms = np.maximum(before_ms, known_ms[groups])
    outs, repeats = np.empty(len(sensors), bool), np.empty(len(sensors), bool)
    outs[sorting], repeats[sorting] = times_ms < before_ms, times_ms == before_ms
    newest = np.maximum.reduceat(latest_us[sorting], starts).tolist()
    now_us = dict(newest_us)
    now_us |= {name: max(us, newest_us.get(name, us)) for name, us in zip(names, newest, strict=True)}
    return outs, repeats, now_us
