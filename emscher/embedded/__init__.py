"""The embedded servers, PostgreSQL and an MQTT broker, for the demo, the benches and the tests.

Each is a context manager that prepares, starts and stops its server::

    with EmbeddedPostgres(folder) as postgres, EmbeddedBroker(folder, port=1883) as broker:
        print(postgres.url, broker.port, broker.protocol)
"""

from emscher.embedded.broker import EmbeddedBroker
from emscher.embedded.postgres import EmbeddedPostgres

__all__ = ["EmbeddedBroker", "EmbeddedPostgres"]
