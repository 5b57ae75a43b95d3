"""Cooling of a server room: follows the servers' power, the season and the time of day."""

from __future__ import annotations

import numpy as np

from simulators.daily_profile import Floats

YEAR_D = 365.2425
WARMEST_D = 200
SEASON_RATIO = 0.22
AFTERNOON_RATIO = 0.10


def daily_wh(it_wh: Floats, first_day: int, ratio: float) -> Floats:
    """Give the energy of whole days.

    Parameters
    ----------
    it_wh : ndarray, shape (n,)
        Energy of the servers on each day [Wh].
    first_day : int
        Number of the first day since 1970.
    ratio : float
        Energy of cooling for one unit of the servers', mean of the year [1].
    """
    day = first_day + np.arange(it_wh.size)
    season = 1 + SEASON_RATIO * np.cos(2 * np.pi * (day - WARMEST_D) / YEAR_D)
    return np.asarray(it_wh * ratio * season)


def minute_wh(it_wh: Floats, hour: Floats, total_wh: float) -> Floats:
    """Share out a day's energy over its minutes.

    Parameters
    ----------
    it_wh : ndarray, shape (1440,)
        Energy of the servers in each minute [Wh].
    hour : ndarray, shape (1440,)
        Local time [h].
    total_wh : float
        Energy of cooling on that day [Wh].
    """
    shape = it_wh * (1 + AFTERNOON_RATIO * np.cos(2 * np.pi * (hour - 15) / 24))
    return np.asarray(total_wh * shape / shape.sum())
