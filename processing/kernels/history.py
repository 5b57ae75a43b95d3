"""Forecast from history: the average of the same time of the week, plus the deviation from it, smoothed.

References
----------
.. [1] Historical average with a smoothed deviation, a baseline of the forecasting literature. From general knowledge,
   unverified; the weight is to be chosen on other months than it is judged by.
"""

from __future__ import annotations

import numpy as np

from processing.kernels.group import Floats, Ints, ratio, total


def average(slot: Ints, n_slots: int, values: Floats) -> Floats:
    """Mean of the values of each slot of the week.

    Parameters
    ----------
    slot : integer array, shape (n,)
        Number of each value's slot, for instance day of the week and time of day of one lane.
    n_slots : int
        Number of slots.
    values : float array, shape (n,)
        Values of the past; NaN is left out.

    Returns
    -------
    float array, shape (n_slots,)
        Mean [unit of the values]; NaN for a slot without values.
    """
    return ratio(total(slot, values, n_slots), total(slot, np.where(np.isnan(values), np.nan, 1.0), n_slots))


def forecast(usual: Floats, values: Floats, weight: Floats, steps_ahead: int) -> Floats:
    """Forecast series from what is usual and how far they have been off lately.

    Parameters
    ----------
    usual : float array, shape (lanes, steps)
        Average of history at each step [unit of the values].
    values : float array, shape (lanes, steps)
        What was observed; a missing value leaves the deviation as it is.
    weight : float array, broadcast to (lanes,)
        Weight of the newest deviation, 0 to 1.
    steps_ahead : int
        How many steps before its time a forecast is made, at least 1.

    Returns
    -------
    float array, shape (lanes, steps)
        Forecast for each step from what was known ``steps_ahead`` steps before: what is usual plus the smoothed
        deviation, not below 0 [1]_; NaN for the first ``steps_ahead`` steps and where nothing is usual.

    Raises
    ------
    ValueError
        The shapes disagree, or a forecast of the present is asked for.
    """
    if usual.shape != values.shape:
        raise ValueError(f"{usual.shape} averages for {values.shape} values")
    if steps_ahead < 1:
        raise ValueError(f"a forecast {steps_ahead} steps ahead")
    lanes, steps = values.shape
    share = np.broadcast_to(weight, lanes)
    deviation = np.zeros(lanes)
    found = np.full((lanes, steps), np.nan)
    for step in range(steps - steps_ahead):
        new = (1 - share) * deviation + share * (values[:, step] - usual[:, step])
        deviation = np.where(np.isnan(new), deviation, new)
        found[:, step + steps_ahead] = np.maximum(usual[:, step + steps_ahead] + deviation, 0.0)
    return found
