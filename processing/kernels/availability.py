"""Availability: how much of the time before a detector reported plausibly, and whether it is to be trusted.

References
----------
.. [1] DUA, SWE Pl-Pruefung logisch LVE, failure rate and range of trust: the share of failures in a span before, with
   one limit that takes trust away and a lower one that gives it back. Rule from its description; tables DUA52 and
   DUA53 were not at hand, unverified.
.. [2] City of Berlin, traffic detection: an hour is valid where at least 75 % of its intervals are. Read.
"""

from __future__ import annotations

import numpy as np

from processing.kernels.group import Floats
from processing.kernels.measured import Bools


def failure_rate(sound: Bools, span: int) -> Floats:
    """Share of intervals that are missing or implausible in a sliding span.

    Parameters
    ----------
    sound : bool array, shape (lanes, steps)
        Whether the interval has a plausible value; a missing interval has none.
    span : int
        Number of intervals to look back over, the present one among them.

    Returns
    -------
    float array, shape (lanes, steps)
        Share, 0 to 1 [1]_; NaN while fewer than ``span`` intervals have passed.

    Raises
    ------
    ValueError
        The span is not positive.
    """
    if span < 1:
        raise ValueError(f"a span of {span} intervals")
    failures = np.zeros((sound.shape[0], sound.shape[1] + 1), np.int64)
    np.cumsum(~sound, axis=1, out=failures[:, 1:])
    rate = np.full(sound.shape, np.nan)
    rate[:, span - 1 :] = (failures[:, span:] - failures[:, :-span]) / span
    return rate


def trusted(rate: Floats, limit_ratio: Floats, restored_ratio: Floats, first: Bools) -> Bools:
    """Decide with hysteresis which detectors to trust.

    Parameters
    ----------
    rate : float array, shape (lanes, steps)
        Share of failures, 0 to 1; where it is NaN the decision stays.
    limit_ratio, restored_ratio : float array, broadcast to (lanes,)
        Above the one trust is lost, below the other it returns.
    first : bool array, broadcast to (lanes,)
        Decision before the first step.

    Returns
    -------
    bool array, shape (lanes, steps)
        Whether to trust each detector [1]_.

    Raises
    ------
    ValueError
        Trust would return above the limit at which it is lost.
    """
    if (np.asarray(restored_ratio) > np.asarray(limit_ratio)).any():
        raise ValueError("trust returns above the limit at which it is lost")
    lanes, steps = rate.shape
    lost = rate > np.asarray(limit_ratio).reshape(-1, 1)
    returned = rate < np.asarray(restored_ratio).reshape(-1, 1)
    # The last decision before each step; the two limits never decide at once.
    decided = np.maximum.accumulate(np.where(lost | returned, np.arange(steps), -1), axis=1)
    latest = np.take_along_axis(returned, np.maximum(decided, 0), axis=1)
    return np.where(decided < 0, np.broadcast_to(first, lanes).reshape(-1, 1), latest)


def valid(sound_count: Floats, expected_count: Floats, least_ratio: float) -> Bools:
    """Whether enough intervals of a longer one are sound [2]_."""
    return sound_count >= least_ratio * expected_count
