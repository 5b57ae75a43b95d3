"""Meters: the energy of a meter in each window, from its counter, or from its power where it has no counter.

Rules E1 (counter before power), E6 (power is integrated by trapezoids, and only across gaps that are not too long) and
E7 (linear split at the borders).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from processing.kernels.counter import advance, split
from processing.kernels.group import Floats, Ints

COUNTER, POWER = 1, 2
HOUR_US = 3_600_000_000


@dataclass(frozen=True, slots=True)
class Meters:
    """Energy by meter and window, each of shape (meters, windows)."""

    energy_wh: Floats
    covered_ratio: Floats
    method: npt.NDArray[np.int64]
    marked: npt.NDArray[np.bool_]


def meters(
    meter: Ints,
    time_us: Ints,
    mark: npt.NDArray[np.bool_],
    counter_wh: Floats,
    power_w: Floats,
    kind: Ints,
    greatest_wh: Floats,
    longest_gap_us: Ints,
    window_us: Ints,
    width_us: int,
) -> Meters:
    """Compute energy by meter and window.

    Parameters
    ----------
    meter : integer array, shape (n,)
        Number of each reading's meter, 0 to the number of meters less one; rows sorted by meter and time.
    time_us : integer array, shape (n,)
        Time [us].
    mark : bool array, shape (n,)
        Marks readings; a window is marked if one that contributes to it is.
    counter_wh : float array, shape (n,)
        Counter [Wh], NaN where not read.
    power_w : float array, shape (n,)
        Power [W], NaN where not read.
    kind : integer array, shape (n,)
        Kind of counter (:mod:`processing.kernels.counter`).
    greatest_wh : float array, shape (n,)
        Greatest value of a wrapping counter [Wh].
    longest_gap_us : integer array, shape (n,)
        Longest time between two readings across which energy is taken [us].
    window_us : integer array, shape (m,)
        Starts of the windows, ascending, multiples of the width [us].
    width_us : int
        Width of the windows [us].

    Returns
    -------
    Meters
        Energy [Wh], NaN where nothing is covered; share of the window covered; :data:`COUNTER` or :data:`POWER`;
        whether it is marked.

    Raises
    ------
    ValueError
        Rows are not sorted by meter and time.
    """
    if (np.diff(meter) < 0).any() or ((np.diff(meter) == 0) & (np.diff(time_us) < 0)).any():
        raise ValueError("rows must be sorted by meter and time")
    n_meters = int(meter.max()) + 1 if meter.size else 0
    has_counter = np.bincount(meter, ~np.isnan(counter_wh), n_meters) > 0
    by_counter = has_counter[meter]
    read = np.where(by_counter, ~np.isnan(counter_wh), ~np.isnan(power_w))
    (chosen,) = np.nonzero(read)
    before, after = chosen[:-1], chosen[1:]
    pair = (meter[before] == meter[after]) & (time_us[after] - time_us[before] <= longest_gap_us[after])
    before, after = before[pair], after[pair]
    hours = (time_us[after] - time_us[before]) / HOUR_US
    from_power = (power_w[before] + power_w[after]) / 2 * hours
    from_counter = advance(counter_wh[before], counter_wh[after], kind[after], greatest_wh[after])
    amount = np.where(by_counter[after], from_counter, from_power)
    energy, covered = np.zeros((n_meters, len(window_us))), np.zeros((n_meters, len(window_us)))
    part, part_us = split(time_us[before], time_us[after], amount, meter[after], window_us, width_us)
    energy[: len(part)], covered[: len(part)] = part, part_us
    marked = np.zeros((n_meters, len(window_us)), np.bool_)
    marks = np.where(mark[before] | mark[after], 1.0, np.nan)
    part, _ = split(time_us[before], time_us[after], marks, meter[after], window_us, width_us)
    marked[: len(part)] = part > 0
    method = np.repeat(np.where(has_counter, COUNTER, POWER)[:, None], len(window_us), 1)
    return Meters(np.where(covered > 0, energy, np.nan), covered / width_us, method, marked)
