"""Queues: vehicles between an advance and a stop-line detector, with a rule that resets the count and a quality.

References
----------
.. [1] Input-output: the queue grows with each vehicle in and shrinks with each out, and is empty when the stop line is
   unoccupied in green; from general knowledge, unverified.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from processing.kernels.group import Floats, Ints
from processing.kernels.moment import ascending


@dataclass(frozen=True, slots=True)
class Queues:
    """Queue after each event, shape (n,), and by approach, shape (n_groups,).

    Parameters
    ----------
    queue_veh : float array, shape (n,)
        Vehicles [veh].
    longest_veh : float array, shape (n_groups,)
        Longest queue [veh], NaN without events.
    quality_ratio : float array, shape (n_groups,)
        1 less the share of vehicles that had to be put right: taken out by a reset, or gone out without having come
        in; 0 to 1, NaN where no vehicle came or went.
    """

    queue_veh: Floats
    longest_veh: Floats
    quality_ratio: Floats


def queues(group: Ints, n_groups: int, time_us: Ints, step: Ints, empty: npt.NDArray[np.bool_]) -> Queues:
    """Count vehicles in and out.

    Parameters
    ----------
    group : integer array, shape (n,)
        Number of each event's approach; rows sorted by approach and time.
    n_groups : int
        Number of approaches.
    time_us : integer array, shape (n,)
        Time [us].
    step : integer array, shape (n,)
        1 for a vehicle in, -1 for one out, 0 for neither.
    empty : bool array, shape (n,)
        Whether the queue is known to be empty at this event: the stop line was unoccupied for long enough in green.

    Returns
    -------
    Queues
        The count never falls below 0.

    Raises
    ------
    ValueError
        Rows are not sorted, or a step is none of -1, 0 and 1.
    """
    ascending(group, time_us)
    if len(group) == 0:
        return Queues(np.empty(0), np.full(n_groups, np.nan), np.full(n_groups, np.nan))
    if not np.isin(step, (-1, 0, 1)).all():
        raise ValueError("a step is -1, 0 or 1")
    step = np.where(empty, 0, step)
    begins = empty.copy()
    begins[0] = True
    begins[1:] |= group[1:] != group[:-1]
    segment = np.cumsum(begins) - 1
    # Reflected at 0: the running sum less its lowest value so far, in each segment; a large offset keeps them apart.
    running = np.cumsum(step)
    running = running - (running - step)[begins][segment]
    offset = segment * (2 * len(step) + 1)
    lowest = np.minimum(np.minimum.accumulate(running - offset) + offset, 0)
    queue = running - lowest
    longest = np.full(n_groups, -np.inf)
    np.maximum.at(longest, group, queue.astype(np.float64))
    # Put right: out without in, which is how far each segment's lowest value went, and what a reset took out.
    (first,) = np.nonzero(begins)
    final = np.append(first[1:], [len(step)]) - 1
    reset = np.append(group[first[1:]] == group[final[:-1]], [False])
    wrong = -lowest[final] + np.where(reset, queue[final], 0)
    moved = np.bincount(group[step != 0], minlength=n_groups)
    corrected = np.bincount(group[final], wrong.astype(np.float64), n_groups)
    with np.errstate(invalid="ignore", divide="ignore"):
        quality = np.where(moved == 0, np.nan, np.maximum(0.0, 1 - corrected / moved))
    return Queues(queue.astype(np.float64), np.where(np.isneginf(longest), np.nan, longest), quality)
