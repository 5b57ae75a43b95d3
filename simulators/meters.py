"""Energy meters of server rooms: each counter is a function of absolute time, and they agree with one another.

A node draws its idle power and, on top, what its CPU time takes, over one feed or two; the meter before the UPS shows
what the nodes, the distribution and the UPS took; the utility meter adds cooling, which follows the outdoor
temperature, and a small constant. The counter of a server's own meter may begin anew with the server. All of it is
linear in counters that :mod:`simulators.applications` and the daily totals here give, so nothing has to be added up
minute by minute.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from simulators import cooling, daily_profile, solar, weather
from simulators.applications import FIRST_DAY, STEP_S, STEPS, Applications
from simulators.chance import generator
from simulators.daily_profile import Floats
from simulators.days import DAY_S, Days, slices
from simulators.scenery import Meter
from simulators.timestamps import rfc3339


@dataclass(frozen=True, slots=True)
class _Energy:
    """A counter over a day: at its start [Wh], and what each minute adds, shape (1440,) [Wh]."""

    before_wh: float
    minutes_wh: Floats

    def __add__(self, other: _Energy) -> _Energy:
        return _Energy(self.before_wh + other.before_wh, self.minutes_wh + other.minutes_wh)

    def times(self, factor: float) -> _Energy:
        return _Energy(self.before_wh * factor, self.minutes_wh * factor)


class Meters:
    """The readings of all meters.

    Parameters
    ----------
    meters : tuple of Meter
        The meters.
    applications : Applications
        The applications that the nodes' power follows.
    seed : int
        Seed of the city.
    """

    stream = "energy"

    def __init__(self, meters: tuple[Meter, ...], applications: Applications, seed: int) -> None:
        self._meters = meters
        self._applications = applications
        self._seed = seed
        self._at_reboot: dict[tuple[str, int], float] = {}
        self._days = Days(self._day)

    def readings(self, start_s: int, end_s: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Give the moments after `start_s` and not after `end_s` [s since 1970], meter by meter."""
        for day, first, last in slices(start_s, end_s, STEP_S):
            stamps = rfc3339(day * DAY_S + STEP_S * np.arange(first + 1, last + 1))
            for one, (energy_wh, power_w) in zip(self._meters, self._days[day], strict=True):
                yield (
                    one.key,
                    [
                        {
                            "time": time,
                            "energy_wh": energy,
                            "power_w": power,
                            "counter_kind": one.counter_kind,
                            "measurement_point": one.measurement_point,
                            "origin": one.origin,
                            "simulated": True,
                        }
                        for time, energy, power in zip(stamps, energy_wh[first:last], power_w[first:last], strict=True)
                    ],
                )

    def _day(self, day: int) -> list[tuple[list[float], list[float]]]:
        energies: dict[str, _Energy] = {}
        for site in {one.site for one in self._meters}:
            energies |= self._room(tuple(one for one in self._meters if one.site == site), day)
        return [_written(energies[one.key], self._since(one, energies[one.key], day)) for one in self._meters]

    def _since(self, one: Meter, energy: _Energy, day: int) -> Floats:
        """Give the energy at which the counter last began anew, for each minute of a day [Wh]."""
        last = self._applications.rebooted(one.node, day)
        since_wh = np.zeros(STEPS)
        if one.counter_kind != "resettable" or not one.node:
            return since_wh
        if last is not None:
            then, minute = last
            if (one.key, then) not in self._at_reboot:
                before = self._node(one, then)
                self._at_reboot[one.key, then] = before.before_wh + float(np.cumsum(before.minutes_wh)[minute - 1])
            since_wh[:] = self._at_reboot[one.key, then]
        if down := self._applications.down(one.node, day):
            since_wh[down.start :] = (energy.before_wh + np.cumsum(energy.minutes_wh))[down.start - 1]
        return since_wh

    def _room(self, meters: tuple[Meter, ...], day: int) -> dict[str, _Energy]:
        """Give the energy of every meter of one room, from the servers up to the utility."""
        nodes = [one for one in meters if one.measurement_point == "it_input"]
        found = {one.key: self._node(one, day) for one in nodes}
        servers = sum(found.values(), start=_Energy(0.0, np.zeros(STEPS)))
        whole = servers
        for one in meters:
            if one.measurement_point == "ups_out":
                found[one.key] = servers.times(1 + one.distribution_loss_ratio)
                whole = found[one.key].times(1 / one.ups_efficiency_ratio) + whole + servers.times(-1)
            elif one.measurement_point == "cooling":
                found[one.key] = self._cooling(one, nodes, servers, day)
                whole = whole + found[one.key]
            elif one.measurement_point == "solar":
                found[one.key] = self._solar(one, day)
        for one in meters:
            if one.measurement_point == "utility":
                found[one.key] = whole + _constant(one.base_power_w, day)
        return found

    def _node(self, one: Meter, day: int) -> _Energy:
        """Power between idle and peak, in proportion to the share of the cores in use."""
        before_s, minutes_s = self._applications.node_cpu(one.node, day)
        wh_per_cpu_s = (one.peak_power_w - one.idle_power_w) / one.cores / 3600
        whole = _constant(one.idle_power_w, day) + _Energy(before_s, minutes_s).times(wh_per_cpu_s)
        return whole.times(one.feed_ratio)

    def _cooling(self, one: Meter, nodes: list[Meter], servers: _Energy, day: int) -> _Energy:
        it_wh = np.zeros(day + 1 - FIRST_DAY)
        for node in nodes:
            wh_per_cpu_s = (node.peak_power_w - node.idle_power_w) / node.cores / 3600
            used_s = self._applications.node_totals(node.node, day)
            it_wh += node.feed_ratio * (24 * node.idle_power_w + wh_per_cpu_s * used_s)
        drawn = generator(self._seed, "weather").random(day + 1 - FIRST_DAY)
        mean_c = weather.daily_mean_c(FIRST_DAY, drawn)
        totals = cooling.daily_wh(it_wh, mean_c, one.cooling_ratio)
        outside_c = weather.minute_c(float(mean_c[-1]), daily_profile.local_day(day, STEP_S).hour)
        return _Energy(float(totals[:-1].sum()), cooling.minute_wh(servers.minutes_wh, outside_c, float(totals[-1])))

    def _solar(self, one: Meter, day: int) -> _Energy:
        clouds = generator(self._seed, f"clouds/{one.key}").random(day + 1 - FIRST_DAY)
        totals = solar.daily_wh(FIRST_DAY, clouds, one.peak_power_w)
        noise = generator(self._seed, f"solar/{one.key}", day).random(STEPS)
        return _Energy(float(totals[:-1].sum()), solar.minute_wh(day, noise, float(totals[-1])))


def _constant(power_w: float, day: int) -> _Energy:
    """Energy of a power that never changes."""
    return _Energy(24 * power_w * (day - FIRST_DAY), np.full(STEPS, power_w * STEP_S / 3600))


def _written(energy: _Energy, since_wh: Floats) -> tuple[list[float], list[float]]:
    """Counter at the end of each minute [Wh], and mean power of the minute [W]."""
    counter_wh = np.round(energy.before_wh + np.cumsum(energy.minutes_wh) - since_wh, 1)
    power_w = np.round(energy.minutes_wh * 3600 / STEP_S, 1)
    return counter_wh.tolist(), power_w.tolist()
