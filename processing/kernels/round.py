"""Rounds of a signal group: a green with its amber and red, and the cycle from red to red.

References
----------
.. [1] UDOT ATSPM, red-to-red cycles: begin of red, green, yellow and the next red. Recomputed from its test data.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from processing.kernels.group import Ints
from processing.kernels.signal_state import AMBER, GREEN, RED, RED_AMBER
from processing.kernels.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Rounds:
    """Rounds, each of shape (n,): signal group; begin of green, amber, red, and end of red [us]; row of the green."""

    signal: Ints
    green_us: Ints
    amber_us: Ints
    red_us: Ints
    end_us: Ints
    row: Ints


def _at(shown: Timeline, row: Ints, step: int, state: int, *, whole: bool = True) -> npt.NDArray[np.bool_]:
    """Whether the row so many steps on is of the same signal group, in this state, and whole if asked for."""
    there = row + step < len(shown.signal)
    other = np.where(there, row + step, row)
    fits: npt.NDArray[np.bool_] = there & (shown.signal[other] == shown.signal[row]) & (shown.state[other] == state)
    return fits & shown.whole[other] if whole else fits


def services(shown: Timeline) -> Rounds:
    """Find each green that is followed by its amber and its red.

    Parameters
    ----------
    shown : Timeline
        Intervals.

    Returns
    -------
    Rounds
        ``end_us`` is the time up to which red is known to be shown, with or without a red-amber after it. A green
        whose amber or red is missing is left out.
    """
    (row,) = np.nonzero((shown.state == GREEN) & shown.whole)
    row = row[_at(shown, row, 1, AMBER) & _at(shown, row, 2, RED, whole=False)]
    return Rounds(
        shown.signal[row],
        shown.start_us[row],
        shown.start_us[row + 1],
        shown.start_us[row + 2],
        shown.end_us[row + 2],
        row,
    )


def red_to_red(shown: Timeline) -> tuple[Ints, Rounds]:
    """Find each cycle from one begin of red to the next.

    Parameters
    ----------
    shown : Timeline
        Intervals.

    Returns
    -------
    start_us : integer array, shape (n,)
        Begin of the cycle, which is the begin of red [us].
    rounds : Rounds
        Green and amber of the cycle; ``red_us`` and ``end_us`` are both its end. Red-amber counts as red.
    """
    (row,) = np.nonzero((shown.state == RED) & shown.whole)
    step = np.where(_at(shown, row, 1, RED_AMBER), 1, 0)
    green = row + step + 1
    complete = np.ones(len(row), np.bool_)
    for ahead, state, whole in ((1, GREEN, True), (2, AMBER, True), (3, RED, False)):
        complete &= np.where(
            step == 1, _at(shown, row, ahead + 1, state, whole=whole), _at(shown, row, ahead, state, whole=whole)
        )
    row, green = row[complete], green[complete]
    end_us = shown.start_us[green + 2]
    return shown.start_us[row], Rounds(
        shown.signal[row], shown.start_us[green], shown.start_us[green + 1], end_us, end_us, green
    )
