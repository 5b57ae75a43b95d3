"""Meters: the energy of a meter in each window, from its counter, its mean power, or its power.

Rules E1 (counter before power), E2 to E4 (what a counter that goes back means), E6 (power is integrated by trapezoids,
and only across gaps that are not too long), E7 (linear split at the borders) and E10 (nothing is filled in silently).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from processing.kernels.counter import MONOTONE, RESETTABLE, WRAPPING, advance, in_line, split
from processing.kernels.group import Floats, Ints

Flags = npt.NDArray[np.bool_]

COUNTER, POWER, MEAN_POWER = 1, 2, 3
HOUR_US = 3_600_000_000
MOST_OF_RATED = 1.2
"""A wrap that would need more than this share of the rated power is none (rule E4)."""


@dataclass(frozen=True, slots=True)
class Readings:
    """Readings of meters, sorted by meter and time, each of shape (n,).

    Parameters
    ----------
    meter : integer array
        Number of the meter, 0 to the number of meters less one.
    time_us : integer array
        Time [us].
    mark, estimated : bool array
        Marks: a window is marked if a reading that contributes to it is; whether the value is no measured one.
    counter_wh, power_w : float array
        Counter [Wh] and power [W], NaN where not read.
    mean_power_w : float array
        Mean power of the interval that ends at the time [W], NaN where not read.
    interval_us : integer array
        Length of that interval [us].
    """

    meter: Ints
    time_us: Ints
    mark: Flags
    estimated: Flags
    counter_wh: Floats
    power_w: Floats
    mean_power_w: Floats
    interval_us: Ints


@dataclass(frozen=True, slots=True)
class Traits:
    """What is known of each meter, each of shape (meters,).

    Parameters
    ----------
    kind : integer array
        Kind of counter (:mod:`processing.kernels.counter`).
    greatest_wh : float array
        Greatest value of a wrapping counter [Wh], NaN where unknown.
    rated_w : float array
        Rated power [W], NaN where unknown; then a wrap cannot be checked against it.
    longest_gap_us : integer array
        Longest time between two readings across which energy is taken [us].
    """

    kind: Ints
    greatest_wh: Floats
    rated_w: Floats
    longest_gap_us: Ints


@dataclass(frozen=True, slots=True)
class Meters:
    """Energy by meter and window, each of shape (meters, windows).

    Parameters
    ----------
    energy_wh, estimated_wh : float array
        Measured, and estimated or substituted energy [Wh]; NaN where there is none.
    covered_ratio : float array
        Share of the window with measured energy.
    method : integer array
        :data:`COUNTER`, :data:`POWER` or :data:`MEAN_POWER`.
    marked : bool array
        Whether a marked reading contributes.
    resets, backwards : integer array
        How often a counter began anew, and how often it went back without that being possible.
    """

    energy_wh: Floats
    estimated_wh: Floats
    covered_ratio: Floats
    method: Ints
    marked: Flags
    resets: Ints
    backwards: Ints


@dataclass(frozen=True, slots=True)
class _Spans:
    """Spans of time with what happened in them, each of shape (spans,); ``row`` is the reading that ends it."""

    row: Ints
    start_us: Ints
    amount_wh: Floats
    mark: Flags
    estimated: Flags


def meters(read: Readings, traits: Traits, window_us: Ints, width_us: int) -> Meters:
    """Compute energy by meter and window.

    Parameters
    ----------
    read : Readings
        What the meters said.
    traits : Traits
        What is known of them.
    window_us : integer array, shape (m,)
        Starts of the windows, ascending, multiples of the width [us].
    width_us : int
        Width of the windows [us].

    Raises
    ------
    ValueError
        Rows are not sorted by meter and time.
    """
    if (np.diff(read.meter) < 0).any() or ((np.diff(read.meter) == 0) & (np.diff(read.time_us) < 0)).any():
        raise ValueError("rows must be sorted by meter and time")
    n_meters, n_windows = len(traits.kind), len(window_us)

    def parted(spans: _Spans, amount: Floats) -> tuple[Floats, Floats]:
        """Split amounts over all meters, also those without a span."""
        found = np.zeros((2, n_meters, n_windows))
        meter, end_us = read.meter[spans.row], read.time_us[spans.row]
        part = split(spans.start_us, end_us, amount, meter, window_us, width_us)
        found[0, : len(part[0])], found[1, : len(part[1])] = part
        return found[0], found[1]

    by_counter, resets, backwards = _by_counter(read, traits)
    shape = (n_meters, n_windows)
    method = np.full(shape, POWER)
    energy, estimated = np.full(shape, np.nan), np.full(shape, np.nan)
    covered, marked, settled = np.zeros(shape), np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
    # By window, not by meter: which readings of other windows are at hand must not matter.
    for way, spans in (
        (COUNTER, by_counter),
        (MEAN_POWER, _by_mean_power(read)),
        (POWER, _by_power(read, traits)),
    ):
        amount, covered_us = parted(spans, np.where(spans.estimated, np.nan, spans.amount_wh))
        filled, filled_us = parted(spans, np.where(spans.estimated, spans.amount_wh, np.nan))
        marks, _ = parted(spans, np.where(spans.mark & ~np.isnan(spans.amount_wh), 1.0, np.nan))
        found = ~settled & (covered_us + filled_us > 0)
        method[found] = way
        energy[found] = np.where(covered_us > 0, amount, np.nan)[found]
        estimated[found] = np.where(filled_us > 0, filled, np.nan)[found]
        covered[found] = covered_us[found] / width_us
        marked[found] = marks[found] > 0
        settled |= found
    return Meters(
        energy,
        estimated,
        covered,
        method,
        marked,
        _counted(read, resets, n_meters, window_us, width_us),
        _counted(read, backwards, n_meters, window_us, width_us),
    )


def _by_counter(read: Readings, traits: Traits) -> tuple[_Spans, Ints, Ints]:
    """Spans of counters, the rows at which one began anew, and those at which one went back."""
    (chosen,) = np.nonzero(~np.isnan(read.counter_wh))
    whose = read.meter[chosen]
    agrees = in_line(whose, read.time_us[chosen], read.counter_wh[chosen], traits.longest_gap_us[whose])
    agrees |= traits.kind[whose] != MONOTONE
    before, after = _pairs(read, traits, chosen[agrees])
    meter, value, now = read.meter[after], read.counter_wh[before], read.counter_wh[after]
    kind = traits.kind[meter]
    amount = advance(value, now, kind, traits.greatest_wh[meter])
    hours = (read.time_us[after] - read.time_us[before]) / HOUR_US
    went_back = now < value
    # A rated power that is unknown is never exceeded.
    too_much = amount > MOST_OF_RATED * traits.rated_w[meter] * hours
    amount = np.where(went_back & (kind == WRAPPING) & too_much, np.nan, amount)
    backwards = np.concatenate([after[went_back & np.isnan(amount)], chosen[~agrees]])
    return _spans(read, before, after, amount), after[went_back & (kind == RESETTABLE)], backwards


def _by_power(read: Readings, traits: Traits) -> _Spans:
    """Trapezoids between readings of power."""
    (chosen,) = np.nonzero(~np.isnan(read.power_w))
    before, after = _pairs(read, traits, chosen)
    hours = (read.time_us[after] - read.time_us[before]) / HOUR_US
    return _spans(read, before, after, (read.power_w[before] + read.power_w[after]) / 2 * hours)


def _by_mean_power(read: Readings) -> _Spans:
    """Intervals with a mean power; what two of them have in common counts once, with the earlier."""
    (row,) = np.nonzero(~np.isnan(read.mean_power_w))
    start_us = read.time_us[row] - read.interval_us[row]
    follows = np.diff(read.meter[row]) == 0
    start_us[1:] = np.where(follows, np.maximum(start_us[1:], read.time_us[row[:-1]]), start_us[1:])
    amount = read.mean_power_w[row] * (read.time_us[row] - start_us) / HOUR_US
    return _Spans(row, start_us, amount, read.mark[row], read.estimated[row])


def _spans(read: Readings, before: Ints, after: Ints, amount: Floats) -> _Spans:
    """Spans between two readings, marked or estimated where one of them is."""
    mark, estimated = read.mark[before] | read.mark[after], read.estimated[before] | read.estimated[after]
    return _Spans(after, read.time_us[before], amount, mark, estimated)


def _pairs(read: Readings, traits: Traits, chosen: Ints) -> tuple[Ints, Ints]:
    """Neighbours of one meter that are not too far apart."""
    before, after = chosen[:-1], chosen[1:]
    apart_us = read.time_us[after] - read.time_us[before]
    pair = (read.meter[before] == read.meter[after]) & (apart_us <= traits.longest_gap_us[read.meter[after]])
    return before[pair], after[pair]


def _counted(read: Readings, row: Ints, n_meters: int, window_us: Ints, width_us: int) -> Ints:
    """How many of some rows lie in each window, by meter."""
    meter, start = read.meter[row], read.time_us[row] // width_us * width_us
    place = np.searchsorted(window_us, start)
    wanted = place < len(window_us)
    wanted[wanted] = window_us[place[wanted]] == start[wanted]
    cell = meter[wanted] * len(window_us) + place[wanted]
    return np.bincount(cell, minlength=n_meters * len(window_us)).reshape(n_meters, len(window_us))
