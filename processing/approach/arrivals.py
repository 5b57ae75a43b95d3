"""Arrivals by approach: on green, platoon ratio, delay; and who passed on amber and red."""

from __future__ import annotations

import numpy as np

from processing.approach import reason
from processing.approach.limits import Limits
from processing.approach.observed import LONGEST_US, Observed
from processing.approach.presence import Detected
from processing.approach.reason import reasons
from processing.kernels import arrival
from processing.kernels.arrival import platoon_ratio
from processing.kernels.group import Floats, Ints, ratio, total
from processing.kernels.red_running import red_runs
from processing.kernels.timeline import state_at

Columns = dict[str, Floats | Ints]


def arrivals(seen: Observed, detected: Detected, green_ratio: Floats) -> Columns:
    """Compute what the advance detectors tell.

    Parameters
    ----------
    seen : Observed
        Signals and edges.
    detected : Detected
        State of the detectors.
    green_ratio : float array, shape (cells,)
        Share of green.
    """
    use, layout = seen.layout.uses["advance"], seen.layout
    cell, time_us = seen.passages("advance", at_stop_line=True)
    own = seen.own(cell, time_us)
    cell, time_us = cell[own], time_us[own]
    found = arrival.arrivals(state_at(seen.shown, cell, time_us), cell, seen.cells)
    count = np.bincount(cell, minlength=seen.cells).astype(np.float64)
    delay_s = arrival.approach_delay_s(seen.shown, cell, time_us, LONGEST_US)
    waited = np.bincount(cell[~np.isnan(delay_s)], minlength=seen.cells).astype(np.float64)
    broken = detected.stuck["advance"] | ~detected.live["advance"]
    count, share, mean_s = (
        np.where(broken, np.nan, one)
        for one in (count, found.green_ratio, ratio(total(cell, delay_s, seen.cells), waited))
    )
    counts_only = np.tile((layout.uses["count"].sensors > 0) & (use.channels == 0), seen.windows)
    why = reasons(
        share,
        *detected.causes("advance", counts_only),
        (count == 0, reason.NOBODY),
        (np.ones(seen.cells, np.bool_), reason.NO_CYCLE),
    )
    return {
        "arrival_count": count,
        "arrivals_on_green_ratio": share,
        "platoon_ratio": platoon_ratio(share, green_ratio),
        "approach_delay_s": mean_s,
        "arrival_quality_ratio": np.where(np.isnan(count), np.nan, detected.quality_ratio["advance"]),
        "arrival_reason": why,
    }


def reds(seen: Observed, detected: Detected, limits: Limits) -> Columns:
    """Count who passed the stop line on amber, on red, and long after the begin of red."""
    cell, time_us = seen.passages("yellow_red", at_stop_line=True)
    group = np.where(seen.own(cell, time_us), cell, -1)
    found = red_runs(seen.rounds, cell, time_us, group, seen.cells, limits.value("severe_red"))
    begun = np.bincount(seen.rounds.signal[seen.own(seen.rounds.signal, seen.rounds.red_us)], minlength=seen.cells)
    broken = detected.stuck["yellow_red"] | ~detected.live["yellow_red"] | (begun == 0)
    amber, red, severe = (np.where(broken, np.nan, one.astype(np.float64)) for one in found)
    why = reasons(red, *detected.causes("yellow_red"), (np.ones(seen.cells, np.bool_), reason.NO_CYCLE))
    return {
        "amber_actuation_count": amber,
        "red_actuation_count": red,
        "severe_red_actuation_count": severe,
        "red_reason": why,
    }
