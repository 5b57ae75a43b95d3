"""The source of every answer: the store, read in the public's rights or in the reader's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal

import psycopg
from psycopg import sql

from emscher.errors import MigrationError
from emscher.settings import Settings
from emscher.store.pool import Pool, pool
from emscher.store.query import queries

Role = Literal["public", "reader"]
Statement = sql.SQL | sql.Composed

PUBLIC_CONNECTIONS = 8
READER_CONNECTIONS = 4
WAIT_S = 3.0
"""How long a request waits for a connection [s]."""
LONGEST_S = 20.0
"""How long a statement may take before the request is given up [s]."""

SQL = queries("api")


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or view: the types of its columns by name, and whether the public role may read it."""

    name: str
    open: bool
    columns: Mapping[str, str]


class Source:
    """Reads the store.

    Parameters
    ----------
    public, reader : Pool
        Connections in the public's and in the reader's rights.
    """

    def __init__(self, public: Pool, reader: Pool) -> None:
        self._pools: Mapping[Role, Pool] = {"public": public, "reader": reader}
        self._relations: dict[str, Relation] = {}

    async def fetch(self, role: Role, statement: Statement, values: Mapping[str, Any] | None = None) -> list[Any]:
        """Read all rows of a statement.

        Parameters
        ----------
        role : str
            In whose rights.
        statement : SQL
            A named query.
        values : mapping, optional
            Its parameters.

        Raises
        ------
        TimeoutError
            It took longer than :data:`LONGEST_S`.
        """
        return (await self.fetch_each(role, [statement], values))[0]

    async def fetch_each(
        self, role: Role, statements: Sequence[Statement], values: Mapping[str, Any] | None = None
    ) -> list[list[Any]]:
        """Read all rows of several statements over one connection, sent together."""
        try:
            return await self._fetch_each(role, statements, values)
        except psycopg.OperationalError as exc:
            if isinstance(exc, psycopg.errors.QueryCanceled):
                raise
            # A connection that the server closed while it lay idle says so only when used; reading again is harmless.
            await self._pools[role].check()
            return await self._fetch_each(role, statements, values)

    async def _fetch_each(
        self, role: Role, statements: Sequence[Statement], values: Mapping[str, Any] | None
    ) -> list[list[Any]]:
        async with asyncio.timeout(LONGEST_S), self._pools[role].connection(timeout=WAIT_S) as connection:
            async with connection.pipeline():
                cursors = [await connection.cursor(binary=True).execute(one, values) for one in statements]
            return [await cursor.fetchall() for cursor in cursors]

    async def columns(
        self, role: Role, names: Sequence[str], rows: Statement, values: Mapping[str, Any] | None = None
    ) -> list[Sequence[Any]]:
        """Read the rows of a statement by column.

        Parameters
        ----------
        role : str
            In whose rights.
        names : sequence of str
            The statement's columns.
        rows : SQL
            The statement.
        values : mapping, optional
            Its parameters.
        """
        return list((await self.fetch(role, columnar(names, rows), values))[0])

    async def relation(self, name: str) -> Relation | None:
        """Describe a table or view, or give None where the schema has none of that name."""
        if name not in self._relations:
            rows = await self.fetch("reader", SQL["relations"].statement)
            self._relations = {
                one: Relation(one, is_open, dict(zip(columns, types, strict=True)))
                for one, is_open, columns, types in rows
            }
        return self._relations.get(name)

    async def existing(self, name: str) -> Relation:
        """Describe a table or view that must be there.

        Raises
        ------
        MigrationError
            It is not.
        """
        found = await self.relation(name)
        if found is None:
            raise MigrationError(f"The store has no relation {name}.", "Run `emscher migrate`.")
        return found


def columnar(names: Sequence[str], rows: Statement) -> Statement:
    """Have a statement give one row with an array for each of its columns."""
    arrays = sql.SQL(", ").join(SQL["column"].of(column=name) for name in names)
    return SQL["columns"].of(arrays=arrays, rows=rows)


@asynccontextmanager
async def source(settings: Settings) -> AsyncIterator[Source]:
    """Keep the connections to the store open.

    Raises
    ------
    DatabaseMissingError
        The server does not answer at the start.
    """
    async with (
        pool(settings, "public", PUBLIC_CONNECTIONS) as public,
        pool(settings, "reader", READER_CONNECTIONS) as reader,
    ):
        yield Source(public, reader)
