"""A real broker per test: Mosquitto with the configuration the demo gives it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from emscher.embedded import EmbeddedBroker
from emscher.embedded.mosquitto import executable
from emscher.embedded.port import free_port as free_port  # noqa: PLC0414 - tests take it from here


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[EmbeddedBroker]:
    """Mosquitto on a port of its own; in CI it must be there, elsewhere its absence skips the test."""
    if executable() is None:
        if os.environ.get("CI"):
            pytest.fail("Mosquitto is not installed")
        pytest.skip("Mosquitto is not installed")
    with EmbeddedBroker(tmp_path / "broker", free_port(), "mosquitto") as running:
        yield running
