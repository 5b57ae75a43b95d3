"""A database per test: a template once a session and flavour, cloned for each test.

The server is the one ``EMSCHER_TEST_DATABASE_URL`` names, else the embedded one. Tests run on the plain schema, and on
TimescaleDB too wherever the server offers it.
"""

import asyncio
import os
import secrets
import time
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from pydantic import SecretStr

from emscher.embedded import EmbeddedPostgres
from emscher.settings import Settings, load
from emscher.store.migrate import Flavour, migrate

SERVER = "EMSCHER_TEST_DATABASE_URL"
TRIES = 100


def pytest_report_header() -> str:
    """Say which server the tests of the store run on."""
    return f"store: {'server of ' + SERVER if SERVER in os.environ else 'embedded PostgreSQL'}"


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a database of the server, as its owner."""
    if given := os.environ.get(SERVER):
        yield given
        return
    with EmbeddedPostgres(tmp_path_factory.mktemp("server")) as server:
        yield server.url_of("postgres")


@pytest.fixture(scope="session")
def templates(server_url: str) -> Iterator[dict[str, str]]:
    """Names of migrated databases to clone, by flavour, made when first asked for."""
    made: dict[str, str] = {}
    yield made
    for name in made.values():
        _drop(server_url, name)


@pytest.fixture(params=["plain", pytest.param("timescaledb", marks=pytest.mark.timescaledb)])
def flavour(request: pytest.FixtureRequest, server_url: str) -> Flavour:
    """Flavour of the schema: plain always, TimescaleDB where the server offers it."""
    wanted: Flavour = request.param
    if wanted == "timescaledb" and not _offers_timescaledb(server_url):
        pytest.skip("the server does not offer TimescaleDB")
    return wanted


@pytest.fixture
def empty_store(server_url: str, flavour: Flavour) -> Iterator[Settings]:
    """Settings of a database without a schema."""
    name = f"emscher_test_{secrets.token_hex(6)}"
    _create(server_url, name, "template0")
    yield settings_of(server_url, name, flavour)
    _drop(server_url, name)


@pytest.fixture
def store(server_url: str, flavour: Flavour, templates: dict[str, str]) -> Iterator[Settings]:
    """Settings of a migrated database that is this test's own."""
    yield from clone(server_url, flavour, templates)


@pytest.fixture
def second_store(server_url: str, flavour: Flavour, templates: dict[str, str]) -> Iterator[Settings]:
    """Another one, to compare with."""
    yield from clone(server_url, flavour, templates)


def clone(server_url: str, flavour: Flavour, templates: dict[str, str]) -> Iterator[Settings]:
    """Give settings of a migrated database of one's own, which is dropped afterwards."""
    if flavour not in templates:
        template = f"emscher_template_{flavour}_{secrets.token_hex(6)}"
        _create(server_url, template, "template0")
        asyncio.run(migrate(settings_of(server_url, template, flavour)))
        _close(server_url, template)
        templates[flavour] = template
    name = f"emscher_test_{secrets.token_hex(6)}"
    _create(server_url, name, templates[flavour])
    yield settings_of(server_url, name, flavour)
    _drop(server_url, name)


def settings_of(server_url: str, database: str, flavour: Flavour) -> Settings:
    """Settings of a database of the server."""
    url = conninfo_to_dict(server_url)
    host, user = str(url.get("host", "")), str(url.get("user", "postgres"))
    password = f":{url['password']}" if url.get("password") else ""
    address = f"postgresql://{user}{password}@/{database}?host={host}&port={url.get('port', 5432)}"
    # Tests invent sensors on every stream; what a city gets by default is tested where it is meant.
    open_to_all = {"ingest_unknown_sensor": "register"}
    return load({"database_url": SecretStr(address), "database_flavour": flavour, **open_to_all})


def _offers_timescaledb(server_url: str) -> bool:
    with psycopg.connect(server_url, autocommit=True) as connection:
        row = connection.execute("show shared_preload_libraries").fetchone()
        return row is not None and "timescaledb" in str(row[0])


def _create(server_url: str, name: str, template: str) -> None:
    statement = sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(template))
    with psycopg.connect(server_url, autocommit=True) as connection:
        for _ in range(TRIES):
            try:
                connection.execute(statement)
            except psycopg.errors.ObjectInUse:
                # A background worker of the server looks in for a moment.
                time.sleep(0.2)
            else:
                return
    pytest.fail(f"{template} is in use by others")


def _close(server_url: str, name: str) -> None:
    """Let nobody into a template, so that it can be cloned: background workers of the server would."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("alter database {} with allow_connections false").format(sql.Identifier(name)))
        connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", (name,))


def _drop(server_url: str, name: str) -> None:
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
