"""The span of ``emscher process --backfill``: what is no span is one line, and nothing is computed."""

import pytest
from typer.testing import CliRunner

from emscher.cli import build
from emscher.errors import SettingError


@pytest.mark.parametrize(
    ("since", "until", "word"),
    [
        ("yesterday", "2026-05-04", "no time"),
        ("2026-05-04T06:00:00", "2026-05-05", "no zone"),
        ("2026-05-05", "2026-05-04T22:00:00Z", "not before"),
    ],
)
def test_what_is_no_span_is_refused(since: str, until: str, word: str) -> None:
    """Text, a time without a zone and an end before the start are refused with what to do."""
    result = CliRunner().invoke(build("process"), ["process", "--backfill", since, until])
    assert isinstance(result.exception, SettingError)
    assert word in str(result.exception)
