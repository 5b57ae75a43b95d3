"""Times as the messages carry them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def rfc3339(times: NDArray[np.int64], unit: str = "s") -> list[str]:
    """Write times as RFC 3339 in UTC.

    Parameters
    ----------
    times : ndarray of int64, shape (n,)
        Times since 1970 [`unit`].
    unit : {"s", "ms", "us"}, optional
        Unit of `times`, and the last digit written.
    """
    written: list[str] = np.datetime_as_string(times.astype(f"datetime64[{unit}]")).tolist()
    return [f"{text}Z" for text in written]
