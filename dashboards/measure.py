"""An indicator as panels show it: name, unit and source from the catalogue, in one language."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from dashboards.language import Language
from processing.catalog import Entry, catalog

_INDEXES = frozenset({"platoon_ratio", "travel_time_index_ratio", "planning_time_index_ratio", "saturation_ratio"})
"""Ratios that are no share of a whole and may exceed 1."""

_STATUS = {
    "verified": ("formula checked against its source", "Formel an der Quelle geprüft"),
    "unverified": ("formula not yet checked against its source", "Formel noch nicht an der Quelle geprüft"),
    "own": ("own rule", "eigene Regel"),
}


@dataclass(frozen=True, slots=True)
class Measure:
    """What a panel says of an indicator.

    Parameters
    ----------
    column : str
        Its column.
    label : str
        What people call it.
    unit : str
        Unit as :mod:`dashboards.units` has it.
    about : str
        Where the formula is from and whether that was checked.
    """

    column: str
    label: str
    unit: str
    about: str


def measure(name: str, say: Language) -> Measure:
    """Look an indicator up by its name, like ``approach.qsv``.

    Raises
    ------
    KeyError
        The catalogue has no such indicator.
    """
    entry = _entries()[name]
    one = entry.indicator
    unit = "share" if one.unit == "1" and _is_share(one.column) else one.unit
    source = say("Source", "Quelle")
    return Measure(
        one.column,
        say(one.name_en, one.name_de),
        unit,
        f"{source}: {one.source} ({say(*_STATUS[one.status])}); {entry.family.resolution_s} s.",
    )


def _is_share(column: str) -> bool:
    return column.endswith("_ratio") and column not in _INDEXES


@cache
def _entries() -> dict[str, Entry]:
    return {entry.name: entry for entry in catalog()}
