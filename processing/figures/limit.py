"""Limits of a figure: the dated row that binds on a day, and whether a value keeps it.

The end of a limit's name says its direction (``pue_at_most``); its scope says for which data centres.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

AT_MOST, AT_LEAST = "_at_most", "_at_least"
STARTED_BEFORE, STARTED_FROM = "started before ", "started from "


@dataclass(frozen=True, slots=True)
class Limit:
    """A row of the table ``threshold``."""

    name: str
    scope: str
    value: float
    unit: str
    valid_from: date
    valid_to: date | None
    source: str
    status: str

    def holds(self, day: date, started: date | None) -> bool:
        """Say whether it holds on a day for a data centre that began to work on another."""
        if self.valid_from > day or (self.valid_to is not None and self.valid_to < day):
            return False
        if self.scope.startswith(STARTED_BEFORE):
            return started is not None and started < date.fromisoformat(self.scope.removeprefix(STARTED_BEFORE))
        if self.scope.startswith(STARTED_FROM):
            return started is not None and started >= date.fromisoformat(self.scope.removeprefix(STARTED_FROM))
        return not self.scope

    def keeps(self, value: float) -> bool:
        """Say whether a value keeps it; the limit itself does."""
        return value <= self.value if self.name.endswith(AT_MOST) else value >= self.value


def limit(limits: Sequence[Limit], name: str, day: date, started: date | None = None) -> Limit | None:
    """Choose the limit that binds: among several the one that came into force last."""
    fits = [one for one in limits if one.name == name and one.holds(day, started)]
    return max(fits, key=lambda one: (one.valid_from, one.scope), default=None)


def started(said: object) -> date | None:
    """Read when a site began to work: a date, or a year for its first day; None where nobody said it."""
    if isinstance(said, int):
        return date(said, 1, 1)
    return date.fromisoformat(said) if isinstance(said, str) else None
