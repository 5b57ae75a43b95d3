"""Every table of the German traffic centres: rows compared, rows equal."""

from pathlib import Path

import pytest
from dua_compare import Comparison, compare, every

EXPECTED = {
    "DUA13": 24,
    "DUA14-1": 4,
    "DUA14-2": 9,
    "DUA15-1": 36,
    "DUA20.22.Ersatz": 51,
    "DUA25": 30,
    "DUA25Status": 15,
    "DUA26-1a": 27,
    "DUA28-FS15": 16,
    "DUA28-FS60": 16,
    "DUA36.37": 25,
    "DUA51": 297,
    "DUA81-1a": 15,
    "DUAStNRWFs": 26,
}

pytestmark = pytest.mark.reference


@pytest.mark.parametrize("name", EXPECTED)
def test_every_row_of_a_table_is_equal(recordings: Path, name: str) -> None:
    """All rows, or cases of several rows, come out with value, status, quality and mark."""
    found = compare(recordings / "dua" / f"{name}.csv")
    assert found == Comparison(name, EXPECTED[name], EXPECTED[name], ())


def test_every_table_is_understood(recordings: Path) -> None:
    """No table of the folder is left out."""
    assert all(isinstance(one, Comparison) for one in every(recordings / "dua"))


def test_table_of_no_known_family_says_why(tmp_path: Path) -> None:
    """A table that nobody can compare is named with the reason, and does not stop the others."""
    (tmp_path / "DUA99.csv").write_text("a,b\n", encoding="utf-8")
    (tmp_path / "DUA13-x.csv").write_text("T,qKfz\nmin,veh\n1,2\n", encoding="utf-8")
    (first, _), (second, why) = list(every(tmp_path))  # type: ignore[misc] # neither is a comparison
    assert (first, second) == ("DUA13-x", "DUA99")
    assert "known" in why
