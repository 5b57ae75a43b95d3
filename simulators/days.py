"""Whole days of columns, of which a range takes its slices.

Every generator computes a UTC day at once and keeps the last two: a day is the same however a range is cut, and a
minute of it costs nothing more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

DAY_S = 86_400
_KEPT = 2

T = TypeVar("T")


class Days(Generic[T]):
    """The days computed last.

    Parameters
    ----------
    compute : callable
        Gives the columns of a day by its number since 1970.
    """

    def __init__(self, compute: Callable[[int], T]) -> None:
        self._compute = compute
        self._kept: dict[int, T] = {}

    def __getitem__(self, day: int) -> T:
        if day not in self._kept:
            if len(self._kept) >= _KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[day] = self._compute(day)
        return self._kept[day]


def slices(start_s: int, end_s: int, step_s: int) -> Iterator[tuple[int, int, int]]:
    """Cut a range of time into days of equal steps.

    Parameters
    ----------
    start_s, end_s : int
        Range of time, its start excluded and its end included [s since 1970].
    step_s : int
        Length of a step, a divisor of a day [s].

    Yields
    ------
    day, first, last : int
        Number of the day since 1970, and the steps of it that end in the range: the first, and one past the last.
    """
    per_day = DAY_S // step_s
    step, stop = start_s // step_s, end_s // step_s
    while step < stop:
        day = step // per_day
        last = min(stop, (day + 1) * per_day)
        yield day, step - day * per_day, last - day * per_day
        step = last
