"""Split failures: greens that did not serve those who waited.

References
----------
.. [1] UDOT ATSPM, split failure: share of green in which the stop line is occupied (GOR), and of the first five seconds
   of red (ROR5); a failure where both exceed 79 %. Read. Oregon's ATSPM: where both reach 80 %. Read.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from processing.kernels.group import Floats, ratio
from processing.kernels.presence import Presences, occupied_us
from processing.kernels.round import Rounds


@dataclass(frozen=True, slots=True)
class Occupancies:
    """Occupancy by round, each of shape (n,): length of green [s], shares of green and of the begin of red, 0 to 1."""

    green_s: Floats
    green_ratio: Floats
    red_ratio: Floats


def occupancies(rounds: Rounds, found: Presences, red_us: int) -> Occupancies:
    """Compute how far the stop line was occupied in green and after it.

    Parameters
    ----------
    rounds : Rounds
        Greens with their amber and red; the signal group's number is that of the approach in ``found``.
    found : Presences
        Times on, merged by approach.
    red_us : int
        Time from the begin of red that is looked at [us].

    Returns
    -------
    Occupancies
        NaN where a detector was stuck, and before an approach's first presence: its detectors may be off or dead.
    """
    green_us = rounds.amber_us - rounds.green_us
    green = occupied_us(found, rounds.signal, rounds.green_us, rounds.amber_us)
    red = occupied_us(found, rounds.signal, rounds.red_us, rounds.red_us + red_us)
    red = np.where(rounds.end_us - rounds.red_us < red_us, np.nan, red)
    n_signals = int(max(rounds.signal.max(initial=-1), found.detector.max(initial=-1))) + 1
    first_us = np.full(n_signals, np.iinfo(np.int64).max)
    np.minimum.at(first_us, found.detector, found.start_us)
    unseen = first_us[rounds.signal] > rounds.green_us
    green, red = (np.where(unseen, np.nan, one) for one in (green, red))
    return Occupancies(green_us / 1e6, ratio(green, green_us.astype(np.float64)), red / red_us)


def split_failures(
    green_ratio: Floats, red_ratio: Floats, threshold_ratio: float, *, strict: bool
) -> npt.NDArray[np.float64]:
    """Tell which rounds failed.

    Parameters
    ----------
    green_ratio, red_ratio : float array, shape (n,)
        Occupied share of green, and of the begin of red, 0 to 1.
    threshold_ratio : float
        Threshold of both, 0 to 1.
    strict : bool
        Whether both must exceed the threshold; otherwise they must reach it.

    Returns
    -------
    float array, shape (n,)
        1 for a failure, 0 for none, NaN where a share is unknown.
    """
    lesser = np.minimum(green_ratio, red_ratio)
    failed = lesser > threshold_ratio if strict else lesser >= threshold_ratio
    return np.where(np.isnan(lesser), np.nan, failed)
