"""Green splits that equalise utilisation under bounds: advice that is published, never commanded.

All movements get the same degree of saturation, except those that their bounds hold back.
"""

from __future__ import annotations

import numpy as np

from processing.kernels.group import Floats, ratio


def equal_splits_s(flow_ratio: Floats, available_s: Floats, least_s: Floats, greatest_s: Floats) -> Floats:
    """Share green out so that the degrees of saturation are equal.

    Parameters
    ----------
    flow_ratio : float array, shape (n, k)
        Flow over saturation flow of each movement.
    available_s : float array, shape (n,)
        Green to share out: cycle less lost time [s].
    least_s, greatest_s : float array, shape (n, k)
        Bounds of each green [s].

    Returns
    -------
    float array, shape (n, k)
        Greens [s] that add up to what is available; NaN where the bounds do not allow that, or a value is NaN.

    Raises
    ------
    ValueError
        A lower bound lies above its upper one, or a flow ratio is negative.

    Notes
    -----
    A green is its flow ratio times a common factor, within its bounds. The sum grows with the factor along straight
    lines that bend where a movement reaches a bound, so the factor is found by looking at the bends.
    """
    if (least_s > greatest_s).any():
        raise ValueError("a lower bound lies above its upper bound")
    if (flow_ratio < 0).any():
        raise ValueError("flow ratios are not negative")
    feasible = (least_s.sum(axis=1) <= available_s) & (available_s <= greatest_s.sum(axis=1))
    greatest_s = np.minimum(greatest_s, np.maximum(available_s[:, None], least_s))
    bends = np.sort(np.concatenate((_bend(least_s, flow_ratio), _bend(greatest_s, flow_ratio)), axis=1), axis=1)
    sums = np.clip(bends[:, :, None] * flow_ratio[:, None, :], least_s[:, None, :], greatest_s[:, None, :]).sum(axis=2)
    below = np.maximum((sums <= available_s[:, None]).sum(axis=1) - 1, 0)
    above = np.minimum(below + 1, bends.shape[1] - 1)
    row = np.arange(len(available_s))
    rise = sums[row, above] - sums[row, below]
    part = np.where(rise > 0, ratio(available_s - sums[row, below], rise), 0.0)
    factor = bends[row, below] + np.clip(part, 0.0, 1.0) * (bends[row, above] - bends[row, below])
    green_s = np.clip(factor[:, None] * flow_ratio, least_s, greatest_s)
    # What is still left goes to movements without demand, in proportion to their room.
    left_s = np.maximum(available_s - green_s.sum(axis=1), 0.0)
    room_s = greatest_s - green_s
    all_room_s = np.broadcast_to(room_s.sum(axis=1, keepdims=True), room_s.shape)
    spare = left_s[:, None] * np.nan_to_num(ratio(room_s, all_room_s))
    return np.where(feasible[:, None], green_s + spare, np.nan)


def _bend(bound_s: Floats, flow_ratio: Floats) -> Floats:
    """Factor at which each movement reaches its bound; 0 for one without demand, which never moves."""
    return np.nan_to_num(ratio(bound_s, flow_ratio), nan=0.0, posinf=0.0)
