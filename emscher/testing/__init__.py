"""The pytest plugin: an embedded store and broker, the platform between them, a replay, and a clock that obeys.

pytest finds it by the entry point ``pytest11``. Nothing but pytest is imported before a test asks for a fixture; one
PostgreSQL and one broker serve all tests of a run, and each test has a database and topics of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

# Imported where they are used: a run that asks for no fixture of ours must not load a database driver.
# ruff: noqa: PLC0415
if TYPE_CHECKING:
    from emscher.embedded import EmbeddedBroker, EmbeddedPostgres
    from emscher.settings import Settings
    from emscher.testing.clock import Clock
    from emscher.testing.platform import Platform


@pytest.fixture(scope="session")
def emscher_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """Give the embedded PostgreSQL, whose database ``emscher`` has the schema and is the model of every test's own."""
    from emscher.embedded import EmbeddedPostgres
    from emscher.testing.store import lay

    with EmbeddedPostgres(tmp_path_factory.mktemp("emscher-postgres")) as server:
        lay(server)
        yield server


@pytest.fixture(scope="session")
def emscher_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedBroker]:
    """Give the embedded broker: Mosquitto where it is installed, else amqtt."""
    from emscher.embedded import EmbeddedBroker
    from emscher.embedded.port import free_port

    with EmbeddedBroker(tmp_path_factory.mktemp("emscher-broker"), free_port()) as server:
        yield server


@pytest.fixture
def emscher_store(emscher_postgres: EmbeddedPostgres) -> Iterator[Settings]:
    """Give the settings of an empty store that is this test's own."""
    from emscher.testing.store import own

    with own(emscher_postgres) as settings:
        yield settings


@pytest.fixture
def emscher_clock() -> Clock:
    """Give a clock that moves when told and not before."""
    from emscher.testing.clock import Clock

    return Clock()


@pytest.fixture
def emscher_platform(
    emscher_store: Settings, emscher_broker: EmbeddedBroker, emscher_clock: Clock
) -> Iterator[Platform]:
    """Give the platform: ingest listens to the broker, and processing computes when the test settles."""
    from emscher.testing.platform import Platform, at_broker

    with Platform(at_broker(emscher_store, emscher_broker), emscher_clock) as platform:
        yield platform
