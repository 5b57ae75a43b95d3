"""Signal plan facts: amber, red-amber, shortest green and violations as they were shown.

References
----------
.. [1] VwV-StVO to par. 37: amber 3, 4, 5 s at 50, 60, 70 km/h, red-amber 1 s; read in quotation only. RiLSA 2015 for
   the shortest green; unverified.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from processing.kernels.group import Floats, Ints, ratio, total
from processing.kernels.signal_state import AMBER, GREEN, RED, RED_AMBER
from processing.kernels.timeline import Timeline
from processing.kernels.transition import Matrix, violations


@dataclass(frozen=True, slots=True)
class Plan:
    """Facts by group, each of shape (n_groups,)."""

    green_s: Floats
    amber_s: Floats
    red_s: Floats
    red_amber_s: Floats
    green_min_s: Floats
    violation_count: Ints


def plan(shown: Timeline, group: Ints, n_groups: int, allowed: Matrix) -> Plan:
    """Compute what the plan of each group was.

    Parameters
    ----------
    shown : Timeline
        Intervals, shape (n,).
    group : integer array, shape (n,)
        Number of each interval's group: one signal group and window; -1 for none.
    n_groups : int
        Number of groups.
    allowed : bool array, shape (5, 5)
        Lawful transitions.

    Returns
    -------
    Plan
        Mean duration of green, amber, red and red-amber, shortest green [s], and unlawful transitions. An interval
        counts only if it is whole and ends lawfully: a green whose amber was lost is of unknown length.
    """
    unlawful = violations(shown, allowed)
    counts = shown.whole & ~unlawful & (group >= 0)
    length_s = (shown.end_us - shown.start_us) / 1e6

    def mean_s(state: int) -> Floats:
        mine = counts & (shown.state == state)
        number = np.bincount(group[mine], minlength=n_groups).astype(np.float64)
        return ratio(total(group[mine], length_s[mine], n_groups), number)

    greens = counts & (shown.state == GREEN)
    shortest = np.full(n_groups, np.inf)
    np.minimum.at(shortest, group[greens], length_s[greens])
    return Plan(
        mean_s(GREEN),
        mean_s(AMBER),
        mean_s(RED),
        mean_s(RED_AMBER),
        np.where(np.isinf(shortest), np.nan, shortest),
        np.bincount(group[unlawful & (group >= 0)], minlength=n_groups),
    )
