"""Outdoor temperature: the season, warmer and colder days in a row, and the time of day.

Mean and span are those of a town in the Ruhr area, rounded; own figures.
"""

from __future__ import annotations

import numpy as np

from simulators.daily_profile import Floats

YEAR_D = 365.2425
WARMEST_D = 200
MEAN_C = 10.5
SEASON_C = 8.0
DAYS_C = 9.0
AFTERNOON_C = 4.0


def daily_mean_c(first_day: int, drawn: Floats) -> Floats:
    """Give the mean temperature of whole days.

    Parameters
    ----------
    first_day : int
        Number of the first day since 1970.
    drawn : ndarray, shape (n,)
        Random number of each day, 0 cold to 1 warm; three days make the weather [1].
    """
    day = first_day + np.arange(drawn.size)
    season = SEASON_C * np.cos(2 * np.pi * (day - WARMEST_D) / YEAR_D)
    padded = np.concatenate([drawn[:1], drawn[:1], drawn])
    weather = DAYS_C * ((padded[:-2] + padded[1:-1] + padded[2:]) / 3 - 0.5)
    return np.asarray(MEAN_C + season + weather)


def minute_c(mean_c: float, hour: Floats) -> Floats:
    """Give the temperature of each minute of a day by its mean and the local time [h]."""
    return np.asarray(mean_c + AFTERNOON_C * np.cos(2 * np.pi * (hour - 15) / 24))
