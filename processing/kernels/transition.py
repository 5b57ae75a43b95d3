"""Transitions: which changes of state are lawful, and which are not.

References
----------
.. [1] VwV-StVO to par. 37: green, amber, red, red-amber, green for vehicles. Read in quotation only.
.. [2] Signals of pedestrians go from green to red and back without amber; from general knowledge, unverified.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from processing.kernels.group import Ints
from processing.kernels.signal_state import AMBER, DARK, GREEN, RED, RED_AMBER, STATE_COUNT, UNKNOWN
from processing.kernels.timeline import Timeline

Matrix = npt.NDArray[np.bool_]


def lawful(*pairs: tuple[int, int]) -> Matrix:
    """Make the matrix of lawful transitions, shape (from, to); dark may follow and precede any state."""
    matrix = np.zeros((STATE_COUNT, STATE_COUNT), np.bool_)
    matrix[DARK, :] = matrix[:, DARK] = True
    for before, after in pairs:
        matrix[before, after] = True
    return matrix


VEHICLES = lawful((GREEN, AMBER), (AMBER, RED), (RED, RED_AMBER), (RED_AMBER, GREEN))
"""German signals for vehicles."""

VEHICLES_WITHOUT_RED_AMBER = lawful((GREEN, AMBER), (AMBER, RED), (RED, GREEN))
"""Signals for vehicles of controllers that have no red-amber."""

PEDESTRIANS = lawful((GREEN, RED), (RED, GREEN))
"""Signals for pedestrians."""

ANY_KIND: Matrix = VEHICLES | VEHICLES_WITHOUT_RED_AMBER | PEDESTRIANS
"""What some kind of signal may do, for when the kind is not known; a lost amber then passes for pedestrians' red."""


def transitions(shown: Timeline) -> tuple[Ints, Ints, Ints]:
    """Find the changes from one known state to the next of the same signal group.

    Parameters
    ----------
    shown : Timeline
        Intervals.

    Returns
    -------
    row : integer array, shape (n,)
        Interval that ends with the change; the next row begins with it.
    before, after : integer array, shape (n,)
        States. The same state twice, a restart and a gap are no transition, but missing data.
    """
    (row,) = np.nonzero(shown.whole)
    before, after = shown.state[row], shown.state[row + 1]
    real = (before != after) & (before != UNKNOWN) & (after != UNKNOWN)
    return row[real], before[real], after[real]


def violations(shown: Timeline, allowed: Matrix) -> npt.NDArray[np.bool_]:
    """Mark the intervals that end with an unlawful transition.

    Parameters
    ----------
    shown : Timeline
        Intervals, shape (n,).
    allowed : bool array, shape (5, 5)
        Lawful transitions from the first to the second state.

    Returns
    -------
    bool array, shape (n,)
        For instance red to amber, green to red-amber; for vehicles also green to red, a lost amber.

    Raises
    ------
    ValueError
        The matrix has another shape.
    """
    if allowed.shape != (STATE_COUNT, STATE_COUNT):
        raise ValueError(f"a matrix of {STATE_COUNT} by {STATE_COUNT} states, not {allowed.shape}")
    marked = np.zeros(len(shown.signal), np.bool_)
    row, before, after = transitions(shown)
    marked[row] = ~allowed[before, after]
    return marked


def transition_counts(shown: Timeline) -> Ints:
    """Count the transitions, shape (from, to)."""
    _, before, after = transitions(shown)
    flat = np.bincount(before * STATE_COUNT + after, minlength=STATE_COUNT * STATE_COUNT)
    return flat.reshape(STATE_COUNT, STATE_COUNT)
