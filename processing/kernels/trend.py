"""Smoothing with a trend, and the short forecast that follows from it.

References
----------
.. [1] DUA, SWE Datenaufbereitung LVE: table DUA36.37 and AbstraktAttributPrognoseObjekt. Read. The table rounds every
   intermediate value, the program only its results.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from processing.kernels.group import Floats
from processing.kernels.measured import Bools, rounded


@dataclass(frozen=True, slots=True)
class Smoothing:
    """Parameters of each lane, broadcast to (lanes,): two factors each, of falling and of rising values.

    Parameters
    ----------
    start : float array
        Smoothed value before the first one, and after a gap; NaN for the first value itself.
    level_falling, level_rising : float array
        Weight of the new value in the level (alpha 1, alpha 2), 0 to 1.
    trend_falling, trend_rising : float array
        Weight of the new value in the trend (beta 1, beta 2), 0 to 1.
    """

    start: Floats
    level_falling: Floats
    level_rising: Floats
    trend_falling: Floats
    trend_rising: Floats


def smooth(values: Floats, held: Bools, parameters: Smoothing, *, rounds: bool) -> tuple[Floats, Floats]:
    """Smooth series and forecast each one's next interval.

    Parameters
    ----------
    values : float array, shape (lanes, steps)
        One series per lane in the order of time, without steps left out.
    held : bool array, shape (lanes, steps)
        Where the level stays and the trend is 0: a speed while there are no vehicles.
    parameters : Smoothing
        Start and factors.
    rounds : bool
        Whether every intermediate value is rounded to whole units, as in the table.

    Returns
    -------
    smoothed, forecast : float array, shape (lanes, steps)
        Level, and level plus trend but not below 0 [unit of the values]. A forecast of 0 is followed by the value
        itself; after a trend of 0 the factors stay those of the step before [1]_. NaN where the value is missing
        without being held, and the series starts anew after it.

    Raises
    ------
    ValueError
        The shapes disagree.
    """
    if values.shape != held.shape:
        raise ValueError(f"{values.shape} values for {held.shape} marks")
    lanes, steps = values.shape
    whole = rounded if rounds else np.positive
    # A step's lanes lie side by side in memory.
    by_step, held_by_step = np.ascontiguousarray(values.T), np.ascontiguousarray(held.T)
    start = np.broadcast_to(parameters.start, lanes).astype(np.float64)
    smoothed, forecast = np.full((steps, lanes), np.nan), np.full((steps, lanes), np.nan)
    level, trend, last = start.copy(), np.zeros(lanes), np.full(lanes, np.nan)
    rising, fresh = np.zeros(lanes, np.bool_), np.ones(lanes, np.bool_)
    for step in range(steps):
        value, hold = by_step[step], held_by_step[step]
        level = np.where(np.isnan(level), value, level)
        rising = np.where((fresh | (trend != 0)) & ~hold, value > level, rising)
        alpha = np.where(rising, parameters.level_rising, parameters.level_falling)
        beta = np.where(rising, parameters.trend_rising, parameters.trend_falling)
        new_level = whole(alpha * value + (1 - alpha) * level)
        new_trend = whole(beta * (value - level) + (1 - beta) * trend)
        new_forecast = np.maximum(new_level + new_trend, 0.0)
        anew = last == 0
        new_trend = np.where(anew, 0.0, new_trend)
        new_forecast = np.where(anew, value, new_forecast)
        new_level, new_trend = np.where(hold, level, new_level), np.where(hold, 0.0, new_trend)
        new_forecast = np.where(hold, level, new_forecast)
        gap = np.isnan(new_level)
        smoothed[step], forecast[step] = new_level, np.where(gap, np.nan, new_forecast)
        level, trend = np.where(gap, start, new_level), np.where(gap, 0.0, new_trend)
        last = np.where(gap, np.nan, new_forecast)
        fresh = gap | (fresh & hold)
    return smoothed.T, forecast.T
