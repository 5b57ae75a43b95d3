"""Plausibility against the tables of the German traffic centres: DUA13, DUA14, DUA15, DUA51."""

from pathlib import Path

import numpy as np
import pytest
from dua_table import read

from processing.kernels.constancy import stuck
from processing.kernels.measured import decode, encode, faulted
from processing.kernels.plausibility import consistent, limited, limited_counts, occupied, unchanged

COUNTS, SPEEDS = ("qKfz", "qLkw", "qPkw"), ("vKfz", "vLkw", "vPkw")

pytestmark = pytest.mark.reference


def test_dua13_contradictions_between_counts_and_speeds(recordings: Path) -> None:
    """All 24 rows of DUA13, rules B7 to B12, come out as its formulas say."""
    table = read(recordings / "dua" / "DUA13.csv")
    count, speed = consistent(table.measured(COUNTS, 0, graded=False), table.measured(SPEEDS, 0, graded=False))
    right = (encode(count) == np.stack([table.numbers(name, 2) for name in COUNTS])).all(axis=0)
    right &= (encode(speed) == np.stack([table.numbers(name, 2) for name in SPEEDS])).all(axis=0)
    assert len(right) == 24
    assert right.sum() == 24


def test_dua14_smoothed_speed_without_vehicles(recordings: Path) -> None:
    """All 4 pairs of DUA14, rule B13: without vehicles the smoothed speed may not change."""
    table = read(recordings / "dua" / "DUA14-1.csv")
    first, second = np.arange(0, 8, 2), np.arange(1, 8, 2)
    count, smoothed = decode(table.numbers("qKfz", 0)), decode(table.numbers("vgKfz", 0))
    found = unchanged(count[second], smoothed[second], smoothed[first])
    right = encode(found) == table.numbers("vgKfz", 1)[second]
    assert len(right) == 4
    assert right.sum() == 4


def test_dua14_occupancy_under_fast_traffic(recordings: Path) -> None:
    """All 9 rows of DUA14, rule B14: above 100 km/h an occupancy of 80 % and more is faulty."""
    table = read(recordings / "dua" / "DUA14-2.csv")
    occupancy, speed = decode(table.numbers("b", 0)), decode(table.numbers("vKfz", 0))
    found = occupied(occupancy, speed, np.array([100.0]), np.array([80.0]))
    right = encode(found) == table.numbers("b", 1)
    assert len(right) == 9
    assert right.sum() == 9


def test_dua15_greatest_values(recordings: Path) -> None:
    """All 36 rows of DUA15, rules B15 to B22: what is above its greatest is set to it, and marked."""
    table = read(recordings / "dua" / "DUA15-1.csv")
    count, changed = limited_counts(table.measured(COUNTS, 0, graded=False), np.array([30.0]), np.array([3.0]))
    right = (encode(count) == np.stack([table.numbers(name, 1) for name in COUNTS])).all(axis=0)
    for number, name in enumerate(COUNTS):
        right &= changed[number] == (np.array(table.column(name, 2)) == "Ja")
    for name, greatest in (("vKfz", 115), ("vLkw", 90), ("vPkw", 120), ("vgKfz", 113), ("b", 80)):
        found, changed = limited(decode(table.numbers(name, 0)), np.array([float(greatest)]))
        right &= encode(found) == table.numbers(name, 1)
        right &= changed == (np.array(table.column(name, 2)) == "Ja")
    assert len(right) == 36
    assert right.sum() == 36


def test_dua51_constant_values(recordings: Path) -> None:
    """All 297 rows of DUA51: at most 6 equal counts, 4 speeds, 7 deviations, 4 occupancies in a row."""
    table = read(recordings / "dua" / "DUA51.csv")
    series = np.array([line.split(".")[0] for line in table.lines])
    groups = ((COUNTS, 6, 1), (SPEEDS, 4, 1), (("sKfz",), 7, 1), (("b",), 4, 3))
    rows, right = 0, 0
    for one in dict.fromkeys(series):
        mine = table.only(list(np.nonzero(series == one)[0]))
        good = np.ones(len(mine.rows), np.bool_)
        for names, longest, smallest in groups:
            values = mine.measured(names, 0, graded=False)
            wrong = stuck(values[:, None, :], longest, smallest)
            found = faulted(values, np.broadcast_to(wrong, values.number.shape))
            good &= (encode(found) == np.stack([mine.numbers(name, 1) for name in names])).all(axis=0)
        rows, right = rows + len(good), right + int(good.sum())
    assert len(set(series)) == 25
    assert (right, rows) == (297, 297)
