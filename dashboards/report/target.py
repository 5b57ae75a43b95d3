"""Targets and measures: what the council decided and what is done for it, as an officer writes it into a TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import msgspec

from emscher.errors import ReportError
from processing.figures.target import Target
from processing.figures.titles import EVERY, Title

KNOWN: Mapping[str, Title] = EVERY
"""What figures there are, with their units."""


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
