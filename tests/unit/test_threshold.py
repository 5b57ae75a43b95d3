"""Thresholds: which row speaks for a scope on a day."""

import math
from datetime import date

import numpy as np

from emscher.stream import DAY_US
from processing.threshold import EPOCH, thresholds

NEW_YEAR = date(2026, 1, 1)
DAY = (NEW_YEAR - EPOCH).days
KNOWN = thresholds(
    [
        ("speed", "", 250.0, date(2000, 1, 1), None),
        ("speed", "main", 100.0, date(2000, 1, 1), None),
        ("speed", "main", 80.0, NEW_YEAR, None),
        ("length", "", 6.5, date(2000, 1, 1), date(2025, 12, 31)),
    ]
)


def test_the_newest_row_of_the_scope_speaks_else_the_general_one() -> None:
    """A scope's own row goes before the general one, and of two rows the one that began later."""
    assert KNOWN.at("speed", "main", DAY - 1) == 100
    assert KNOWN.at("speed", "main", DAY) == 80
    assert KNOWN.at("speed", "side", DAY) == 250


def test_a_row_ends_with_its_last_day() -> None:
    """Its last day is still its own; after it there is no value."""
    assert KNOWN.at("length", "", DAY - 1) == 6.5
    assert math.isnan(KNOWN.at("length", "", DAY))
    assert ("length", "") not in KNOWN.on(DAY)


def test_many_scopes_and_days_at_once_are_each_their_own() -> None:
    """Asked for at once, each gets what it gets alone."""
    time_us = np.array([DAY - 1, DAY, DAY, DAY]) * DAY_US + 5
    asked = KNOWN.scoped(["", "main"], np.array([1, 1, 0, 1]), time_us)
    assert asked("speed").tolist() == [100, 80, 250, 80]
    assert np.isnan(asked("unknown")).all()
