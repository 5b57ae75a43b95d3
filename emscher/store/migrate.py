"""Migrations: numbered SQL files, one transaction each, recorded with their SHA-256.

``NNNN_name.sql`` runs everywhere; ``NNNN_name.plain.sql`` and ``NNNN_name.timescaledb.sql`` are the two sides of one
step, of which the database's flavour picks one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal, cast

import psycopg
import structlog
from psycopg import sql

from emscher.errors import MigrationError
from emscher.settings import Settings
from emscher.store.pool import Connection, connect
from emscher.store.query import queries

Flavour = Literal["plain", "timescaledb"]

log = structlog.stdlib.get_logger()

_FILE_NAME = re.compile(r"(?P<number>\d{4})_(?P<name>[a-z_]+)(?:\.(?P<flavour>plain|timescaledb))?\.sql")
_SQL = queries("emscher.store")


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered step."""

    number: int
    name: str
    text: str
    sha256: str


def migrations(flavour: Flavour) -> list[Migration]:
    """Read the steps of a flavour, in order.

    Raises
    ------
    MigrationError
        A file's name does not fit, or the numbers have a gap or a repetition.
    """
    found = []
    for file in files("emscher.store").joinpath("migrations").iterdir():
        match = _FILE_NAME.fullmatch(file.name)
        if match is None:
            raise MigrationError(f"{file.name} is no NNNN_name.sql.", "Rename it.")
        if match["flavour"] in (None, flavour):
            content = file.read_bytes()
            digest = hashlib.sha256(content).hexdigest()
            found.append(Migration(int(match["number"]), match["name"], content.decode(), digest))
    found.sort(key=lambda one: one.number)
    if [one.number for one in found] != list(range(1, len(found) + 1)):
        raise MigrationError(
            "The numbers of the migrations have a gap or a repetition.", "Count from 0001 without a gap."
        )
    return found


async def migrate(settings: Settings) -> tuple[Flavour, list[Migration]]:
    """Bring the schema up to date and let the roles log in that have a password.

    Parameters
    ----------
    settings : Settings
        ``database_url`` logs in as the owner of the database.

    Returns
    -------
    flavour : str
        ``plain`` or ``timescaledb``.
    applied : list of Migration
        What was missing and is now there.

    Raises
    ------
    DatabaseMissingError
        The database does not answer.
    MigrationError
        A step fails, or an applied file was edited; nothing of the failed step remains.
    """
    async with await connect(settings, "owner", autocommit=True) as connection:
        await connection.execute(_SQL["migration_lock"].statement)
        before = await _applied(connection)
        flavour = await _flavour(connection, settings, before)
        missing = _missing(migrations(flavour), before)
        for one in missing:
            await _apply(connection, one, flavour)
            log.info("migration applied", number=one.number, name=one.name, flavour=flavour)
        await _let_roles_log_in(connection, settings)
    return flavour, missing


async def _applied(connection: Connection) -> list[tuple[int, str, str, Flavour]]:
    await connection.execute(_SQL["create_migration_table"].statement)
    cursor = await connection.execute(_SQL["applied_migrations"].statement)
    return cast("list[tuple[int, str, str, Flavour]]", await cursor.fetchall())


async def _flavour(
    connection: Connection, settings: Settings, before: Sequence[tuple[int, str, str, Flavour]]
) -> Flavour:
    """Decide the flavour: the database's own once it has one, else the setting, else what the server offers."""
    wanted = settings.database_flavour
    if before:
        flavour = before[-1][3]
        if wanted not in ("auto", flavour):
            raise MigrationError(
                f"The schema was laid as {flavour}, EMSCHER_DATABASE_FLAVOUR asks for {wanted}.",
                "Use another database; a schema does not change its flavour.",
            )
        return flavour
    row = await (await connection.execute(_SQL["timescaledb_offered"].statement)).fetchone()
    offered = bool(row and row[0])
    if wanted == "timescaledb" and not offered:
        raise MigrationError(
            "The server does not offer TimescaleDB.", "Install it and name it in shared_preload_libraries, or set auto."
        )
    if wanted == "plain" or not offered:
        return "plain"
    try:
        await connection.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
    except psycopg.Error as exc:
        raise MigrationError(
            f"TimescaleDB cannot be created here: {exc}.", "Let a superuser create the extension."
        ) from exc
    return "timescaledb"


def _missing(known: Sequence[Migration], before: Sequence[tuple[int, str, str, Flavour]]) -> list[Migration]:
    """Find what is not applied yet, and refuse a past that is not ours."""
    by_number = {one.number: one for one in known}
    for number, name, sha256, _ in before:
        if number not in by_number:
            raise MigrationError(
                f"The database has migration {number:04d}_{name}, this version of Emscher does not.", "Upgrade Emscher."
            )
        if by_number[number].sha256 != sha256:
            raise MigrationError(
                f"Migration {number:04d}_{name} was edited after it was applied.", "Restore the file and add a new one."
            )
    return [one for one in known if one.number > len(before)]


async def _apply(connection: Connection, one: Migration, flavour: Flavour) -> None:
    try:
        async with connection.transaction():
            # Without parameters the text goes to the server as it is, all statements in one.
            await connection.execute(sql.SQL(one.text))
            await connection.execute(
                _SQL["record_migration"].statement,
                {"number": one.number, "name": one.name, "sha256": one.sha256, "flavour": flavour},
            )
    except psycopg.Error as exc:
        raise MigrationError(
            f"Migration {one.number:04d}_{one.name} failed: {' '.join(str(exc).split())}.", "Nothing of it remains."
        ) from exc


async def _let_roles_log_in(connection: Connection, settings: Settings) -> None:
    passwords = {
        "emscher_writer": settings.database_writer_password,
        "emscher_reader": settings.database_reader_password,
        "emscher_public": settings.database_public_password,
    }
    for role, password in passwords.items():
        if password is not None:
            await connection.execute(
                _SQL["let_role_log_in"].of(role=role, password=sql.Literal(password.get_secret_value()))
            )
