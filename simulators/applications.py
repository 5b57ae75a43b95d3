"""Applications on servers: CPU time, memory and operations as counters that are functions of absolute time.

A day's CPU time is fixed beforehand by the kind of day; the minutes of the day share it out. The counter at a day's
start is therefore a sum over days, and of the minutes before it only those of the day have to be computed on which the
server was last started anew, with which its counters begin at 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from simulators import daily_profile
from simulators.chance import generator
from simulators.daily_profile import Floats
from simulators.days import DAY_S, Days, slices
from simulators.reboots import LENGTH_MINUTES, Reboots
from simulators.scenery import Application
from simulators.timestamps import rfc3339

STEP_S = 60
STEPS = DAY_S // STEP_S
# 1 January 2020, when the servers of the pretend city were switched on and all counters were 0.
FIRST_DAY = 18_262
GIB = 2**30
MIB = 2**20


class Applications:
    """The readings of all applications, and the CPU time that the meters of their nodes follow.

    Parameters
    ----------
    applications : tuple of Application
        The applications.
    seed : int
        Seed of the city.
    """

    stream = "workload"

    def __init__(self, applications: tuple[Application, ...], seed: int) -> None:
        self._applications = applications
        self._seed = seed
        self._reboots = {one.node: Reboots(seed, one.node) for one in applications}
        self._at_reboot: dict[tuple[str, int], float] = {}
        self._cpu = Days(self._cpu_day)
        self._columns = Days(self._column_day)

    def readings(self, start_s: int, end_s: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Give the moments after `start_s` and not after `end_s` [s since 1970], application by application."""
        for day, first, last in slices(start_s, end_s, STEP_S):
            stamps = rfc3339(day * DAY_S + STEP_S * np.arange(first + 1, last + 1))
            for one, columns in zip(self._applications, self._columns[day], strict=True):
                rows = zip(stamps, *(column[first:last] for column in columns), strict=True)
                down = self.down(one.node, day, first)
                yield (
                    one.key,
                    [
                        {
                            "time": time,
                            "node": one.node,
                            "application": one.application,
                            "cpu_s": cpu_s,
                            "memory_bytes": memory,
                            "operations": operations,
                            "simulated": True,
                        }
                        for number, (time, cpu_s, memory, operations) in enumerate(rows)
                        if number not in down
                    ],
                )

    def down(self, node: str, day: int, first: int = 0) -> range:
        """Give the minutes of a day, counted from `first` on, in which a node is started anew and says nothing."""
        plan = self._reboots.get(node)
        if plan is None or not plan.on(day):
            return range(0)
        return range(plan.minute - first, plan.minute - first + LENGTH_MINUTES)

    def rebooted(self, node: str, day: int) -> tuple[int, int] | None:
        """Give day and minute at which a node was last started anew before a day; None where it never was."""
        plan = self._reboots.get(node)
        if plan is None or plan.before(day) < FIRST_DAY:
            return None
        return plan.before(day), plan.minute

    def node_cpu(self, node: str, day: int) -> tuple[float, Floats]:
        """Give the CPU time of all applications of a node.

        Returns
        -------
        before_s : float
            Counter at the day's start [s].
        minutes_s : ndarray, shape (1440,)
            CPU time of each minute of the day [s].
        """
        minutes_s = np.zeros(STEPS)
        before_s = 0.0
        for one, (before, minutes) in zip(self._applications, self._cpu[day], strict=True):
            if one.node == node:
                before_s += before
                minutes_s += minutes
        return before_s, minutes_s

    def node_totals(self, node: str, day: int) -> Floats:
        """Give the CPU time of a node on each day since the first, up to `day` included, shape (days,) [s]."""
        totals = np.zeros(day + 1 - FIRST_DAY)
        for one in self._applications:
            if one.node == node:
                totals += self._totals(one, day)
        return totals

    def _totals(self, one: Application, day: int) -> Floats:
        """CPU time of each day since the first, up to `day` included [s]; longer ranges begin with shorter ones."""
        if day < FIRST_DAY:
            raise ValueError("the pretend city begins on 2020-01-01")
        drawn = generator(self._seed, f"cpu/{one.key}").random(day + 1 - FIRST_DAY)
        weight = daily_profile.day_weight(FIRST_DAY, day + 1, one.rhythm)
        return np.asarray(DAY_S * one.cores * one.mean_ratio * weight * (0.96 + 0.08 * drawn))

    def _cpu_day(self, day: int) -> list[tuple[float, Floats]]:
        clock = daily_profile.local_day(day, STEP_S)
        return [self._minutes(one, daily_profile.load(clock, one.rhythm), day) for one in self._applications]

    def _minutes(self, one: Application, load: Floats, day: int) -> tuple[float, Floats]:
        """Share out the day's CPU time over its minutes."""
        totals = self._totals(one, day)
        draw = generator(self._seed, f"workload/{one.key}", day)
        shape = load * np.exp(0.12 * draw.standard_normal(STEPS) - 0.12**2 / 2)
        # Water does not run over: what a minute cannot use of the cores is used by the others.
        minutes = totals[-1] * shape / shape.sum()
        most = 0.9 * STEP_S * one.cores
        for _ in range(8):
            minutes = np.minimum(minutes, most)
            minutes *= 1 + (totals[-1] / minutes.sum() - 1)
        return float(totals[:-1].sum()), np.asarray(minutes)

    def _known_at_reboot(self, one: Application, day: int) -> float:
        """Give the CPU time that an application had used when its node was last started anew before a day [s]."""
        last = self.rebooted(one.node, day)
        if last is None:
            return 0.0
        then, minute = last
        if (one.key, then) not in self._at_reboot:
            load = daily_profile.load(daily_profile.local_day(then, STEP_S), one.rhythm)
            before_s, minutes_s = self._minutes(one, load, then)
            self._at_reboot[one.key, then] = before_s + float(np.cumsum(minutes_s)[minute - 1])
        return self._at_reboot[one.key, then]

    def _column_day(self, day: int) -> list[list[list[Any]]]:
        return [self._written(one, day, *cpu) for one, cpu in zip(self._applications, self._cpu[day], strict=True)]

    def _written(self, one: Application, day: int, before_s: float, minutes_s: Floats) -> list[list[Any]]:
        """Give one application's day; the columns in the order of the fields."""
        whole_s = before_s + np.cumsum(minutes_s)
        since_s = np.full(STEPS, self._known_at_reboot(one, day))
        if down := self.down(one.node, day):
            since_s[down.start :] = whole_s[down.start - 1]
        counter_s = np.round(whole_s - since_s, 2)
        used = minutes_s / (STEP_S * one.cores)
        memory = np.rint(one.memory_gib * (0.7 + 0.3 * used) * GIB / MIB).astype(np.int64) * MIB
        operations = np.floor(counter_s * one.operations_per_cpu_s).astype(np.int64)
        return [counter_s.tolist(), memory.tolist(), operations.tolist()]
