"""The score of the Numenta Anomaly Benchmark: early detections in a labelled window count, false ones cost.

References
----------
.. [1] Lavin and Ahmad 2015, "Evaluating real-time anomaly detection algorithms"; NAB, class Sweeper. Read: the sigmoid,
   positions in and after a window, probation, and the standard profile's weights.
"""

import math
from collections.abc import Sequence

FALSE_ALARM_WEIGHT = 0.11
"""Of the standard profile; a missed window costs 1."""
PROBATION_RATIO = 0.15
PROBATION_LIMIT = 5000
FAR = 3.0


def probation(rows: int) -> int:
    """How many rows at the beginning are not scored."""
    return int(min(math.floor(PROBATION_RATIO * rows), PROBATION_RATIO * PROBATION_LIMIT))


def nab_score(alarms: Sequence[int], windows: Sequence[tuple[int, int]], rows: int) -> float:
    """Raw score of one series by the standard profile.

    Parameters
    ----------
    alarms : sequence of int
        Rows at which an anomaly was reported.
    windows : sequence of (first, last)
        Labelled windows by their rows, both included, ascending.
    rows : int
        Length of the series.
    """
    best = [-1.0] * len(windows)
    cost = 0.0
    for row in alarms:
        if row < probation(rows):
            continue
        inside = next((n for n, (first, last) in enumerate(windows) if first <= row <= last), None)
        if inside is not None:
            first, last = windows[inside]
            position = -(last - row + 1) / (last - first + 1)
            best[inside] = max(best[inside], _sigmoid(position) / _sigmoid(-1.0))
        else:
            cost += FALSE_ALARM_WEIGHT * _past(row, windows)
    return sum(best) + cost


def normalised(scores: Sequence[float], windows: int) -> float:
    """Scores of several series together: 0 for a detector that reports nothing, 100 for a perfect one."""
    return 100 * (sum(scores) + windows) / (2 * windows)


def _past(row: int, windows: Sequence[tuple[int, int]]) -> float:
    """Score of an alarm outside, the lower the further behind the last window."""
    before = [(first, last) for first, last in windows if last < row]
    if not before:
        return -1.0
    first, last = before[-1]
    return _sigmoid((row - last) / (last - first))


def _sigmoid(position: float) -> float:
    return -1.0 if position >= FAR else 2 / (1 + math.exp(5 * position)) - 1
