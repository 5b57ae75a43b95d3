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


def catalog() -> Iterator[Entry]:
    """Give every indicator."""
    for family in families().values():
        for indicator in family.indicators:
            yield Entry(family, indicator)
