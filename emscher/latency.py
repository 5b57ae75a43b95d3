"""Latency in buckets: what ingest counts and the API reads quantiles from."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

EDGES_S = (
    *(-86_400.0, -3_600.0, -600.0, -300.0, -60.0, -10.0, -1.0, 0.0),
    *(0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1_800.0, 3_600.0),
    *(7_200.0, 21_600.0, 86_400.0, 604_800.0, 2_592_000.0, 31_536_000.0),
)
"""Between the buckets [s]; a bucket holds its lower edge. Stored counts follow this order."""
BUCKETS = len(EDGES_S) + 1


def quantile_s(counts: Sequence[int], share: float, lowest_s: float, highest_s: float) -> float:
    """Read a quantile from counts, on a straight line within its bucket.

    Parameters
    ----------
    counts : sequence of int, shape (BUCKETS,)
        Readings per bucket, at least one.
    share : float
        Of the readings that lie at or below the quantile, 0 to 1.
    lowest_s, highest_s : float
        Smallest and largest latency there was; the quantile lies between them [s].

    Returns
    -------
    float
        Quantile; exact to the width of its bucket [s].
    """
    wanted = share * sum(counts)
    sums = list(accumulate(counts))
    bucket = next(number for number, upto in enumerate(sums) if upto >= wanted and counts[number])
    low_s = max(lowest_s, EDGES_S[bucket - 1]) if bucket else lowest_s
    high_s = min(highest_s, EDGES_S[bucket]) if bucket < len(EDGES_S) else highest_s
    part = (wanted - (sums[bucket] - counts[bucket])) / counts[bucket]
    return low_s + part * (high_s - low_s)
