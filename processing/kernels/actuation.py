"""Actuations: how often detectors went on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from processing.kernels.group import Ints


def actuation_counts(number: Ints, window: Ints, on: npt.NDArray[np.bool_], n_numbers: int, n_windows: int) -> Ints:
    """Count the begins of presence.

    Parameters
    ----------
    number, window : integer array, shape (n,)
        Number of the detector and of the window of each edge; -1 for no window.
    on : bool array, shape (n,)
        Whether the detector went on.
    n_numbers, n_windows : int
        Detectors and windows.

    Returns
    -------
    integer array, shape (n_numbers, n_windows)
        A detector on for a whole window went on once before it, and counts 0 within.
    """
    chosen = on & (window >= 0)
    cell = number[chosen] * n_windows + window[chosen]
    return np.bincount(cell, minlength=n_numbers * n_windows).reshape(n_numbers, n_windows)
