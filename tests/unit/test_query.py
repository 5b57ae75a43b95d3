"""Named SQL."""

import sys
from pathlib import Path

import pytest

from emscher.store.query import queries


@pytest.mark.parametrize(
    ("package", "file"),
    [
        ("ingest", "queries.sql"),
        ("processing", "queries.sql"),
        ("emscher.store", "queries.sql"),
        ("emscher", "city.sql"),
    ],
)
def test_every_statement_has_a_purpose(package: str, file: str) -> None:
    """Every shipped statement has a purpose line that is a sentence."""
    for query in queries(package, file).values():
        assert query.purpose[0].isupper()
        assert query.purpose.endswith(".")


def test_identifiers_are_quoted() -> None:
    """What is filled in is quoted as an identifier, whatever it holds."""
    composed = queries("ingest")["stage"].of(staging='odd"name', columns=["a", "b"])
    assert composed.as_string() == 'COPY "odd""name" (position, "a", "b") FROM STDIN (FORMAT binary)'


def test_a_name_that_stands_twice_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file with a name twice is an error, not a silent overwrite."""
    package = tmp_path / "twice_named"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "queries.sql").write_text("-- name: a\n-- First.\nSELECT 1\n\n-- name: a\n-- Second.\nSELECT 2\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ValueError, match="twice"):
        queries("twice_named")
    sys.modules.pop("twice_named", None)
