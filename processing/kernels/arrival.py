"""Arrivals on green, platoon ratio, and the delay of those who arrive on red.

References
----------
.. [1] ATSPM, arrivals on green: actuations of the advance detector while green is shown, over all. Read.
.. [2] HCM 7, platoon ratio: share of arrivals on green over share of green, g/C; Exhibit 19-13. Read in quotation.
.. [3] UDOT ATSPM, approach delay: from the arrival on red to the begin of green. Read.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from processing.kernels.group import Floats, Ints, ratio
from processing.kernels.moment import last_row
from processing.kernels.signal_state import AMBER, GREEN, RED, RED_AMBER, UNKNOWN
from processing.kernels.timeline import Timeline, interval_at


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Arrivals by group, each of shape (n_groups,); those while no state was known are none of the others."""

    green_count: Ints
    amber_count: Ints
    red_count: Ints
    unknown_count: Ints

    @property
    def green_ratio(self) -> Floats:
        """Share of the arrivals on green among those in a known state, 0 to 1."""
        return ratio(
            self.green_count.astype(np.float64),
            (self.green_count + self.amber_count + self.red_count).astype(np.float64),
        )


def arrivals(state: Ints, group: Ints, n_groups: int) -> Arrivals:
    """Count arrivals by what they met.

    Parameters
    ----------
    state : integer array, shape (n,)
        State at each arrival, as of :func:`processing.kernels.timeline.state_at`.
    group : integer array, shape (n,)
        Number of each arrival's group: one signal group and window; -1 for none.
    n_groups : int
        Number of groups.

    Returns
    -------
    Arrivals
        Red-amber counts as red; dark as unknown.
    """
    counts = group >= 0

    def number(*states: int) -> Ints:
        chosen = counts & (np.isin(state, states) if len(states) > 1 else state == states[0])
        return np.bincount(group[chosen], minlength=n_groups)

    known = [number(GREEN), number(AMBER), number(RED, RED_AMBER)]
    return Arrivals(known[0], known[1], known[2], np.bincount(group[counts], minlength=n_groups) - sum(known))


def platoon_ratio(arrivals_on_green_ratio: Floats, green_ratio: Floats) -> Floats:
    """Arrivals on green over share of green; 1 where arrivals do not depend on the signal.

    Parameters
    ----------
    arrivals_on_green_ratio, green_ratio : float array, shape (n,)
        Share of arrivals on green, and of green in the cycle, 0 to 1.

    Returns
    -------
    float array, shape (n,)
        NaN without green.
    """
    return ratio(arrivals_on_green_ratio, green_ratio)


def approach_delay_s(shown: Timeline, signal: Ints, time_us: Ints, longest_us: int) -> Floats:
    """Time from each arrival on red to the begin of green.

    Parameters
    ----------
    shown : Timeline
        Intervals.
    signal, time_us : integer array, shape (n,)
        Signal group, and time of arrival at the stop line: the detector's time plus the travel time from it [us].
    longest_us : int
        Longest wait that is believed [us].

    Returns
    -------
    float array, shape (n,)
        Delay [s]: 0 on green and amber, NaN where no state is known, or green did not follow in time.
    """
    row = interval_at(shown, signal, time_us)
    if len(shown.signal) == 0:
        return np.full(row.shape, np.nan)
    state = np.where(row >= 0, shown.state[row], UNKNOWN)
    # Green follows red, or red and red-amber; anything else in between is missing data.
    waits = (state == RED) | (state == RED_AMBER)
    ends = row + 1 + (waits & (state == RED) & (shown.state[(row + 1) % len(shown.signal)] == RED_AMBER))
    ends = np.minimum(ends, len(shown.signal) - 1)
    met = waits & shown.whole[row] & shown.whole[np.maximum(ends - 1, 0)]
    met &= (shown.signal[ends] == signal) & (shown.state[ends] == GREEN)
    delay_us = np.where(met, shown.start_us[ends] - time_us, -1)
    delay_s = np.where(met & (delay_us <= longest_us), delay_us / 1e6, np.nan)
    return np.where((state == GREEN) | (state == AMBER), 0.0, delay_s)


def coordination(shown: Timeline, signal: Ints, time_us: Ints, begins_with: int) -> tuple[Ints, Floats, Ints]:
    """Place arrivals in their cycles, for a coordination diagram.

    Parameters
    ----------
    shown : Timeline
        Intervals.
    signal, time_us : integer array, shape (n,)
        Signal group and time of each arrival [us].
    begins_with : int
        State whose begin begins the cycle: red, as the diagrams have it, or green.

    Returns
    -------
    cycle_us : integer array, shape (n,)
        Begin of the cycle [us], -1 where it is not known.
    second_s : float array, shape (n,)
        Time since then [s], NaN where it is not known.
    state : integer array, shape (n,)
        State at the arrival.
    """
    (begin,) = np.nonzero(shown.state == begins_with)
    row = interval_at(shown, signal, time_us)
    cycle = last_row(shown.signal[begin], shown.start_us[begin], signal, time_us)
    if len(begin) == 0:
        return np.full(row.shape, -1), np.full(row.shape, np.nan), np.full(row.shape, UNKNOWN)
    broken = np.concatenate(([0], np.cumsum(~shown.whole)))
    known = (row >= 0) & (cycle >= 0) & (broken[row] == broken[begin[cycle]])
    cycle_us = np.where(known, shown.start_us[begin[cycle]], -1)
    return (
        cycle_us,
        np.where(known, (time_us - cycle_us) / 1e6, np.nan),
        np.where(row >= 0, shown.state[row], UNKNOWN),
    )
