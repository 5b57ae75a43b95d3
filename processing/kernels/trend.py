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
    # A step's lanes lie side by side in memory.
    by_step, held_by_step = np.ascontiguousarray(values.T), np.ascontiguousarray(held.T)
    free_by_step = ~held_by_step
    start = np.broadcast_to(parameters.start, lanes).astype(np.float64)
    falling = _weights(parameters.level_falling, parameters.trend_falling, lanes)
    rises = _weights(parameters.level_rising, parameters.trend_rising, lanes)
    smoothed, forecast = np.empty((steps, lanes)), np.empty((steps, lanes))
    # New value, its difference from the level, level, trend: each is weighted, and the last two are kept.
    parts = np.zeros((4, lanes))
    value, above, level, trend = parts
    level[:] = start
    last = np.full(lanes, np.nan)
    rising, fresh = np.zeros(lanes, np.bool_), np.ones(lanes, np.bool_)
    for step in range(steps):
        hold, ahead = held_by_step[step], forecast[step]
        value[:] = by_step[step]
        np.copyto(level, value, where=np.isnan(level))
        np.copyto(rising, value > level, where=(fresh | (trend != 0)) & free_by_step[step])
        np.subtract(value, level, out=above)
        weighted = np.where(rising, rises, falling) * parts
        new = weighted[:2] + weighted[2:]
        new_level, new_trend = rounded(new) if rounds else new
        anew = last == 0
        np.maximum(new_level + new_trend, 0.0, out=ahead)
        np.copyto(ahead, value, where=anew)
        np.copyto(ahead, level, where=hold)
        np.copyto(level, new_level, where=free_by_step[step])
        smoothed[step] = level
        gap = np.isnan(level)
        np.copyto(ahead, np.nan, where=gap)
        trend[:] = new_trend
        np.copyto(trend, 0.0, where=anew | hold | gap)
        np.copyto(level, start, where=gap)
        last = ahead
        fresh = gap | (fresh & hold)
    return smoothed.T, forecast.T


def _weights(level: Floats, trend: Floats, lanes: int) -> Floats:
    """Weights of the new value in level and trend, and of the old one."""
    new = np.stack([np.broadcast_to(one, lanes) for one in (level, trend)])
    return np.concatenate((new, 1 - new))
