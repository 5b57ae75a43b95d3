"""Actuations on amber and red, by how long after the begin of red.

References
----------
.. [1] ATSPM, yellow and red actuations: time from the begin of red, rounded to half seconds; only of cycles with one
   begin of green, amber and red. Read.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from processing.kernels.group import Floats, Ints
from processing.kernels.moment import last_row
from processing.kernels.round import Rounds


def red_offsets_s(rounds: Rounds, signal: Ints, time_us: Ints) -> Floats:
    """Time of each actuation since the begin of red of its round.

    Parameters
    ----------
    rounds : Rounds
        Greens with their amber and red.
    signal, time_us : integer array, shape (n,)
        Signal group and time of each actuation, less the detector's latency [us].

    Returns
    -------
    float array, shape (n,)
        Time [s], negative on amber and green; NaN outside of any round.
    """
    row = last_row(rounds.signal, rounds.green_us, signal, time_us)
    if len(rounds.signal) == 0:
        return np.full(row.shape, np.nan)
    within = (row >= 0) & (time_us < rounds.end_us[row])
    return np.where(within, (time_us - rounds.red_us[row]) / 1e6, np.nan)


def red_offset_bins(offset_s: Floats, width_s: float) -> Floats:
    """Round to multiples of a width, half away from zero.

    Parameters
    ----------
    offset_s : float array, shape (n,)
        Time since the begin of red [s].
    width_s : float
        Width of a bin [s].

    Returns
    -------
    float array, shape (n,)
        Middle of each one's bin [s].
    """
    return np.sign(offset_s) * np.floor(np.abs(offset_s) / width_s + 0.5) * width_s


def red_runs(
    rounds: Rounds, signal: Ints, time_us: Ints, group: Ints, n_groups: int, severe_s: float
) -> tuple[Ints, Ints, Ints]:
    """Count actuations on amber, on red, and long after the begin of red.

    Parameters
    ----------
    rounds : Rounds
        Greens with their amber and red.
    signal, time_us : integer array, shape (n,)
        Signal group and time of each actuation [us].
    group : integer array, shape (n,)
        Number of each actuation's group, -1 for none.
    n_groups : int
        Number of groups.
    severe_s : float
        From so long after the begin of red on it is severe [s].

    Returns
    -------
    amber_count, red_count, severe_count : integer array, shape (n_groups,)
        Actuations; the severe are among those on red.
    """
    offset_s = red_offsets_s(rounds, signal, time_us)
    row = last_row(rounds.signal, rounds.green_us, signal, time_us)
    after_amber = time_us >= rounds.amber_us[row] if len(rounds.signal) else row >= 0

    def number(chosen: npt.NDArray[np.bool_]) -> Ints:
        return np.bincount(group[chosen & (group >= 0)], minlength=n_groups)

    return number((offset_s < 0) & after_amber), number(offset_s >= 0), number(offset_s >= severe_s)
