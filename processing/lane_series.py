"""Lanes of a task as series: readings checked, laid on the steps of a window and its look-back, and substituted.

Every due window has series of its own that begin where its look-back begins, so that what has memory comes out the same
whichever windows are computed together. Order as in the German traffic centres: plausibility, constancy, substitution,
hourly flows, aggregation to a minute.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from emscher.store.copy import Rows
from emscher.stream import SECOND_US
from processing.family import Task, microseconds
from processing.kernels.aggregation import aggregate
from processing.kernels.analysis import accepted, hourly
from processing.kernels.constancy import stuck
from processing.kernels.group import Ints, runs
from processing.kernels.measured import FAULTY, REPORTED, Bools, Measured, faulted, joined, reshaped, stacked
from processing.kernels.plausibility import ALL, CAR, HEAVY
from processing.kernels.substitution import substitute
from processing.lane_reading import CONSTANT, Checked, check, scoped
from processing.threshold import Scoped

MINUTE_S = 60


@dataclass(frozen=True, slots=True)
class LaneSeries:
    """Series of one step width.

    Parameters
    ----------
    sensor_id, window : integer array, shape (n,)
        Lane, and number of the due window.
    step_s : int
        Width of a step [s].
    start_us : integer array, shape (n,)
        Begin of the first step, where the look-back begins [us].
    there, simulated : bool array, shape (n, steps)
        Whether there is a reading, and whether one is simulated.
    flow, speed : Measured, shape (3, n, steps)
        By class, checked and substituted [veh/h, km/h].
    occupancy : Measured, shape (n, steps)
        Checked [%].
    origin, fault : integer array, shape (n, steps)
        Where substitutes are from, and what the checks found.
    """

    sensor_id: Ints
    window: Ints
    step_s: int
    start_us: Ints
    there: Bools
    simulated: Bools
    flow: Measured
    speed: Measured
    occupancy: Measured
    origin: Ints
    fault: Ints

    def since(self, first: int) -> LaneSeries:
        """Give the same series without the steps before one."""
        return LaneSeries(
            self.sensor_id,
            self.window,
            self.step_s,
            self.start_us + first * self.step_s * SECOND_US,
            self.there[:, first:],
            self.simulated[:, first:],
            self.flow[:, :, first:],
            self.speed[:, :, first:],
            self.occupancy[:, first:],
            self.origin[:, first:],
            self.fault[:, first:],
        )

    @classmethod
    def empty(cls) -> LaneSeries:
        """No series, of a minute."""
        none, marks = np.empty((0, 0), np.int64), np.empty((0, 0), np.bool_)
        values = Measured(np.empty((0, 0)), none, np.empty((0, 0)), marks)
        classes = stacked([values] * 3)
        return cls(
            none.ravel(), none.ravel(), MINUTE_S, none.ravel(), marks, marks, classes, classes, values, none, none
        )


def lane_series(task: Task) -> list[LaneSeries]:
    """Give the series of a task's lanes, those of one step width together.

    Parameters
    ----------
    task : Task
        Due windows with ``lane_rows``, and what is known of lanes and limits.

    Returns
    -------
    list of LaneSeries
        The finest first. Series without a reading in the window itself are left out. A lane's step is the length that
        most of its readings in window and look-back have, the longer of two; others are left out, and so are lanes
        whose length divides neither a minute nor the window. A reading belongs to the step in which it begins.
    """
    if "lane_series" not in task.shared:
        task.shared["lane_series"] = _lane_series(task, task.rows["lane_rows"])
    known: list[LaneSeries] = task.shared["lane_series"]
    return known


def _lane_series(task: Task, read: Rows) -> list[LaneSeries]:
    at_us = microseconds(read["observed_at"])
    checked = check(read, scoped(task, read["sensor_id"], at_us))
    row, window = _in_windows(task, at_us)
    begins, lane = runs(read["sensor_id"].astype(np.int64))
    sensors = read["sensor_id"][begins]
    n_windows = max(len(task.window_us), 1)
    cell = lane[row] * n_windows + window
    inside = np.zeros(len(sensors) * n_windows, np.bool_)
    inside[cell[at_us[row] >= task.window_us[window]]] = True
    interval_s = read["interval_s"][row].astype(np.int64)
    usual_s = _usual(cell, interval_s, inside.size)
    wanted = inside[cell] & (interval_s == usual_s[cell])
    row, cell, interval_s = row[wanted], cell[wanted], interval_s[wanted]
    width_s = task.width_us // SECOND_US
    found: dict[int, list[LaneSeries]] = {}
    for one_s in _lengths(interval_s).tolist():
        if (MINUTE_S % one_s if one_s < MINUTE_S else width_s % one_s) == 0:
            alike = interval_s == one_s
            cells = np.flatnonzero(np.bincount(cell[alike]))
            series = np.searchsorted(cells, cell[alike])
            grid = _Grid(
                task,
                sensors[cells // n_windows].astype(np.int64),
                cells % n_windows,
                one_s,
                row[alike],
                series,
                at_us[row[alike]],
            )
            found.setdefault(max(one_s, MINUTE_S), []).append(grid.series(read, checked))
    return [_together(parts) for _, parts in sorted(found.items())]


def _together(parts: list[LaneSeries]) -> LaneSeries:
    """Put series of one step width together."""
    if len(parts) == 1:
        return parts[0]

    def classes(of: Callable[[LaneSeries], Measured]) -> Measured:
        return stacked([joined([of(part)[number] for part in parts]) for number in (ALL, HEAVY, CAR)])

    return LaneSeries(
        np.concatenate([part.sensor_id for part in parts]),
        np.concatenate([part.window for part in parts]),
        parts[0].step_s,
        np.concatenate([part.start_us for part in parts]),
        np.concatenate([part.there for part in parts]),
        np.concatenate([part.simulated for part in parts]),
        classes(lambda part: part.flow),
        classes(lambda part: part.speed),
        joined([part.occupancy for part in parts]),
        np.concatenate([part.origin for part in parts]),
        np.concatenate([part.fault for part in parts]),
    )


@dataclass(frozen=True, slots=True)
class _Grid:
    """Readings of one length, each with its series and time."""

    task: Task
    sensor_id: Ints
    window: Ints
    interval_s: int
    row: Ints
    of_series: Ints
    at_us: Ints

    def series(self, read: Rows, checked: Checked) -> LaneSeries:
        """Lay the readings on steps, and do what has memory."""
        start_us = self.task.window_us[self.window] - self.task.look_back_us
        interval_us = self.interval_s * SECOND_US
        steps = int((self.task.look_back_us + self.task.width_us) // interval_us)
        shape = len(self.sensor_id), steps
        # Of intervals that overlap the later one is taken; what has no reading takes from behind the last.
        source = np.full(shape, len(read))
        source.flat[self.of_series * steps + (self.at_us - start_us[self.of_series]) // interval_us] = self.row
        there = source < len(read)
        limits = scoped(self.task, self.sensor_id, self.task.window_us[self.window])
        values = _laid(joined([checked.count, checked.speed]), source)
        occupancy = _laid(reshaped(checked.occupancy, (1, len(read))), source)
        deviation = _laid(reshaped(checked.deviation, (1, len(read))), source)
        count_stuck, speed_stuck = _constant(values[:3], limits, "count"), _constant(values[3:], limits, "speed")
        occupancy_stuck = _constant(occupancy, limits, "occupancy")
        constant = count_stuck | speed_stuck | occupancy_stuck | _constant(deviation, limits, "speed_deviation")
        if count_stuck.any() or speed_stuck.any():
            values = faulted(values, np.stack([count_stuck] * 3 + [speed_stuck] * 3))
        values, origin = self._substituted(values, there, limits)
        flow, speed = hourly(values[:3], np.array(float(self.interval_s))), accepted(values[3:])
        whole = LaneSeries(
            self.sensor_id,
            self.window,
            self.interval_s,
            start_us,
            there,
            np.append(read["simulated"], np.False_)[source],
            flow,
            speed,
            accepted(faulted(occupancy, occupancy_stuck[None])[0]),
            origin,
            np.append(checked.fault, 0)[source] | CONSTANT * constant,
        )
        return whole if self.interval_s >= MINUTE_S else _by_minute(whole)

    def _substituted(self, values: Measured, there: Bools, limits: Scoped) -> tuple[Measured, Ints]:
        """Stand in for faulty values: by the lane that the city's description names, else by the last ones."""
        if not (values.status == FAULTY).any():
            return values, np.zeros(there.shape, np.int64)
        other = self._other()
        partner = np.maximum(other, 0)
        comparable = (other >= 0)[:, None] & there & there[partner]
        longest_s = limits("traffic_substitution_longest") * MINUTE_S
        found = substitute(
            values,
            values[:, partner],
            comparable,
            np.nan_to_num(longest_s // self.interval_s).astype(np.int64),
            limits("traffic_substitution_lane_quality")[:, None],
            limits("traffic_substitution_held_quality")[:, None],
        )
        return found.measured, found.origin

    def _other(self) -> Ints:
        """Number of the series that stands in for each, -1 for none."""
        number_of = {one.key: one.sensor_id for one in self.task.sensors}
        stands_in = {
            one.sensor_id: number_of.get(str(one.metadata["substitute_lane"]), -1)
            for one in self.task.sensors
            if "substitute_lane" in one.metadata
        }
        pairs = list(zip(self.sensor_id.tolist(), self.window.tolist(), strict=True))
        place = {pair: number for number, pair in enumerate(pairs)}
        return np.array([place.get((stands_in.get(lane, -1), window), -1) for lane, window in pairs], np.int64)


def _in_windows(task: Task, at_us: Ints) -> tuple[Ints, Ints]:
    """Pair each reading with every due window that reads it: row, and number of the window."""
    rows, windows = [], []
    for back in range(int(task.look_back_us // task.width_us) + 1):
        window = task.place(at_us + back * task.width_us)
        (row,) = np.nonzero(window >= 0)
        rows.append(row)
        windows.append(window[row])
    return np.concatenate(rows), np.concatenate(windows)


def _usual(cell: Ints, interval_s: Ints, n_cells: int) -> Ints:
    """Length that most readings of each cell have, the longer of two [s]."""
    lengths = _lengths(interval_s)
    length = np.searchsorted(lengths, interval_s)
    counts = np.bincount(cell * max(len(lengths), 1) + length, minlength=n_cells * max(len(lengths), 1))
    if not len(lengths):
        return np.zeros(n_cells, np.int64)
    by_cell = counts.reshape(n_cells, len(lengths))[:, ::-1]
    usual: Ints = lengths[::-1][by_cell.argmax(axis=1)]
    return usual


def _lengths(interval_s: Ints) -> Ints:
    """Lengths that occur, ascending; mostly it is one, and nothing needs sorting."""
    if len(interval_s) and interval_s.min() == interval_s.max():
        return interval_s[:1]
    return np.unique(interval_s)


def _laid(measured: Measured, source: Ints) -> Measured:
    """Lay values (k, n) on steps by the row each step takes; the row behind the last stands for none."""

    def taken(values: npt.NDArray[Any], nothing: float) -> npt.NDArray[Any]:
        return np.take(np.pad(values, ((0, 0), (0, 1)), constant_values=nothing), source, axis=-1)

    shape = (len(measured.number), *source.shape)
    marked = measured.interpolated.any()
    return Measured(
        taken(measured.number, np.nan),
        taken(measured.status, REPORTED),
        np.ones(shape),
        taken(measured.interpolated, 0) if marked else np.zeros(shape, np.bool_),
    )


def _constant(measured: Measured, limits: Scoped, name: str) -> Bools:
    """Find what stands still for too long; without a limit nothing does."""
    longest = limits(f"traffic_constant_{name}")
    if np.isnan(longest).all() or np.isnan(measured.number[0]).all():
        return np.zeros(measured.number.shape[1:], np.bool_)
    known = np.where(np.isnan(longest), measured.number.shape[-1], longest).astype(np.int64)
    return stuck(measured, known, np.nan_to_num(limits(f"traffic_constant_{name}_from")))


def _by_minute(fine: LaneSeries) -> LaneSeries:
    """Aggregate steps that are shorter than a minute."""
    lanes, steps = fine.there.shape
    part = MINUTE_S // fine.step_s
    minutes = steps // part
    group = np.arange(lanes)[:, None] * minutes + np.arange(steps) // part
    where = fine.there.ravel()
    form, flat = (lanes, minutes), (lanes * steps,)
    pairs = [
        aggregate(
            group.ravel()[where],
            lanes * minutes,
            np.full(int(where.sum()), float(fine.step_s)),
            reshaped(fine.flow[number], flat)[where],
            reshaped(fine.speed[number], flat)[where],
            np.array([float(MINUTE_S)]),
        )
        for number in (ALL, HEAVY, CAR)
    ]
    parts = fine.occupancy.number.reshape(*form, part)
    known = ~np.isnan(parts)
    seen = known.sum(axis=-1)
    total = np.where(known, parts, 0.0).sum(axis=-1)
    occupancy = np.where(seen > 0, total / np.maximum(seen, 1), np.nan)
    status = fine.occupancy.status.reshape(*form, part).max(axis=-1)

    def any_of(marks: Bools) -> Bools:
        found: Bools = np.logical_or.reduce(marks.reshape(*form, part), axis=-1)
        return found

    return LaneSeries(
        fine.sensor_id,
        fine.window,
        MINUTE_S,
        fine.start_us,
        any_of(fine.there),
        any_of(fine.simulated),
        reshaped(stacked([flow for flow, _ in pairs]), (3, *form)),
        reshaped(stacked([speed for _, speed in pairs]), (3, *form)),
        Measured(
            occupancy,
            np.where(seen > 0, REPORTED, status),
            seen / part,
            any_of(fine.occupancy.interpolated),
        ),
        fine.origin.reshape(*form, part).max(axis=-1),
        np.bitwise_or.reduce(fine.fault.reshape(*form, part), axis=-1),
    )
