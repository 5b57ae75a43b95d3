"""The store as the soak sees it: past the proxy, as the owner."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

from emscher.store import copy
from emscher.store.copy import Column, Rows
from emscher.store.pool import Connection
from emscher.store.query import queries
from emscher.stream import Stream
from emscher.streams import streams
from soak.parcel import Refused

_SQL = queries("soak")


@dataclass(frozen=True, slots=True)
class Account:
    """What the books say of one stream."""

    received: int
    stored: int
    duplicate: int
    rejected: int


class Store:
    """Reads the database; each question is a connection of its own, because the database comes and goes.

    Parameters
    ----------
    url : str
        Address of the database, as its owner.
    """

    def __init__(self, url: str) -> None:
        self._url = url

    async def received(self) -> int | None:
        """How many readings are accounted for; none while the database is away."""
        try:
            async with await self._connect() as connection:
                row = await (await connection.execute(_SQL["received"].statement)).fetchone()
        except psycopg.Error:
            return None
        return int(row[0]) if row else 0

    async def holds(self, stream: Stream, key: str) -> bool:
        """Whether a reading of a sensor is stored."""
        statement = _SQL["stored_of"].of(readings=stream.table, key=sql.Literal(key))
        async with await self._connect() as connection:
            row = await (await connection.execute(statement)).fetchone()
        return row is not None and row[0] > 0

    async def books(self) -> dict[str, Account]:
        """What the books say, by stream."""
        async with await self._connect() as connection:
            rows = await (await connection.execute(_SQL["books"].statement)).fetchall()
        return {name: Account(*numbers) for name, *numbers in rows}

    async def sensors(self) -> dict[str, int]:
        """Every sensor's number."""
        async with await self._connect() as connection:
            return dict(await (await connection.execute(_SQL["sensors"].statement)).fetchall())

    async def readings(self, stream: str, columns: Sequence[Column]) -> Rows:
        """Read a stream's whole table."""
        values = sql.SQL(", ").join(map(_value, columns))
        statement = _SQL["readings"].of(readings=streams()[stream].table, values=values)
        async with await self._connect() as connection, connection.cursor() as cursor, cursor.copy(statement) as out:
            data = b"".join([bytes(part) async for part in out])
        return copy.decode(data, copy.dtype_of(columns))

    async def quarantine(self) -> Counter[Refused]:
        """Count what was refused."""
        async with await self._connect() as connection:
            rows = await (await connection.execute(_SQL["quarantine"].statement)).fetchall()
        return Counter({Refused(*what): count for *what, count in rows})

    async def _connect(self) -> Connection:
        return await psycopg.AsyncConnection.connect(self._url, autocommit=True, connect_timeout=5)


def _value(column: Column) -> sql.Composable:
    name = sql.Identifier(column.name)
    return sql.SQL("coalesce({}::double precision, 'NaN')").format(name) if column.nullable else name
