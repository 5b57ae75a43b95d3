"""Incidents between two cross-sections by the California algorithms #7 and #8.

References
----------
.. [1] Payne and Tignor 1978, "Freeway incident-detection algorithms based on decision trees with states". Not read;
   unverified.
.. [2] Organic Traffic Control, classes CaliforniaAlgorithm7 and CaliforniaAlgorithm8. Read: order of the tests, states
   and default limits. Where [1] is reported to test the downstream occupancy, that program tests its relative fall.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from processing.kernels.group import Floats, Ints
from processing.kernels.measured import Bools

FREE, TENTATIVE, CONFIRMED, CONTINUING = 0, 6, 7, 8
"""States; 1 to 5 count the steps since a compression wave passed downstream."""
WAVE_STEPS = 5
TREND_STEPS = 2
"""Over how many steps the fall of the downstream occupancy is taken."""


@dataclass(frozen=True, slots=True)
class IncidentLimits:
    """Limits of the tests, broadcast to (pairs,).

    Parameters
    ----------
    difference_pct : float array
        Least difference of occupancy, upstream minus downstream (T1) [%].
    difference_ratio : float array
        Least difference over the upstream occupancy.
    downstream_pct : float array
        Greatest occupancy downstream when an incident begins [%].
    wave_pct : float array
        Least occupancy downstream of a compression wave (T5) [%].
    wave_ratio : float array
        A compression wave's rise of the downstream occupancy over :data:`TREND_STEPS` steps, as a negative fall (T2).
    """

    difference_pct: Floats
    difference_ratio: Floats
    downstream_pct: Floats
    wave_pct: Floats
    wave_ratio: Floats


def incidents(upstream_pct: Floats, downstream_pct: Floats, limits: IncidentLimits, *, waves: bool) -> Ints:
    """Find incidents between pairs of cross-sections.

    Parameters
    ----------
    upstream_pct, downstream_pct : float array, shape (pairs, steps)
        Occupancy by step of a minute, in the order of time [%]; NaN where it is not known.
    limits : IncidentLimits
        Limits of the tests.
    waves : bool
        Whether compression waves hold an alarm back for five steps (#8) or not (#7).

    Returns
    -------
    integer array, shape (pairs, steps)
        State after each step [1]_ [2]_; a step without both occupancies is -1 and the next one begins free.

    Raises
    ------
    ValueError
        The shapes disagree.
    """
    if upstream_pct.shape != downstream_pct.shape:
        raise ValueError(f"{upstream_pct.shape} occupancies upstream, {downstream_pct.shape} downstream")
    pairs, steps = upstream_pct.shape
    difference = upstream_pct - downstream_pct
    before = np.full_like(downstream_pct, np.nan)
    before[:, TREND_STEPS:] = downstream_pct[:, : steps - TREND_STEPS]
    # Multiplied out: an occupancy may be as close to 0 as it likes.
    persists = (upstream_pct > 0) & (difference >= _column(limits.difference_ratio) * upstream_pct)
    begins = (
        (difference >= _column(limits.difference_pct)) & persists & (downstream_pct <= _column(limits.downstream_pct))
    )
    rises = (before > 0) & (before - downstream_pct < _column(limits.wave_ratio) * before)
    wave = (downstream_pct >= _column(limits.wave_pct)) & rises & waves
    missing = np.isnan(difference)
    found = np.empty((pairs, steps), np.int64)
    state = np.full(pairs, FREE, np.int64)
    for step in range(steps):
        state = _next(state, begins[:, step], persists[:, step], wave[:, step])
        found[:, step] = np.where(missing[:, step], -1, state)
        state = np.where(missing[:, step], FREE, state)
    return found


def _next(state: Ints, begins: Bools, persists: Bools, wave: Bools) -> Ints:
    """Give the state after a step."""
    alarmed = state >= TENTATIVE
    # A confirmed incident that ends is over; only a tentative one may turn out to have been a wave.
    ended = np.where(wave & (state < CONFIRMED), 1, FREE)
    held = np.where(persists, np.minimum(state + 1, CONTINUING), ended)
    waited = np.where(state == FREE, np.where(begins, TENTATIVE, FREE), np.where(state < WAVE_STEPS, state + 1, FREE))
    return np.where(alarmed, held, np.where(wave, 1, waited))


def _column(limit: Floats) -> Floats:
    return np.asarray(limit, np.float64).reshape(-1, 1)
