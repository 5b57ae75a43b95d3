"""A figure: a value that an officer may sign, with its unit, its state and where it is from; or why there is none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

State = Literal[
    "ok",
    "interim",
    "power_missing",
    "lower_bound",
    "hours_suppressed",
    "counter_backwards",
    "undefined",
    "no_proof",
    "no_factor",
    "no_data",
    "no_meter",
    "no_access_point",
    "unclassified",
    "incomplete",
]
"""From good to bad; from ``undefined`` on there is no value.

``interim``: not over twelve months, as the definition asks, or not over yet. ``power_missing``: a meter answered that
it has no power. ``lower_bound``: a counter began anew, or some hours do not tell it. ``hours_suppressed``: hours of
WLAN with too few devices are not part of it. ``counter_backwards``: a counter went back, its time is not covered.
``undefined``: a ratio to nothing. ``no_proof``: nothing shows what the energy was made of. ``no_factor``: no factor for
the year. ``no_data``: a quantity that nobody entered or published. ``no_meter``: no meter at that point.
``no_access_point``: a zone without any. ``unclassified``: there are meters, but none says where it measures.
``incomplete``: too little of the time is covered.
"""

_ORDER: Sequence[State] = get_args(State)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure.

    Parameters
    ----------
    value : float or None
        The value; None where there is none, never 0 instead.
    unit : str
        Unit; ``1`` for a ratio.
    state : str
        What is to be known of it, in one word.
    reason : str
        The same in a sentence; empty where all is well.
    completeness_pct : float or None
        Share of the metering time that is covered [%]; None where nothing is metered.
    sources : tuple of str
        Meters, factors and quantities it rests on.
    """

    value: float | None
    unit: str
    state: State = "ok"
    reason: str = ""
    completeness_pct: float | None = None
    sources: tuple[str, ...] = ()

    def but(self, state: State, reason: str) -> Figure:
        """Give the figure with something more to be known; the worse state stands."""
        worse = max(self.state, state, key=_ORDER.index)
        value = None if _ORDER.index(worse) >= _ORDER.index("undefined") else self.value
        return replace(self, value=value, state=worse, reason=_joined(self.reason, reason))


def missing(unit: str, state: State, reason: str, sources: tuple[str, ...] = ()) -> Figure:
    """Give a figure that has no value."""
    return Figure(None, unit, state, reason, sources=sources)


def complete(figure: Figure, least_pct: float) -> Figure:
    """Take the value away where too little of the time is covered; the rest says why."""
    share = figure.completeness_pct
    if share is None or share >= least_pct:
        return figure
    return figure.but("incomplete", f"{share:.1f} % of the time is covered, {least_pct:g} % is the least")


def combined(value: float | None, unit: str, parts: Sequence[Figure]) -> Figure:
    """Give what is computed from other figures: the worst of their states, the least of their completeness.

    Parameters
    ----------
    value : float or None
        The value; None where a part has none.
    unit : str
        Its unit.
    parts : sequence of Figure
        What it is computed from.
    """
    state: State = max((one.state for one in parts), key=_ORDER.index)
    shares = [one.completeness_pct for one in parts if one.completeness_pct is not None]
    whole = Figure(
        value,
        unit,
        state,
        _joined(*(one.reason for one in parts)),
        min(shares, default=None),
        tuple(dict.fromkeys(source for one in parts for source in one.sources)),
    )
    return whole.but(state, "")


def total(parts: Sequence[Figure], unit: str) -> Figure:
    """Add figures; where one has no value, neither has the sum."""
    values = [one.value for one in parts if one.value is not None]
    return combined(math.fsum(values) if len(values) == len(parts) else None, unit, parts)


def ratio(above: Figure, below: Figure, unit: str = "1", scale: float = 1.0) -> Figure:
    """Divide two figures."""
    if above.value is None or below.value is None:
        return combined(None, unit, (above, below))
    if below.value == 0:
        return combined(None, unit, (above, below)).but("undefined", "nothing was used to compare with")
    return combined(above.value / below.value * scale, unit, (above, below))


def _joined(*reasons: str) -> str:
    """Put reasons together, each once."""
    return "; ".join(dict.fromkeys(part for one in reasons if one for part in one.split("; ")))
