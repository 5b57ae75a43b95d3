"""Webster's cycle and splits: advice that is published, never commanded.

References
----------
.. [1] Webster 1958: cycle (1.5 L + 5) / (1 - Y), greens in proportion to the flow ratios. Recomputed.
"""

from __future__ import annotations

import numpy as np

from processing.kernels.group import Floats, ratio


def webster_cycle_s(lost_s: Floats, flow_ratio_sum: Floats, least_s: float = 0.0, greatest_s: float = np.inf) -> Floats:
    """Cycle of the least delay.

    Parameters
    ----------
    lost_s : float array, shape (n,)
        Lost time per cycle, L [s].
    flow_ratio_sum : float array, shape (n,)
        Sum of the flow ratios of the critical movements, Y.
    least_s, greatest_s : float
        Bounds of the cycle [s].

    Returns
    -------
    float array, shape (n,)
        Cycle [s]; NaN where Y reaches 1, for which there is no such cycle.
    """
    cycle_s = np.where(flow_ratio_sum < 1, ratio(1.5 * lost_s + 5, 1 - flow_ratio_sum), np.nan)
    return np.clip(cycle_s, least_s, greatest_s)


def webster_splits_s(cycle_s: Floats, lost_s: Floats, flow_ratio: Floats) -> Floats:
    """Greens in proportion to the flow ratios.

    Parameters
    ----------
    cycle_s, lost_s : float array, shape (n,)
        Cycle and lost time per cycle [s].
    flow_ratio : float array, shape (n, k)
        Flow over saturation flow of each critical movement.

    Returns
    -------
    float array, shape (n, k)
        Effective greens [s]; NaN where there is no demand.
    """
    total = flow_ratio.sum(axis=1, keepdims=True)
    return (cycle_s - lost_s)[:, None] * ratio(flow_ratio, np.broadcast_to(total, flow_ratio.shape))
