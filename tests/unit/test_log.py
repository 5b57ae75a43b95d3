"""Log lines: what a fault looks like, and what stands in none."""

import logging

import pytest
import structlog

from emscher import log, settings


@pytest.mark.parametrize("form", ["json", "console"])
def test_traceback_tells_no_values(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A traceback names places in the code, not what the variables there hold: it may be a message or a key."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    given = structlog.get_config()
    try:
        log.configure(settings.load({"log_format": form, "log_level": "INFO"}), "test")
        _fail("rosa" + "." + "lindenhof")
    finally:
        structlog.configure(**given)
        structlog.contextvars.clear_contextvars()
        root.handlers[:], root.level = before
    written = capsys.readouterr().err
    assert "a thing went wrong" in written
    assert "ZeroDivisionError" in written
    assert "rosa.lindenhof" not in written


def _fail(payload: str) -> None:
    try:
        len(payload) / 0
    except ZeroDivisionError:
        structlog.get_logger().error("a thing went wrong", exc_info=True)
