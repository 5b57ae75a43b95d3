"""Shifting work in time: what a job saves that may run when electricity is cleaner.

References
----------
.. [1] Wiesner et al., "Let's wait awhile" (2021), with its data on the German grid of 2020. Recomputed for one day.
"""

from __future__ import annotations

import numpy as np

from processing.kernels.group import Floats, ratio


def cleanest_start(intensity_g_kwh: Floats, steps: int) -> tuple[int, float]:
    """Find the block of time with the lowest mean intensity.

    Parameters
    ----------
    intensity_g_kwh : float array, shape (n,)
        Carbon intensity of equal steps of time [g/kWh]; NaN where unknown.
    steps : int
        Length of the block, in steps.

    Returns
    -------
    start : int
        First step of the block, the earliest of equals; -1 where no block is known throughout.
    mean_g_kwh : float
        Its mean intensity [g/kWh].

    Raises
    ------
    ValueError
        The block is longer than the time there is, or has no length.
    """
    if not 0 < steps <= len(intensity_g_kwh):
        raise ValueError("the block must fit into the time there is")
    mean = np.lib.stride_tricks.sliding_window_view(intensity_g_kwh, steps).mean(axis=1)
    if np.isnan(mean).all():
        return -1, float("nan")
    start = int(np.nanargmin(mean))
    return start, float(mean[start])


def gain(intensity_g_kwh: Floats, base: int, steps: int, energy_kwh: float) -> tuple[int, float, float]:
    """Compare a job's block of time with the cleanest one.

    Parameters
    ----------
    intensity_g_kwh : float array, shape (n,)
        Carbon intensity of the steps within which the job may run [g/kWh].
    base : int
        Step at which it runs without shifting.
    steps : int
        How long it runs, in steps.
    energy_kwh : float
        Energy of the job, spread evenly [kWh].

    Returns
    -------
    start : int
        Where it had better begin.
    saved_kg : float
        What that saves [kg].
    saved_ratio : float
        The same as a share, 0 to 1.
    """
    start, best = cleanest_start(intensity_g_kwh, steps)
    before = intensity_g_kwh[base : base + steps]
    if base < 0 or len(before) != steps:
        raise ValueError("the job must lie within the time there is")
    usual = float(before.mean())
    saved = ratio(np.array([usual - best]), np.array([usual]))
    return start, energy_kwh * (usual - best) / 1000, float(saved[0])
