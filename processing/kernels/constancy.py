"""Constancy: a detector that says the same for too many intervals is stuck.

References
----------
.. [1] DUA, SWE Pl-Pruefung logisch LVE, table DUA51: counts are stuck if those of all classes are, speeds likewise;
   after more equal intervals than allowed the value is faulty. Read. The table lets an occupancy of 2 % stand still
   without naming the limit below which it may, hence ``smallest``.
"""

from __future__ import annotations

import numpy as np

from processing.kernels.group import Floats, Ints
from processing.kernels.measured import Bools, Measured


def stuck(measured: Measured, longest: Ints | int, smallest: Floats | float) -> Bools:
    """Find values that stay the same for too long.

    Parameters
    ----------
    measured : Measured, shape (k, lanes, steps)
        Values that stand still together, the leading one first; intervals of equal length in the order of time.
        Where an interval is missing, nothing is said, and counting begins anew.
    longest : integer array, broadcast to (lanes,)
        Most intervals that may be equal.
    smallest : float array, broadcast to (lanes,)
        Leading values below it, and missing ones, may stand still as long as they like: an empty road stays empty.

    Returns
    -------
    bool array, shape (lanes, steps)
        Where a value has been the same for more than ``longest`` intervals [1]_.

    Raises
    ------
    ValueError
        The values do not have three axes.
    """
    if measured.number.ndim != 3:  # noqa: PLR2004 - values, lanes, steps
        raise ValueError(f"values of shape {measured.number.shape} instead of (k, lanes, steps)")
    _, lanes, steps = measured.number.shape
    before, after = measured[:, :, :-1], measured[:, :, 1:]
    same_number = (before.number == after.number) | (np.isnan(before.number) & np.isnan(after.number))
    same = (same_number & (before.status == after.status)).all(axis=0)
    step = np.arange(steps)
    began = np.zeros((lanes, steps), np.int64)
    began[:, 1:] = np.where(same, 0, step[1:])
    run = step - np.maximum.accumulate(began, axis=1) + 1
    leading = measured.number[0]
    too_long: Bools = run > np.asarray(longest).reshape(-1, 1)
    found: Bools = too_long & (leading >= np.asarray(smallest).reshape(-1, 1))
    return found
