"""Advice per controller: Webster's cycle and greens, and greens that equalise utilisation; published, never commanded.

Lost time is what no stage's green uses of the cycle that was shown. A stage's demand is that of its approach with the
greatest flow ratio; where no approach of a stage is counted, nothing is advised.
"""

from __future__ import annotations

import numpy as np

from emscher.approach import ADVICE, Phase
from processing.approach import reason
from processing.approach.layout import Layout
from processing.approach.limits import Limits
from processing.approach.observed import Observed
from processing.approach.reason import reasons
from processing.kernels.cycle import Cycles
from processing.kernels.green_split import equal_splits_s
from processing.kernels.group import Floats, Ints, ratio
from processing.kernels.webster import webster_cycle_s, webster_splits_s


def advice(seen: Observed, means: Cycles, flow_veh_h: Floats, limits: Limits) -> dict[str, Floats | Ints]:
    """Compute what would serve the demand of the window.

    Parameters
    ----------
    seen : Observed
        The junction.
    means : Cycles
        Cycle and share of green of each cell.
    flow_veh_h : float array, shape (cells,)
        Demand [veh/h].
    limits : Limits
        Dated limits.
    """
    place = seen.layout
    shape = seen.windows, len(place.approaches)
    flow_ratio = ratio(flow_veh_h.reshape(shape), np.broadcast_to(place.served_veh_h, shape))
    cycle_s = means.cycle_s.reshape(shape)
    green_s = means.green_ratio.reshape(shape) * cycle_s
    cycle, webster, balanced = (np.full(shape, np.nan) for _ in range(3))
    staged, known = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
    least = _least_s(place, limits)
    for _, stages in place.stages:
        rows = sorted({row for stage in stages for row in stage})
        if not all(stages) or not rows:
            staged[:, rows] = True
            continue
        demand = np.stack([_greatest(flow_ratio[:, stage]) for stage in stages], axis=1)
        shown_s = np.stack([_greatest(green_s[:, stage]) for stage in stages], axis=1)
        shown_cycle_s = _greatest(cycle_s[:, rows])
        lost_s = np.maximum(shown_cycle_s - shown_s.sum(axis=1), 0.0)
        best_s = webster_cycle_s(lost_s, demand.sum(axis=1), limits.value("cycle_min"), limits.value("cycle_max"))
        split_s = webster_splits_s(best_s, lost_s, demand)
        bounds = np.array([max(least[row] for row in stage) for stage in stages])
        even_s = _balanced(demand, shown_cycle_s, lost_s, bounds, limits.value("red_max"))
        for number, stage in enumerate(stages):
            for row in stage:
                cycle[:, row], webster[:, row], balanced[:, row] = best_s, split_s[:, number], even_s[:, number]
                staged[:, row] = True
                known[:, row] = ~np.isnan(demand.sum(axis=1) + lost_s)
    faulty = np.tile(place.faulty(ADVICE), seen.windows)
    some = np.fmax(webster, balanced).ravel()
    return {
        "advised_cycle_s": cycle.ravel(),
        "advised_green_s": webster.ravel(),
        "balanced_green_s": balanced.ravel(),
        "advice_reason": reasons(
            some,
            (faulty, reason.FAULTY),
            (~staged.ravel(), reason.NOT_CONFIGURED),
            (~known.ravel(), reason.DEMAND_UNKNOWN),
            (np.ones(seen.cells, np.bool_), reason.NO_SOLUTION),
        ),
    }


def _least_s(place: Layout, limits: Limits) -> Floats:
    """Shortest green of each approach: its own bound, and time to cross for those who walk with it [s]."""
    default_s, speed_ms = limits.value("green_min"), limits.value("pedestrian_speed")

    def least_s(phase: Phase) -> float:
        walk_s = default_s + phase.crossing_m / speed_ms if phase.crossing_m else 0.0
        return max(phase.min_green_s or default_s, walk_s)

    return np.array([least_s(one.phase) for one in place.approaches])


def _balanced(demand: Floats, cycle_s: Floats, lost_s: Floats, least_s: Floats, red_max_s: float) -> Floats:
    """Greens within the cycle that is shown; long enough, too, that no red is longer than it may be."""
    available_s = cycle_s - lost_s
    lower = np.maximum(np.broadcast_to(least_s, demand.shape), (cycle_s - red_max_s)[:, None])
    upper = np.maximum(np.broadcast_to(available_s[:, None], demand.shape), lower)
    whole = ~np.isnan(demand.sum(axis=1) + available_s)
    found = np.full(demand.shape, np.nan)
    if whole.any():
        found[whole] = equal_splits_s(demand[whole], available_s[whole], lower[whole], upper[whole])
    return found


def _greatest(values: Floats) -> Floats:
    """Greatest of the values that are there, NaN where there is none."""
    greatest = np.where(np.isnan(values), -np.inf, values).max(axis=1)
    return np.where(np.isneginf(greatest), np.nan, greatest)
