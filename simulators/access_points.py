"""Access points: quarter hours of totals, from a model of the people around them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from simulators import daily_profile, events
from simulators.chance import generator
from simulators.daily_profile import Floats
from simulators.days import DAY_S, Days, slices
from simulators.lanes import Lanes
from simulators.scenery import AccessPoint
from simulators.timestamps import rfc3339

STEP_S = 900
USING_RATIO = 0.22
BY_ROAD_RATIO = 0.5
OUTAGE_S = 2 * STEP_S

_FIELDS = (
    "clients_max",
    "clients_avg",
    "associations",
    "rx_bytes",
    "tx_bytes",
    "airtime_busy_pct",
    "online",
    "uptime_s",
    "power_w",
)


class AccessPoints:
    """The readings of all access points.

    Parameters
    ----------
    access_points : tuple of AccessPoint
        The access points.
    lanes : Lanes
        With whose traffic people come.
    seed : int
        Seed of the city.
    """

    stream = "wlan"

    def __init__(self, access_points: tuple[AccessPoint, ...], lanes: Lanes, seed: int) -> None:
        self._lanes = lanes
        self._access_points = access_points
        self._seed = seed
        self._days = Days(self._day)

    def readings(self, start_s: int, end_s: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Give the quarter hours that end after `start_s` and not after `end_s` [s since 1970]."""
        for day, first, last in slices(start_s, end_s, STEP_S):
            stamps = rfc3339(day * DAY_S + STEP_S * np.arange(first + 1, last + 1))
            for one, columns in zip(self._access_points, self._days[day], strict=True):
                yield (
                    one.key,
                    [
                        {"end": end, "interval_s": STEP_S, **dict(zip(_FIELDS, row, strict=True)), "simulated": True}
                        if row[6]
                        else {"end": end, "interval_s": STEP_S, "online": False, "simulated": True}
                        for end, *row in zip(stamps, *(column[first:last] for column in columns), strict=True)
                    ],
                )

    def _day(self, day: int) -> list[list[list[Any]]]:
        clock = daily_profile.local_day(day, STEP_S)
        crowds = {one.crowd for one in self._access_points}
        people = {crowd: daily_profile.people(clock, crowd) + events.people(clock, day, crowd) for crowd in crowds}
        came = {
            site: 1 - BY_ROAD_RATIO + BY_ROAD_RATIO * self._lanes.activity(site, day)
            for site in {one.fed_by for one in self._access_points}
        }
        # A sunny Saturday fills a place for all of its access points alike.
        mood = {
            one.site: np.exp(0.18 * generator(self._seed, f"people/{one.site}", day).standard_normal())
            for one in self._access_points
        }
        return [
            self._columns(one, people[one.crowd] * came[one.fed_by] * mood[one.site], day)
            for one in self._access_points
        ]

    def _columns(self, one: AccessPoint, people: Floats, day: int) -> list[list[Any]]:
        """Draw one access point's day; the columns in the order of the fields."""
        draw = generator(self._seed, f"wlan/{one.key}", day)
        expected = USING_RATIO * one.people_peak * one.crowd_ratio * people
        clients_avg = np.round(draw.gamma(16, np.maximum(expected, 1e-6) / 16), 2)
        clients_max = np.ceil(clients_avg + draw.poisson(0.25 * clients_avg + 0.1)).astype(int)
        associations = draw.poisson(1.4 * clients_avg + 0.05)
        tx_bytes = np.rint(clients_avg * 9e6 * np.exp(0.5 * draw.standard_normal(people.size))).astype(int)
        rx_bytes = np.rint(tx_bytes * draw.uniform(0.08, 0.2, people.size)).astype(int)
        busy_pct = np.round(100 * (1 - np.exp(-(0.04 + clients_avg / 90))), 1)
        power_w = np.round(one.idle_power_w + 3.0 * busy_pct / 100 + draw.normal(0, 0.05, people.size), 2)
        uptime_s = self._uptime_s(one, day, people.size)
        columns = (
            clients_max,
            clients_avg,
            associations,
            rx_bytes,
            tx_bytes,
            busy_pct,
            uptime_s >= 0,
            uptime_s,
            power_w,
        )
        return [each.tolist() for each in columns]

    def _uptime_s(self, one: AccessPoint, day: int, steps: int) -> Floats:
        """Time since the last restart at the end of each quarter hour [s]; negative while it is down."""
        draw = generator(self._seed, f"restart/{one.key}")
        # Full quarter hours, so that an outage covers whole readings.
        period_s, phase_s = STEP_S * draw.integers((2000, 0), (4500, 2000))
        end_s = day * DAY_S + STEP_S * np.arange(1, steps + 1)
        return np.asarray((end_s - phase_s) % period_s - OUTAGE_S, float)
