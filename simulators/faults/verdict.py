"""What of the injected was detected, by which sign and how soon: the table of faults."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simulators.faults.recipe import Ingredient, Recipe
from simulators.faults.sight import Sight


@dataclass(frozen=True, slots=True)
class Verdict:
    """One fault of a recipe.

    Parameters
    ----------
    ingredient : Ingredient
        The fault.
    injected : int
        Readings it met [1].
    sensors, detected : int
        Sensors that had it, and those of them of which a sign was seen [1].
    signs : mapping of str to int
        How many of the sensors showed which sign.
    soonest_s : sequence of float
        Seconds from a sensor's first faulty reading to its first sign, one for each sensor detected.
    """

    ingredient: Ingredient
    injected: int
    sensors: int
    detected: int
    signs: Mapping[str, int]
    soonest_s: Sequence[float]

    @property
    def cells(self) -> tuple[str, ...]:
        """What stands in its row of the table."""
        kind = self.ingredient.kind
        about = ", ".join(f"{name} {value}" for name, value in _own(kind).items())
        signs = ", ".join(f"{name} {count}" for name, count in self.signs.items())
        soon = f"{statistics.median(self.soonest_s):.0f}" if self.soonest_s else ""
        return (
            f"{kind.name} ({about})" if about else kind.name,
            " ".join(self.ingredient.patterns),
            f"{self.injected:,}",
            f"{self.detected} of {self.sensors}" if self.detected else "not detected",
            signs,
            soon,
        )


HEAD = ("fault", "sensors", "readings", "detected", "by (sensors)", "s to detect, median")


def verdicts(recipe: Recipe, records: Sequence[Mapping[str, Any]], sight: Sight) -> Iterator[Verdict]:
    """Hold what was injected against what was seen.

    A sign that a sensor showed before its first faulty reading does not count.

    Parameters
    ----------
    recipe : Recipe
        The faults.
    records : sequence of mapping
        What was injected.
    sight : Sight
        What was seen.
    """
    for one in recipe.faults:
        mine = [record for record in records if record["number"] == one.number]
        begun: dict[str, datetime] = {}
        for record in mine:
            begun.setdefault(record["sensor"], datetime.fromisoformat(record["at"]))
        signs: dict[str, int] = {}
        soonest_s = []
        for key, since in begun.items():
            seen = {sign: at for sign, at in sight.of(key).items() if at >= since}
            for sign in seen:
                signs[sign] = signs.get(sign, 0) + 1
            if seen:
                soonest_s.append((next(iter(seen.values())) - since).total_seconds())
        yield Verdict(one, len(mine), len(begun), len(soonest_s), signs, soonest_s)


def false_alarms(records: Sequence[Mapping[str, Any]], sight: Sight) -> dict[str, list[str]]:
    """Give the signs that sensors without any fault showed, with their keys."""
    faulty = {record["sensor"] for record in records}
    found: dict[str, list[str]] = {}
    for sign, key in sight.first:
        if key not in faulty:
            found.setdefault(sign, []).append(key)
    return found


def _own(kind: Any) -> dict[str, Any]:  # noqa: ANN401 - any of the kinds
    """Give the parameters that are a kind's own and not as they are by default."""
    general = {"stream", "sensors", "share", "begin", "end"}
    names = [name for name in kind.__struct_fields__ if name not in general]
    written = {name: getattr(kind, name) for name in names}
    return {
        name: " ".join(value) if isinstance(value, tuple) else value
        for name, value in written.items()
        if value is not None and name != "fields" and not (name == "probability" and value == 1)
    } | ({"fields": " ".join(kind.fields)} if kind.name == "stuck_value" and kind.fields else {})
