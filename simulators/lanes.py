"""Detector lanes: vehicles, their speeds and their occupancy, minute by minute."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from simulators import daily_profile, events
from simulators.chance import generator
from simulators.daily_profile import Floats
from simulators.days import DAY_S, Days, slices
from simulators.scenery import Lane
from simulators.timestamps import rfc3339

STEP_S = 60
QUARTER_S = 900
CAR_LENGTH_M = 6.3
HEAVY_LENGTH_M = 11.5
SLOWEST_KMH = 6.0

Columns = list[list[Any]]

_EMPTY = {
    "speed_kmh": "not_determinable",
    "car_speed_kmh": "not_determinable",
    "heavy_speed_kmh": "not_determinable",
}
_CARS_ONLY = {"heavy_speed_kmh": "not_determinable"}
_HEAVY_ONLY = {"car_speed_kmh": "not_determinable"}


class Lanes:
    """The readings of all lanes.

    Parameters
    ----------
    lanes : tuple of Lane
        The lanes.
    seed : int
        Seed of the city.
    """

    stream = "traffic"

    def __init__(self, lanes: tuple[Lane, ...], seed: int) -> None:
        self._lanes = lanes
        self._seed = seed
        self._days = Days(self._day)

    def readings(self, start_s: int, end_s: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Give the intervals that end after `start_s` and not after `end_s` [s since 1970], lane by lane."""
        for day, first, last in slices(start_s, end_s, STEP_S):
            stamps = rfc3339(day * DAY_S + STEP_S * np.arange(first + 1, last + 1))
            for lane, columns in zip(self._lanes, self._days[day], strict=True):
                rows = zip(stamps, *(column[first:last] for column in columns), strict=True)
                yield lane.key, [_reading(*row) for row in rows]

    def counts(self, key: str, first: int, last: int) -> Floats:
        """Give the vehicles of a lane in the minutes from `first` on and before `last`, numbered since 1970."""
        (lane,) = (one for one in self._lanes if one.key == key)
        per_day = DAY_S // STEP_S
        days = range(first // per_day, (last - 1) // per_day + 1)
        every = np.concatenate([self._counts(lane, day) for day in days])
        return every[first - days[0] * per_day :][: last - first]

    def _counts(self, lane: Lane, day: int) -> Floats:
        """Give the vehicles of each minute of a lane's day."""
        return np.array(self._lane_day(lane, self._demand(day)[lane.tide, lane.event_ratio], day)[0], float)

    def activity(self, site: str, day: int) -> Floats:
        """Give the vehicles of a site in the hour before each quarter hour's end, shape (96,), 1 where as usual [1]."""
        mine = [number for number, lane in enumerate(self._lanes) if lane.site == site]
        if not mine:
            return np.ones(DAY_S // QUARTER_S)
        seen, usual = (np.zeros(2 * DAY_S // STEP_S) for _ in range(2))
        for place, one in enumerate((day - 1, day)):
            part = slice(place * DAY_S // STEP_S, (place + 1) * DAY_S // STEP_S)
            clock = daily_profile.local_day(one, STEP_S)
            for number in mine:
                lane = self._lanes[number]
                seen[part] += self._days[one][number][0]
                usual[part] += daily_profile.traffic(clock, lane.tide) * lane.peak_veh_h * STEP_S / 3600
        ends = DAY_S // STEP_S + QUARTER_S // STEP_S * np.arange(1, DAY_S // QUARTER_S + 1)
        passed, expected = (np.concatenate([[0.0], np.cumsum(one)]) for one in (seen, usual))
        hour = 3600 // STEP_S
        return np.asarray((passed[ends] - passed[ends - hour]) / (expected[ends] - expected[ends - hour]))

    def _demand(self, day: int) -> dict[tuple[str, float], Floats]:
        """Give the demand of lanes by their tide and what events bring them, as a share of their highest [1]."""
        clock = daily_profile.local_day(day, STEP_S)
        extra = events.vehicles(clock, day)
        kinds = {(lane.tide, lane.event_ratio) for lane in self._lanes}
        return {(tide, ratio): daily_profile.traffic(clock, tide) + ratio * extra for tide, ratio in kinds}

    def _day(self, day: int) -> list[Columns]:
        demand = self._demand(day)
        return [self._lane_day(lane, demand[lane.tide, lane.event_ratio], day) for lane in self._lanes]

    def _lane_day(self, lane: Lane, demand: Floats, day: int) -> Columns:
        """Draw one lane's day; the columns in the order of :func:`_reading`."""
        draw = generator(self._seed, f"traffic/{lane.key}", day)
        steps = demand.size
        # Busier and quieter days, and platoons that outlast a minute.
        slow = np.repeat(draw.standard_normal(steps // 15), 15)
        rate_veh_h = lane.peak_veh_h * demand * np.exp(0.05 * draw.standard_normal() + 0.08 * slow)
        count = draw.poisson(rate_veh_h * STEP_S / 3600)
        heavy = draw.binomial(count, lane.heavy_ratio)
        load = np.minimum(rate_veh_h / lane.capacity_veh_h, 1.3)
        mean_kmh = lane.free_speed_kmh / (1 + 0.10 * load + 0.95 * load**4)
        noise_kmh = 0.07 * mean_kmh * draw.standard_normal((2, steps)) / np.sqrt(np.maximum(count, 1))
        car_kmh = np.round(np.maximum(mean_kmh + noise_kmh[0], SLOWEST_KMH), 1)
        heavy_kmh = np.round(np.maximum(0.92 * mean_kmh + 2 * noise_kmh[1], SLOWEST_KMH), 1)
        cars = count - heavy
        whole = np.maximum(count, 1)
        speed_kmh = np.round((cars * car_kmh + heavy * heavy_kmh) / whole, 1)
        occupied_s = 3.6 * (cars * CAR_LENGTH_M / car_kmh + heavy * HEAVY_LENGTH_M / heavy_kmh)
        occupancy_pct = np.round(np.minimum(100 * occupied_s / STEP_S, 100.0), 1)
        return [each.tolist() for each in (count, heavy, occupancy_pct, speed_kmh, car_kmh, heavy_kmh)]


def _reading(
    end: str, count: int, heavy: int, occupancy_pct: float, speed_kmh: float, car_kmh: float, heavy_kmh: float
) -> dict[str, Any]:
    """Put one minute together; a speed of no vehicle is not determinable."""
    reading: dict[str, Any] = {
        "end": end,
        "interval_s": STEP_S,
        "count": count,
        "heavy_count": heavy,
        "occupancy_pct": occupancy_pct,
        "speed_kmh": speed_kmh if count else None,
        "car_speed_kmh": car_kmh if count > heavy else None,
        "heavy_speed_kmh": heavy_kmh if heavy else None,
        "simulated": True,
    }
    if not count:
        reading["status"] = _EMPTY
    elif not heavy:
        reading["status"] = _CARS_ONLY
    elif heavy == count:
        reading["status"] = _HEAVY_ONLY
    return reading
