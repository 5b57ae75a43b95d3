"""Plausibility of one interval of one lane: rules B7 to B22 of the German traffic centres.

Arrays of shape (3, n) hold the classes in the order :data:`ALL`, :data:`HEAVY`, :data:`CAR`.

References
----------
.. [1] DUA, SWE Pl-Pruefung logisch LVE: tables DUA13 (B7 to B12), DUA14 (B13, B14), DUA15 (B15 to B22). Read.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from processing.kernels.group import Floats
from processing.kernels.measured import EITHER, NOT_DETERMINABLE, REPORTED, Bools, Measured, faulted

ALL, HEAVY, CAR = 0, 1, 2
"""Rows of arrays by class: all vehicles, heavy ones (TLS class Lkw-aehnlich), cars (Pkw-aehnlich)."""


def consistent(count: Measured, speed: Measured) -> tuple[Measured, Measured]:
    """Rules B7 to B12: no speed without vehicles.

    Parameters
    ----------
    count : Measured, shape (3, n)
        Vehicles by class.
    speed : Measured, shape (3, n)
        Mean speed by class [km/h].

    Returns
    -------
    count, speed : Measured, shape (3, n)
        All speeds of a lane faulty where one class without vehicles has a speed (B7 to B9), all counts faulty where
        one class with a speed has no vehicles (B10 to B12) [1]_. What was not reported at all contradicts nothing.
    """
    said = ~np.isnan(speed.number) | ((speed.status != REPORTED) & ~np.isin(speed.status, (NOT_DETERMINABLE, EITHER)))
    speed_wrong = ((count.number == 0) & said).any(axis=0)
    uncounted = (count.number == 0) | (count.status != REPORTED)
    count_wrong = ((speed.number > 0) & uncounted).any(axis=0)
    shape = count.number.shape
    return faulted(count, np.broadcast_to(count_wrong, shape)), faulted(speed, np.broadcast_to(speed_wrong, shape))


def unchanged(count: Measured, smoothed: Measured, smoothed_before: Measured) -> Measured:
    """Rule B13: without vehicles the smoothed speed stays as it was.

    Parameters
    ----------
    count : Measured, shape (n,)
        Vehicles.
    smoothed, smoothed_before : Measured, shape (n,)
        Smoothed speed of this interval and of the one before [km/h].

    Returns
    -------
    Measured, shape (n,)
        The smoothed speed, faulty where it changed without vehicles [1]_.
    """
    changed = np.abs(smoothed.number - smoothed_before.number) > 0
    return faulted(smoothed, (count.number == 0) & changed)


def occupied(occupancy: Measured, speed: Measured, speed_limit_kmh: Floats, occupancy_limit_pct: Floats) -> Measured:
    """Rule B14: a detector under fast traffic is not occupied for long.

    Parameters
    ----------
    occupancy : Measured, shape (n,)
        Occupancy [%].
    speed : Measured, shape (n,)
        Mean speed of all vehicles [km/h].
    speed_limit_kmh, occupancy_limit_pct : float array, broadcast to (n,)
        Faulty where the speed is above the one and the occupancy at or above the other [km/h, %].

    Returns
    -------
    Measured, shape (n,)
        The occupancy, faulty where the rule is broken [1]_.
    """
    return faulted(occupancy, (speed.number > speed_limit_kmh) & (occupancy.number >= occupancy_limit_pct))


def limited(measured: Measured, greatest: Floats) -> tuple[Measured, Bools]:
    """Rules B18 to B22: a value above its greatest is set to it.

    Parameters
    ----------
    measured : Measured
        Values.
    greatest : float array, broadcast to the values
        Greatest value of each lane, in the unit of the values; NaN or infinite for none.

    Returns
    -------
    limited : Measured
        Values, none above its greatest; what was set counts as a substitute.
    changed : bool array
        Where [1]_; see :func:`rejected`.
    """
    changed = measured.number > greatest
    number = np.where(changed, greatest, measured.number)
    return replace(measured, number=number, interpolated=measured.interpolated | changed), changed


def limited_counts(count: Measured, greatest: Floats, greatest_heavy: Floats) -> tuple[Measured, Bools]:
    """Rules B15 to B17: counts above their greatest are set to it, and cars are what remains.

    Parameters
    ----------
    count : Measured, shape (3, n)
        Vehicles by class.
    greatest, greatest_heavy : float array, broadcast to (n,)
        Greatest number of vehicles, and of heavy ones, in the interval of each lane.

    Returns
    -------
    limited : Measured, shape (3, n)
        Where a count was above its greatest, cars are all minus heavy ones; cars have no check of their own [1]_.
    changed : bool array, shape (3, n)
        Where.
    """
    every, every_changed = limited(count[ALL], greatest)
    heavy, heavy_changed = limited(count[HEAVY], greatest_heavy)
    rest = every.number - heavy.number
    car_number = count.number[CAR]
    car_changed = (every_changed | heavy_changed) & (np.abs(rest - car_number) > 0)
    number = np.stack([every.number, heavy.number, np.where(car_changed, rest, car_number)])
    changed = np.stack([every_changed, heavy_changed, car_changed])
    return replace(count, number=number, interpolated=count.interpolated | changed), changed


def rejected(measured: Measured, changed: Bools) -> Measured:
    """Rules B15 to B22 for who would rather reject than replace.

    Parameters
    ----------
    measured : Measured, shape (k, n)
        Values that are judged together: counts of all classes, or speeds with the smoothed one.
    changed : bool array, shape (k, n)
        Where one was above its greatest, as :func:`limited` says.

    Returns
    -------
    Measured, shape (k, n)
        All of them faulty where any was above [1]_.
    """
    return faulted(measured, np.broadcast_to(changed.any(axis=0), measured.number.shape))
