"""How a city lives through the day: shares of the highest activity, by local time and kind of day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from simulators.days import DAY_S
from simulators.scenery import Crowd, Rhythm, Tide

# The pretend city lies in Germany; people rise by its clock, not by UTC.
ZONE = ZoneInfo("Europe/Berlin")
SATURDAY, SUNDAY = 5, 6

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LocalDay:
    """A UTC day by the local clock.

    Parameters
    ----------
    hour : ndarray of float, shape (n,)
        Local time of the middle of each step, 0 to 24 [h].
    weekday : ndarray of int, shape (n,)
        Day of the week, Monday 0 [1].
    """

    hour: Floats
    weekday: NDArray[np.int64]

    @property
    def workday(self) -> Floats:
        """1 from Monday to Friday, else 0 [1]."""
        return (self.weekday < SATURDAY).astype(float)


def local_day(day: int, step_s: int) -> LocalDay:
    """Give the local clock of a UTC day.

    Parameters
    ----------
    day : int
        Number of the day since 1970.
    step_s : int
        Length of a step, a divisor of an hour [s].
    """
    hours = [datetime.fromtimestamp(day * DAY_S + 3600 * hour, UTC).astimezone(ZONE) for hour in range(24)]
    per_hour = 3600 // step_s
    within = (np.arange(per_hour) + 0.5) / per_hour
    hour = np.add.outer(np.array([one.hour for one in hours], float), within).ravel()
    return LocalDay(hour, np.repeat(np.array([one.weekday() for one in hours]), per_hour))


def bump(hour: Floats, centre_h: float, width_h: float) -> Floats:
    """Give a bell of height 1 around an hour of the day [1]."""
    away = np.abs(hour - centre_h)
    return np.asarray(np.exp(-0.5 * (np.minimum(away, 24 - away) / width_h) ** 2))


def traffic(clock: LocalDay, tide: Tide) -> Floats:
    """Give demand as a share of its highest value [1]; `tide` says which of the two peaks is the higher one."""
    early, late = (1.0, 0.72) if tide == "morning" else (0.74, 1.0)
    hour = clock.hour
    plateau = 0.52 * bump(hour, 13.0, 3.6)
    weekday = 0.03 + plateau + early * 0.78 * bump(hour, 7.7, 0.95) + late * 0.62 * bump(hour, 16.8, 1.5)
    saturday = 0.04 + 0.58 * bump(hour, 13.5, 3.4) + 0.10 * bump(hour, 22.5, 1.6)
    sunday = 0.05 + 0.40 * bump(hour, 15.5, 3.6) + 0.06 * bump(hour, 1.0, 1.5)
    return np.select([clock.weekday < SATURDAY, clock.weekday == SATURDAY], [weekday, saturday], sunday)


def people(clock: LocalDay, crowd: Crowd) -> Floats:
    """Give the people in a public place as a share of the most [1]."""
    hour, week = clock.hour, clock.weekday
    sunday, workday = week == SUNDAY, clock.workday
    if crowd == "shopping":
        return 0.01 + np.where(sunday, 0.28, np.where(week == SATURDAY, 1.0, 0.72)) * bump(hour, 15.0, 2.7)
    if crowd == "commuters":
        peaks = workday * (0.75 * bump(hour, 7.8, 1.0) + 0.85 * bump(hour, 17.0, 1.5))
        return np.asarray(0.03 + peaks + 0.40 * bump(hour, 14.0, 4.0))
    if crowd == "library":
        return np.where(sunday, 0.0, 1.0) * bump(hour, 14.5, 2.4) * (0.55 + 0.45 * workday)
    if crowd == "park":
        return np.asarray((1.0 - 0.55 * workday) * bump(hour, 15.5, 2.3))
    return 0.02 + np.where((week >= SATURDAY - 1) & ~sunday, 1.0, 0.5) * bump(hour, 21.5, 2.2)


def load(clock: LocalDay, rhythm: Rhythm) -> Floats:
    """Give the load of an application as a share of the highest [1]."""
    hour, workday = clock.hour, clock.workday
    if rhythm == "office":
        return np.asarray(0.12 + workday * (0.70 * bump(hour, 10.3, 1.9) + 0.55 * bump(hour, 14.4, 1.7)))
    if rhythm == "public":
        return np.asarray(0.15 + (0.45 + 0.25 * workday) * (bump(hour, 11.0, 2.6) + 0.8 * bump(hour, 19.0, 2.4)))
    if rhythm == "night":
        return np.asarray(0.05 + 0.95 * bump(hour, 2.0, 1.3))
    return np.full(hour.shape, 0.5)


def day_weight(first_day: int, last_day: int, rhythm: Rhythm) -> Floats:
    """Give each UTC day's share of an application's mean load, 1 on average over a week [1].

    Parameters
    ----------
    first_day, last_day : int
        Numbers of days since 1970, the last one excluded.
    """
    # 1 January 1970 was a Thursday, day 3 of a week that begins on Monday.
    weekend = (np.arange(first_day, last_day) + 3) % 7 >= SATURDAY
    share = {"office": 0.32, "public": 0.74}.get(rhythm, 1.0)
    return np.where(weekend, share, (7 - 2 * share) / 5)
