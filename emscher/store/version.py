"""The version of a schema: whether what was applied to a database is what this version of Emscher knows."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg

from emscher.errors import MigrationError
from emscher.store.migrate import Migration, migrations
from emscher.store.pool import Connection
from emscher.store.query import queries

_SQL = queries("emscher.store")

RUN_MIGRATE = "Run `emscher migrate`."


def lacking(applied: Sequence[tuple[int, str, str, str]]) -> list[str]:
    """Name the migrations this version brings and the database does not have.

    Parameters
    ----------
    applied : sequence
        Number, name, SHA-256 and flavour, in order; at least one.
    """
    books = {(number, sha256) for number, _, sha256, _ in applied}
    return [f"{one.number:04d}_{one.name}" for one in _known(applied) if (one.number, one.sha256) not in books]


def is_newer(applied: Sequence[tuple[int, str, str, str]]) -> bool:
    """Say whether the database has migrations that this version does not know."""
    return bool(applied) and applied[-1][0] > len(_known(applied))


async def check(connection: Connection) -> None:
    """Refuse a database whose schema is not the one this version writes.

    Parameters
    ----------
    connection : Connection
        In a role that may read the book of migrations.

    Raises
    ------
    MigrationError
        The schema is missing, older or newer.
    """
    try:
        cursor = await connection.execute(_SQL["applied_migrations"].statement)
    except (psycopg.errors.UndefinedTable, psycopg.errors.InsufficientPrivilege) as exc:
        raise MigrationError("The schema is missing or older than this version of Emscher.", RUN_MIGRATE) from exc
    applied = await cursor.fetchall()
    if not applied:
        raise MigrationError("The database has no schema.", RUN_MIGRATE)
    refuse_newer(applied)
    if missing := lacking(applied):
        raise MigrationError(f"The schema lacks {', '.join(missing)}.", RUN_MIGRATE)


def refuse_newer(applied: Sequence[tuple[int, str, str, str]]) -> None:
    """Refuse a schema with migrations that this version does not know.

    Raises
    ------
    MigrationError
        There is one.
    """
    if is_newer(applied):
        number, name = applied[-1][:2]
        raise MigrationError(
            f"The database has migration {number:04d}_{name}, this version of Emscher does not.", "Upgrade Emscher."
        )


def _known(applied: Sequence[tuple[int, str, str, str]]) -> Sequence[Migration]:
    return migrations("timescaledb" if applied[-1][3] == "timescaledb" else "plain")
