"""A store for each test: a copy of one that has the schema."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql
from pydantic import SecretStr

from emscher.embedded import EmbeddedPostgres
from emscher.embedded.postgres import DATABASE, SUPERUSER
from emscher.settings import Settings, load
from emscher.store.migrate import migrate

TRIES = 100
PAUSE_S = 0.1
HISTORY_DAYS = 20_000
"""A test may replay what happened long ago [d]."""


def lay(server: EmbeddedPostgres) -> None:
    """Lay the schema into the server's own database."""
    asyncio.run(migrate(_settings(server, DATABASE)))


@contextmanager
def own(server: EmbeddedPostgres) -> Iterator[Settings]:
    """Copy that database for one test, and drop the copy when the context ends."""
    name = f"emscher_test_{secrets.token_hex(6)}"
    identifiers = sql.Identifier(name), sql.Identifier(DATABASE)
    with psycopg.connect(server.url_of(SUPERUSER), autocommit=True) as connection:
        for left in reversed(range(TRIES)):
            try:
                connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*identifiers))
            except psycopg.errors.ObjectInUse:
                # A background worker of the server looks in for a moment.
                if not left:
                    raise
                time.sleep(PAUSE_S)
            else:
                break
        try:
            yield _settings(server, name)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(identifiers[0]))


def _settings(server: EmbeddedPostgres, database: str) -> Settings:
    return load(
        {
            "database_url": SecretStr(server.url_of(database)),
            "database_flavour": "plain",
            "history_days": HISTORY_DAYS,
        }
    )
