"""Substitution: what stands in for faulty values, for how long, and with which quality.

References
----------
.. [1] DUA, SWE Messwertersetzung LVE, table DUA20.22: another lane's values of the same interval, else the lane's own
   last ones; the two factors of quality are those of the table. Read.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from processing.kernels.group import Floats, Ints
from processing.kernels.measured import FAULTY, REPORTED, Bools, Measured

NONE, FROM_LANE, HELD = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Substituted:
    """Values with their substitutes; ``origin`` of shape (lanes, steps): none, from the other lane, held."""

    measured: Measured
    origin: Ints


def substitute(
    measured: Measured,
    other: Measured,
    comparable: Bools,
    longest: Ints | int,
    lane_quality: Floats | float,
    held_quality: Floats | float,
) -> Substituted:
    """Stand in for the faulty values of lanes.

    Parameters
    ----------
    measured : Measured, shape (k, lanes, steps)
        Values that are replaced together, flows and speeds of all classes, in the order of time.
    other : Measured, shape (k, lanes, steps)
        The same values of each lane's substitute lane.
    comparable : bool array, shape (lanes, steps)
        Whether the substitute lane reported the same interval at the same length.
    longest : integer array, broadcast to (lanes,)
        Most intervals in a row that are replaced; after them faulty values stay faulty.
    lane_quality, held_quality : float or float array, broadcast to (lanes, steps)
        Factor of quality of a value from the other lane, and of one that is held, 0 to 1.

    Returns
    -------
    Substituted
        Where any of the values is faulty all are replaced: by the substitute lane's, unless it has faulty values or
        substitutes itself, else by the lane's own last ones that were not held [1]_. An interval in which nothing was
        said is no value to hold.

    Raises
    ------
    ValueError
        The shapes disagree.
    """
    if measured.number.shape != other.number.shape or comparable.shape != measured.number.shape[1:]:
        raise ValueError(f"{measured.number.shape} values for {other.number.shape} and {comparable.shape}")
    need = (measured.status == FAULTY).any(axis=0)
    usable = comparable & ~(other.status == FAULTY).any(axis=0) & ~other.interpolated.any(axis=0)
    steps = np.arange(need.shape[1])
    sound = np.maximum.accumulate(np.where(need, -1, steps), axis=1)
    allowed = need & (steps - sound <= np.asarray(longest).reshape(-1, 1))
    from_lane = allowed & usable
    # The last interval whose values are the lane's own or another's, to be held.
    said = (~np.isnan(measured.number) | (measured.status != REPORTED)).any(axis=0)
    source = np.maximum.accumulate(np.where((~need & said) | from_lane, steps, -1), axis=1)
    held = allowed & ~usable & (source >= 0)
    number = np.where(from_lane, other.number, measured.number)
    status = np.where(from_lane, other.status, measured.status)
    quality = np.where(from_lane, other.quality_ratio * lane_quality, measured.quality_ratio)
    at = np.broadcast_to(np.maximum(source, 0), number.shape)
    return Substituted(
        Measured(
            np.where(held, np.take_along_axis(number, at, axis=2), number),
            np.where(held, np.take_along_axis(status, at, axis=2), status),
            np.where(held, np.take_along_axis(quality, at, axis=2) * held_quality, quality),
            measured.interpolated | from_lane | held,
        ),
        np.where(from_lane, FROM_LANE, np.where(held, HELD, NONE)),
    )
