"""A real broker per test: Mosquitto with the configuration the demo gives it."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from emscher.embedded import EmbeddedBroker
from emscher.embedded.mosquitto import executable


def free_port() -> int:
    """Find a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[EmbeddedBroker]:
    """Mosquitto on a port of its own; in CI it must be there, elsewhere its absence skips the test."""
    if executable() is None:
        if os.environ.get("CI"):
            pytest.fail("Mosquitto is not installed")
        pytest.skip("Mosquitto is not installed")
    with EmbeddedBroker(tmp_path / "broker", free_port(), "mosquitto") as running:
        yield running
