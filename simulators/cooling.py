"""Cooling of a server room: follows the servers' power and the outdoor temperature; in the cold the air does most."""

from __future__ import annotations

import numpy as np

from simulators.daily_profile import Floats
from simulators.weather import MEAN_C

PER_DEGREE = 0.035
LEAST, MOST = 0.7, 1.6


def need(temperature_c: Floats) -> Floats:
    """Give the energy of cooling at a temperature as a share of that at the year's mean [1]."""
    return np.clip(1 + PER_DEGREE * (temperature_c - MEAN_C), LEAST, MOST)


def daily_wh(it_wh: Floats, mean_c: Floats, ratio: float) -> Floats:
    """Give the energy of whole days.

    Parameters
    ----------
    it_wh : ndarray, shape (n,)
        Energy of the servers on each day [Wh].
    mean_c : ndarray, shape (n,)
        Mean outdoor temperature of each day [degrees Celsius].
    ratio : float
        Energy of cooling for one unit of the servers', at the year's mean temperature [1].
    """
    return np.asarray(it_wh * ratio * need(mean_c))


def minute_wh(it_wh: Floats, temperature_c: Floats, total_wh: float) -> Floats:
    """Share out a day's energy over its minutes.

    Parameters
    ----------
    it_wh : ndarray, shape (1440,)
        Energy of the servers in each minute [Wh].
    temperature_c : ndarray, shape (1440,)
        Outdoor temperature of each minute [degrees Celsius].
    total_wh : float
        Energy of cooling on that day [Wh].
    """
    shape = it_wh * need(temperature_c)
    return np.asarray(total_wh * shape / shape.sum())
