"""Substitution against table DUA20.22."""

from pathlib import Path

import numpy as np
import pytest
from dua_table import read

from processing.kernels.measured import encode, rounded
from processing.kernels.substitution import FROM_LANE, HELD, substitute

VALUES = ("qKfz", "vKfz", "qLkw", "vLkw", "qPkw", "vPkw")

pytestmark = pytest.mark.reference


def test_dua20_substitution(recordings: Path) -> None:
    """All 51 intervals of DUA20.22: from the other lane at 95 %, else held at 90 % of it, for 5 minutes at most."""
    table = read(recordings / "dua" / "DUA20.22.Ersatz.csv")
    lane, other = np.arange(0, len(table.rows), 2), np.arange(1, len(table.rows), 2)
    values = table.measured(VALUES, 0, graded=True)
    length = table.numbers("T", 0)
    found = substitute(
        values[:, None, lane], values[:, None, other], (length[lane] == length[other])[None], 5, 0.95, 0.90
    )
    right = np.ones(len(lane), np.bool_)
    for number, name in enumerate(VALUES):
        right &= encode(found.measured)[number, 0] == table.numbers(name, 1)[lane]
        right &= rounded(found.measured.quality_ratio[number, 0] * 100) == table.quality(name, 1)[lane]
        right &= found.measured.interpolated[number, 0] == table.interpolated(name, 1)[lane]
    remark = np.array(table.column("Bemerkung", 0))[lane]
    right &= (found.origin[0] == FROM_LANE) == (remark == "Ersetzung 1")
    right &= (found.origin[0] == HELD) == (remark == "Ersetzung 2")
    assert (int(right.sum()), len(right)) == (51, 51), [table.lines[row] for row in lane[~right]]
