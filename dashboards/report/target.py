"""Targets and measures: what the council decided and what is done for it, as an officer writes it into a TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Literal

import msgspec

from emscher.errors import ReportError
from processing.figures.titles import EVERY, Title

KNOWN: Mapping[str, Title] = EVERY
"""What figures there are, with their units."""


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


class Measure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that is done to save energy; achieved is None until it was measured."""

    number: str
    title: str
    planned_kwh_per_year: float
    responsible: str
    due: date
    next_step: str
    achieved_kwh_per_year: float | None = None
    cost_eur: float | None = None


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a file says; ``simulated`` marks an example."""

    target: list[Target] = []
    measure: list[Measure] = []
    simulated: bool = False


def read(path: Path) -> Plan:
    """Read a file and check it.

    Raises
    ------
    ReportError
        It is missing or does not fit; the text says where.
    """
    try:
        plan = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Plan)
    except OSError as exc:
        raise ReportError(f"{path} cannot be read: {exc.strerror}.") from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as exc:
        raise ReportError(f"{path}: {exc}.", "The example dashboards/report/dortmund.toml has every field.") from exc
    for number, one in enumerate(plan.target, 1):
        title = KNOWN.get(one.indicator)
        if title is None:
            raise ReportError(f"{path}: target {number}: there is no figure {one.indicator!r}.", ", ".join(KNOWN))
        if one.unit != title.unit:
            raise ReportError(f"{path}: target {number}: {one.indicator} is in {title.unit}, not in {one.unit}.")
        if one.due.year <= one.baseline_year:
            raise ReportError(f"{path}: target {number}: {one.due} is not after the baseline year {one.baseline_year}.")
    return plan


def chosen(targets: Sequence[Target], site: str, indicator: str, day: date) -> Target | None:
    """Choose the target that is due next, or the last one that was due."""
    own = sorted((one for one in targets if (one.site, one.indicator) == (site, indicator)), key=lambda one: one.due)
    return next((one for one in own if one.due >= day), own[-1] if own else None)
