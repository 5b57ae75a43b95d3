"""Availability: how much of the time before a detector reported plausibly, and whether it is to be trusted.

References
----------
.. [1] DUA, SWE Pl-Pruefung logisch LVE, failure rate and range of trust: the share of failures in a span before, with
   one limit that takes trust away and a lower one that gives it back, decided at fixed intervals. Its tables DUA52 and
   DUA53. Read.
.. [2] City of Berlin, traffic detection: an hour is valid where at least 75 % of its intervals are. Read.
"""

from __future__ import annotations

import numpy as np

from processing.kernels.group import Floats, Ints
from processing.kernels.measured import Bools


def failures(faulty: Bools, span: int) -> Ints:
    """Count the faulty intervals of a sliding span.

    Parameters
    ----------
    faulty : bool array, shape (lanes, steps)
        Whether the interval has a faulty value; whether a missing one is to count is up to the caller.
    span : int
        Number of intervals to look back over, the present one among them.

    Returns
    -------
    integer array, shape (lanes, steps)
        Intervals; before the series begins there are none [1]_.

    Raises
    ------
    ValueError
        The span is not positive.
    """
    if span < 1:
        raise ValueError(f"a span of {span} intervals")
    seen = np.zeros((faulty.shape[0], faulty.shape[1] + 1), np.int64)
    np.cumsum(faulty, axis=1, out=seen[:, 1:])
    first = np.maximum(np.arange(faulty.shape[1]) + 1 - span, 0)
    return seen[:, 1:] - seen[:, first]


def trusted(
    failing: Floats | Ints, limit: Floats, restored: Floats, first: Bools, checked: Bools | None = None
) -> Bools:
    """Decide with hysteresis which detectors to trust.

    Parameters
    ----------
    failing : array, shape (lanes, steps)
        Failures, as a number or a share; where it is NaN the decision stays.
    limit, restored : float array, broadcast to (lanes,)
        Above the one trust is lost, below the other it returns; in the unit of the failures.
    first : bool array, broadcast to (lanes,)
        Decision before the first step.
    checked : bool array, shape (steps,), optional
        Steps at which a decision is made; each where not given.

    Returns
    -------
    bool array, shape (lanes, steps)
        Whether to trust each detector [1]_.

    Raises
    ------
    ValueError
        Trust would return above the limit at which it is lost.
    """
    if (np.asarray(restored) > np.asarray(limit)).any():
        raise ValueError("trust returns above the limit at which it is lost")
    lanes, steps = failing.shape
    lost = failing > np.asarray(limit).reshape(-1, 1)
    returned = failing < np.asarray(restored).reshape(-1, 1)
    decides = (lost | returned) & (True if checked is None else checked)
    # The last decision before each step; the two limits never decide at once.
    decided = np.maximum.accumulate(np.where(decides, np.arange(steps), -1), axis=1)
    latest = np.take_along_axis(returned, np.maximum(decided, 0), axis=1)
    return np.where(decided < 0, np.broadcast_to(first, lanes).reshape(-1, 1), latest)


def valid(sound_count: Floats, expected_count: Floats, least_ratio: Floats | float) -> Bools:
    """Whether enough intervals of a longer one are sound [2]_."""
    return sound_count >= least_ratio * expected_count
