"""Thresholds: limits and factors as dated rows, by scope, for instance the type of a lane."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

import numpy as np

from emscher.stream import DAY_US
from processing.kernels.group import Floats, Ints

EPOCH = date(1970, 1, 1)
EVERYWHERE = ""
"""Scope of a row that holds where no other does."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Rows by name and scope: the day each holds from and the day it holds to, both in days since 1970, and its value.

    Where two rows hold on a day, the one that began later speaks; its successor's date ends a row that names no end.
    """

    rows: Mapping[tuple[str, str], Sequence[tuple[int, float, float]]]

    def at(self, name: str, scope: str, day: int) -> float:
        """Value of a day [days since 1970] in a scope, else the one that holds everywhere; NaN where there is none."""
        own = self._of((name, scope), day)
        return self._of((name, EVERYWHERE), day) if np.isnan(own) else own

    def on(self, day: int) -> dict[tuple[str, str], float]:
        """Values of a day [days since 1970] by name and scope."""
        found = {whose: value for whose in self.rows if not np.isnan(value := self._of(whose, day))}
        return dict(sorted(found.items()))

    def _of(self, whose: tuple[str, str], day: int) -> float:
        return next((value for first, last, value in self.rows.get(whose, ()) if first <= day <= last), np.nan)

    def scoped(self, scopes: Sequence[str], scope: Ints, time_us: Ints) -> Scoped:
        """Make ready to ask for many scopes and days at once.

        Parameters
        ----------
        scopes : sequence of str
            Scopes.
        scope : integer array, shape (n,)
            Number of each one's scope.
        time_us : integer array, shape (n,)
            Time whose UTC day counts [us since 1970].
        """
        day = time_us // DAY_US
        days = range(int(day.min()), int(day.max()) + 1) if len(day) else range(1)
        cases = tuple((one, each) for one in scopes for each in days)
        return Scoped(self, cases, scope * len(days) + day - days.start)


@dataclass(frozen=True, slots=True)
class Scoped:
    """Scopes and days that occur, and the number of each one asked for among them."""

    thresholds: Thresholds
    cases: tuple[tuple[str, int], ...]
    case: Ints

    def __call__(self, name: str) -> Floats:
        """Values of a threshold, shape (n,); NaN where it is not set."""
        values = np.array([self.thresholds.at(name, scope, day) for scope, day in self.cases])
        return values[self.case]


NO_THRESHOLDS = Thresholds(MappingProxyType({}))


def thresholds(rows: Iterable[tuple[str, str, float, date, date | None]]) -> Thresholds:
    """Order rows of name, scope, value, first and last day by name and scope, the newest first."""
    found: dict[tuple[str, str], list[tuple[int, float, float]]] = {}
    for name, scope, value, first, last in rows:
        until = np.inf if last is None else _day(last)
        found.setdefault((name, scope), []).append((_day(first), until, value))
    return Thresholds({whose: sorted(its, reverse=True) for whose, its in found.items()})


def _day(date_of: date) -> int:
    return (date_of - EPOCH).days
