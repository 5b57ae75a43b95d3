"""What draws people together: every other Saturday a home match, in Advent the Christmas market."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from simulators.daily_profile import SATURDAY, Floats, LocalDay, bump
from simulators.days import DAY_S
from simulators.scenery import Crowd

SUMMER_BREAK = (6, 7)
MARKET_FROM, MARKET_TO = (11, 20), (12, 30)


def is_match_day(day: int) -> bool:
    """Say whether a UTC day, numbered since 1970, has a home match: in the season every other Saturday."""
    date = datetime.fromtimestamp(day * DAY_S, UTC)
    return date.weekday() == SATURDAY and (day // 7) % 2 == 0 and date.month not in SUMMER_BREAK


def people(clock: LocalDay, day: int, crowd: Crowd) -> Floats:
    """Give the people whom an event brings to a place, as a share of the most of its usual ones [1]."""
    date = datetime.fromtimestamp(day * DAY_S, UTC)
    hour, none = clock.hour, np.zeros(clock.hour.size)
    if crowd == "shopping" and MARKET_FROM <= (date.month, date.day) <= MARKET_TO:
        return np.asarray(0.5 * bump(hour, 18.5, 1.8))
    if not is_match_day(day):
        return none
    at_match = {
        "commuters": 0.6 * bump(hour, 13.4, 0.7) + 0.7 * bump(hour, 18.3, 0.7),
        "park": 0.9 * bump(hour, 14.3, 0.8) + 0.6 * bump(hour, 17.9, 0.5),
        "evening": 0.5 * bump(hour, 20.0, 1.5),
    }
    return np.asarray(at_match.get(crowd, none))


def vehicles(clock: LocalDay, day: int) -> Floats:
    """Give the vehicles that come to and leave an event on its roads, as a share of the highest demand [1]."""
    if not is_match_day(day):
        return np.zeros(clock.hour.size)
    return np.asarray(0.8 * bump(clock.hour, 14.0, 0.7) + bump(clock.hour, 17.8, 0.6))
