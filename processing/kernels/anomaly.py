"""How unusual a value is: its distance from what was expected, in units of how far values usually are off.

References
----------
.. [1] Robust z-score: distance over 1.4826 times the median absolute deviation. From general knowledge, unverified.
"""

from __future__ import annotations

import numpy as np

from processing.kernels.group import Floats

NORMAL = 1.4826
"""Makes the median absolute deviation of normally distributed values their standard deviation."""


def unusual(residual: Floats, memory_steps: int, least_steps: int, least_spread: Floats) -> Floats:
    """Score residuals against those that came before them.

    Parameters
    ----------
    residual : float array, shape (lanes, steps)
        Value minus what was expected of it, in the order of time; NaN where either is missing.
    memory_steps : int
        How many earlier steps tell what is usual.
    least_steps : int
        With fewer residuals among them nothing is said.
    least_spread : float array, broadcast to (lanes,)
        Spread below which a distance means nothing, for instance the resolution of the device [unit of the residual].

    Returns
    -------
    float array, shape (lanes, steps)
        Residual over the usual spread, with its sign [1]_; NaN where too little is known.

    Raises
    ------
    ValueError
        A number of steps does not fit.
    """
    if not 1 <= least_steps <= memory_steps:
        raise ValueError(f"at least {least_steps} of {memory_steps} steps")
    lanes, steps = residual.shape
    padded = np.concatenate([np.full((lanes, memory_steps), np.nan), residual], axis=1)
    past = np.lib.stride_tricks.sliding_window_view(padded, memory_steps, axis=1)[:, :steps]
    known = np.count_nonzero(~np.isnan(past), axis=2)
    enough = known >= least_steps
    spread = np.full((lanes, steps), np.nan)
    spread[enough] = NORMAL * np.nanmedian(np.abs(past[enough]), axis=1)
    floor = np.broadcast_to(least_spread, lanes)[:, None]
    score: Floats = residual / np.maximum(spread, floor)
    return score
