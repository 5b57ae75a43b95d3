"""Presences: from when to when each detector was on, with lost edges put back.

References
----------
.. [1] ATSPM, split failures: of two begins in a row the first ends half-way, or with the second where they are at most
   2 s apart; of two ends in a row the second's begin is half-way. Read.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from processing.kernels.group import Floats, Ints
from processing.kernels.moment import ascending, last_row


@dataclass(frozen=True, slots=True)
class Presences:
    """Times on, each of shape (n,), sorted by detector and start.

    Parameters
    ----------
    detector, start_us, end_us : integer array, shape (n,)
        Number of the detector, or of what detectors were merged to; start and end [us].
    repaired : bool array, shape (n,)
        Whether an edge was lost and put back.
    stuck : bool array, shape (n,)
        Whether it lasted too long to be traffic: nothing is known of that time.
    """

    detector: Ints
    start_us: Ints
    end_us: Ints
    repaired: npt.NDArray[np.bool_]
    stuck: npt.NDArray[np.bool_]


def presences(
    detector: Ints, time_us: Ints, on: npt.NDArray[np.bool_], until_us: int | Ints, bridge_us: int, longest_us: int
) -> Presences:
    """Pair the edges of detectors.

    Parameters
    ----------
    detector, time_us : integer array, shape (n,)
        Number of the detector and time of each edge [us], sorted by both.
    on : bool array, shape (n,)
        Whether the detector went on.
    until_us : int, or integer array, shape (n,)
        End of what was observed: a detector that is on then was on until then; for all edges, or for each [us].
    bridge_us : int
        Two begins that are no further apart are two vehicles that follow closely [us].
    longest_us : int
        A detector on for longer is stuck [us].

    Returns
    -------
    Presences
        A detector that first of all goes off tells nothing of when it went on: that time is left out.

    Raises
    ------
    ValueError
        Edges are not sorted.
    """
    ascending(detector, time_us)
    n = len(detector)
    if n == 0:
        return Presences(detector, time_us, time_us, np.zeros(0, np.bool_), np.zeros(0, np.bool_))
    same = detector[1:] == detector[:-1]
    # Edges of one instant have no order of their own: the one that continues the sequence is first.
    swap = same & (time_us[1:] == time_us[:-1]) & (on[1:] != on[:-1])
    swap[1:] &= same[:-1] & (on[1:-1] == on[:-2])
    swap[:1] = False
    if swap.any():
        (first,) = np.nonzero(swap)
        on = on.copy()
        on[first], on[first + 1] = on[first + 1], on[first]
    off_twice = np.zeros(n, np.bool_)
    off_twice[1:] = same & ~on[1:] & ~on[:-1]
    before_us = np.concatenate((time_us[:1], time_us[:-1]))
    start_us = np.where(off_twice, before_us + (time_us - before_us) // 2, time_us)
    last = np.append(~same, [True])
    until_us = np.broadcast_to(until_us, time_us.shape)
    after_us, after_on = np.append(time_us[1:], until_us[-1:]), np.append(on[1:], [False])
    gap_us = after_us - time_us
    on_twice = ~last & on & after_on
    end_us = np.where(last, np.maximum(until_us, time_us), after_us)
    end_us = np.where(on_twice & (gap_us > bridge_us), time_us + (gap_us + 1) // 2, end_us)
    end_us = np.where(off_twice, time_us, end_us)
    (row,) = np.nonzero(on | off_twice)
    start_us, end_us = start_us[row], end_us[row]
    return Presences(detector[row], start_us, end_us, (on_twice | off_twice)[row], end_us - start_us > longest_us)


def merged(found: Presences, group: Ints) -> Presences:
    """Merge the detectors of an approach: on where any of them is.

    Parameters
    ----------
    found : Presences
        Times on, shape (n,).
    group : integer array, shape (n,)
        Number of the approach of each, -1 for none.

    Returns
    -------
    Presences
        Disjoint times on by approach, without those that are stuck; and, apart and marked, those that are.
    """
    (row,) = np.nonzero((group >= 0) & (found.end_us > found.start_us))
    row = row[np.lexsort((found.start_us[row], group[row], found.stuck[row]))]
    start_us, end_us = found.start_us[row], found.end_us[row]
    stuck, repaired = found.stuck[row], found.repaired[row]
    if len(row) == 0:
        return Presences(row, row, row, stuck, stuck)
    n_groups = int(group.max()) + 1
    number = group[row] + stuck * n_groups
    least = int(start_us.min())
    span = int(end_us.max()) - least + 1
    reach = np.maximum.accumulate(number * span + (end_us - least))
    begins = np.ones(len(row), np.bool_)
    begins[1:] = number[1:] * span + (start_us[1:] - least) > reach[:-1]
    begins[1:] |= number[1:] != number[:-1]
    (first,) = np.nonzero(begins)
    final = np.append(first[1:], [len(row)]) - 1
    return Presences(
        number[first] % n_groups,
        start_us[first],
        reach[final] - number[first] * span + least,
        np.logical_or.reduceat(repaired, first),
        stuck[first],
    )


def occupied_us(found: Presences, group: Ints, start_us: Ints, end_us: Ints) -> Floats:
    """Time on within spans.

    Parameters
    ----------
    found : Presences
        Disjoint times on by approach, as of :func:`merged`.
    group, start_us, end_us : integer array, shape (m,)
        Approach, start and end of each span [us].

    Returns
    -------
    float array, shape (m,)
        Time on [us]; NaN where a detector was stuck within the span.

    Raises
    ------
    ValueError
        A span ends before it starts.
    """
    if (end_us < start_us).any():
        raise ValueError("a span ends before it starts")
    sound = _overlap_us(found, ~found.stuck, group, start_us, end_us)
    return np.where(_overlap_us(found, found.stuck, group, start_us, end_us) > 0, np.nan, sound)


def _overlap_us(found: Presences, chosen: npt.NDArray[np.bool_], group: Ints, start_us: Ints, end_us: Ints) -> Floats:
    """Time within spans of the chosen times on, by differences of the running total."""
    if not chosen.any():
        return np.zeros(len(group))
    detector, begin_us, finish_us = found.detector[chosen], found.start_us[chosen], found.end_us[chosen]
    before_us = np.concatenate(([0], np.cumsum(finish_us - begin_us)))

    def total_until(moment_us: Ints) -> Ints:
        row = last_row(detector, begin_us, group, moment_us)
        within = np.minimum(moment_us, finish_us[row]) - begin_us[row]
        return np.where(row >= 0, before_us[row] + within, before_us[np.searchsorted(detector, group)])

    return (total_until(end_us) - total_until(start_us)).astype(np.float64)
