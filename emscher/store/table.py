"""Tables of readings as the COPY codec sees them."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg

from emscher.errors import MigrationError
from emscher.store.copy import Column
from emscher.store.pool import Connection
from emscher.store.query import queries
from emscher.stream import Stream

_SQL = queries("emscher.store")


async def columns(connection: Connection, table: str) -> tuple[Column, ...]:
    """Read a table's columns from the database's own catalogue, in their order.

    Raises
    ------
    MigrationError
        There is no such table.
    """
    try:
        cursor = await connection.execute(_SQL["columns_of"].statement, {"table": table})
    except psycopg.errors.UndefinedTable as exc:
        raise MigrationError(f"The store has no table {table}.", "Run `emscher migrate`.") from exc
    return tuple(Column(name, kind, nullable) for name, kind, nullable in await cursor.fetchall())


async def reading_columns(connection: Connection, stream: Stream) -> tuple[Column, ...]:
    """Columns of a stream's readings: ``sensor_id``, then in the order of :attr:`Stream.columns`.

    Raises
    ------
    MigrationError
        The table is missing, or has other columns than the declaration.
    """
    found = {column.name: column for column in await columns(connection, stream.table)}
    wanted: Sequence[str] = ("sensor_id", *stream.columns)
    if set(found) != set(wanted):
        odd = ", ".join(sorted(set(found) ^ set(wanted)))
        raise MigrationError(
            f"{stream.table} and the stream {stream.name} disagree about {odd}.", "Run `emscher migrate`."
        )
    return tuple(found[name] for name in wanted)
