"""Why an indicator is undefined; the table ``undefined_reason`` has the words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from processing.kernels.group import Floats, Ints

Bools = npt.NDArray[np.bool_]

DEFINED = 0
NOT_CONFIGURED = 1
FAULTY = 2
SILENT = 3
STUCK = 4
NO_CYCLE = 5
COUNTS_ONLY = 6
NOBODY = 7
DEMAND_UNKNOWN = 8
NO_SOLUTION = 9
NOT_RESET = 10


def reasons(value: Floats, *causes: tuple[Bools, int]) -> Ints:
    """Give the first cause that applies where there is no value.

    Parameters
    ----------
    value : float array, shape (n,)
        The indicator.
    causes : pairs of bool array, shape (n,), and int
        Where a cause applies and its number, the weightiest first; the last one is taken where none applies.
    """
    applies: Sequence[Bools] = [where for where, _ in causes]
    found = np.select(applies, [np.int64(number) for _, number in causes], causes[-1][1])
    return np.where(np.isnan(value), found, DEFINED).astype(np.int64)
