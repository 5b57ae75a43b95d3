"""Targets: values that the council decided, for twelve months each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

import msgspec


class Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A value that twelve months shall reach by a date, decided by the council.

    Parameters
    ----------
    site : str
        A site's key, or ``city``.
    indicator, value, unit : str, float, str
        The figure, and what it shall come to.
    better : str
        Whether ``lower`` or ``higher`` values are better.
    due : date
        By when.
    decision, responsible : str
        Number of the council's decision, and the office in charge.
    baseline_year, baseline_value : int, float
        From where the path starts, at the end of that year.
    remark : str
        Cause and options, where it is at risk.
    """

    site: str
    indicator: str
    value: float
    unit: str
    better: Literal["lower", "higher"]
    due: date
    decision: str
    responsible: str
    baseline_year: int
    baseline_value: float
    remark: str = ""

    def path(self, day: date) -> float:
        """Value that the linear path asks for on a day."""
        begin = date(self.baseline_year, 12, 31)
        gone = (day - begin) / (self.due - begin)
        return self.baseline_value + min(max(gone, 0.0), 1.0) * (self.value - self.baseline_value)


def chosen(targets: Sequence[Target], site: str, indicator: str, day: date) -> Target | None:
    """Choose the target that is due next, or the last one that was due."""
    own = sorted((one for one in targets if (one.site, one.indicator) == (site, indicator)), key=lambda one: one.due)
    return next((one for one in own if one.due >= day), own[-1] if own else None)
