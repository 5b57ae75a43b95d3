"""The catalogue: every indicator with name, unit, family, kernel, source and verification status."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from processing.families import families
from processing.family import Family, Indicator


@dataclass(frozen=True, slots=True)
class Entry:
    """One indicator of one family."""

    family: Family
    indicator: Indicator

    @property
    def name(self) -> str:
        """Name that is unique over all families."""
        return f"{self.family.name}.{self.indicator.column}"

    @property
    def inputs(self) -> tuple[str, ...]:
        """What it is computed from; without a word of its own, what the family reads."""
        return self.indicator.inputs or self.family.inputs

    @property
    def window(self) -> str:
        """Width of its rows, and how far around them it reads."""
        family = self.family
        reach = [f"{family.look_back_s} s back"] * (family.look_back_s > 0)
        reach += [f"{family.look_ahead_s} s ahead"] * (family.look_ahead_s > 0)
        return ", ".join([f"{family.resolution_s} s", *reach])


def catalog() -> Iterator[Entry]:
    """Give every indicator."""
    for family in families().values():
        for indicator in family.indicators:
            yield Entry(family, indicator)
