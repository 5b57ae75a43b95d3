"""A photovoltaic plant: the sun's height, and clouds by day and by minute."""

from __future__ import annotations

import numpy as np

from simulators.daily_profile import Floats

YEAR_D = 365.2425
LONGEST_D = 171
TILT_RAD = np.deg2rad(23.44)
LATITUDE_RAD = np.deg2rad(51.51)
LONGITUDE_DEG = 7.47
# Hours at full power that a clear day gives: the mean of the year, and what midsummer gives more than that.
MEAN_H = 3.4
SUMMER_H = 2.6


def daily_wh(first_day: int, clouds: Floats, peak_power_w: float) -> Floats:
    """Give the energy of whole days.

    Parameters
    ----------
    first_day : int
        Number of the first day since 1970.
    clouds : ndarray, shape (n,)
        Random number of each day, 0 overcast to 1 clear [1].
    peak_power_w : float
        Rated power [W].
    """
    day = first_day + np.arange(clouds.size)
    clear_h = MEAN_H + SUMMER_H * np.cos(2 * np.pi * (day - LONGEST_D) / YEAR_D)
    return np.asarray(peak_power_w * clear_h * (0.2 + 0.8 * clouds))


def minute_wh(day: int, noise: Floats, total_wh: float) -> Floats:
    """Share out a day's energy over its minutes; by night there is none.

    Parameters
    ----------
    day : int
        Number of the day since 1970.
    noise : ndarray, shape (1440,)
        Passing clouds, 0 to 1 [1].
    total_wh : float
        Energy of that day [Wh].
    """
    declination = TILT_RAD * np.cos(2 * np.pi * (day - LONGEST_D) / YEAR_D)
    turn = 2 * np.pi * ((np.arange(1440) + 0.5) / 1440 - 0.5 + LONGITUDE_DEG / 360)
    height = np.sin(LATITUDE_RAD) * np.sin(declination) + np.cos(LATITUDE_RAD) * np.cos(declination) * np.cos(turn)
    shape = np.maximum(height, 0.0) * (0.7 + 0.3 * noise)
    return np.asarray(total_wh * shape / shape.sum())
