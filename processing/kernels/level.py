"""Levels of service: the grade that a delay earns.

The limits are dated rows with a source; A is 0, B is 1 and so on.
"""

from __future__ import annotations

import numpy as np

from processing.kernels.group import Floats


def levels(value: Floats, limits: Floats, saturation: Floats, overloaded: int) -> Floats:
    """Grade values by ascending limits.

    Parameters
    ----------
    value : float array, shape (n,)
        What is graded, for instance the mean delay [s].
    limits : float array, shape (k,)
        Greatest value of each grade but the last, ascending, in the unit of the value.
    saturation : float array, shape (n,)
        Degree of saturation; NaN where overload is not looked at.
    overloaded : int
        Grade above a degree of saturation of 1.

    Returns
    -------
    float array, shape (n,)
        Grade from 0 on; NaN where the value is NaN.

    Raises
    ------
    ValueError
        Limits do not ascend.
    """
    if (np.diff(limits) <= 0).any():
        raise ValueError("limits must ascend")
    grade = np.searchsorted(limits, value, side="left").astype(np.float64)
    return np.where(np.isnan(value), np.nan, np.where(saturation > 1, float(overloaded), grade))
