"""Refused messages as they stand in the store: which are wanted, and what is known of each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from emscher.payload import readable
from emscher.store.pool import Connection
from emscher.store.query import queries

SQL = queries("ingest", "quarantine.sql")
PAGE = 1000

State = Literal["kept", "stored", "duplicate"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which refused messages are meant; what is None is not asked.

    Parameters
    ----------
    since, until : datetime
        Half-open span of their receipt.
    stream, reason, sensor : str
        Stream, last reason there was, key of the sensor.
    state : str
        ``kept`` is what is still refused.
    numbers : sequence of int
        Only these.
    """

    since: datetime | None = None
    until: datetime | None = None
    stream: str | None = None
    reason: str | None = None
    sensor: str | None = None
    state: State | None = None
    numbers: Sequence[int] | None = None

    @property
    def values(self) -> dict[str, Any]:
        """Parameters of the condition ``wanted``."""
        return {**asdict(self), "numbers": None if self.numbers is None else list(self.numbers)}


@dataclass(frozen=True, slots=True)
class Refused:
    """One refused message or reading."""

    id: int
    received_at: datetime
    stream: str
    sensor: str | None
    topic: str | None
    reason: str
    detail: str
    payload: bytes | None
    payload_bytes: int
    state: State
    tries: int
    tried_at: datetime | None
    last_reason: str | None
    last_detail: str | None
    mended_stream: str | None

    @property
    def record(self) -> dict[str, Any]:
        """Everything of it as JSON takes it; a payload that is no UTF-8 stands as base64."""
        text, base64 = readable(self.payload)
        return {**asdict(self), "payload": text, "payload_base64": base64}


async def read(connection: Connection, wanted: Wanted, limit: int | None = None) -> AsyncIterator[Refused]:
    """Read refused messages in the order of their numbers.

    Parameters
    ----------
    connection : Connection
        To the store.
    wanted : Wanted
        Which.
    limit : int, optional
        Most of them.
    """
    after, left = 0, limit
    while left is None or left > 0:
        size = PAGE if left is None else min(left, PAGE)
        statement = SQL["page"].of(wanted=SQL["wanted"].statement)
        cursor = await connection.execute(statement, {**wanted.values, "after": after, "limit": size})
        rows = [Refused(*row) for row in await cursor.fetchall()]
        for one in rows:
            yield one
        if len(rows) < size:
            return
        after = rows[-1].id
        left = None if left is None else left - len(rows)


async def dropped(connection: Connection, wanted: Wanted) -> list[tuple[str, str, int]]:
    """Count what was refused and is not kept, by stream and reason; of sensors nothing is counted."""
    cursor = await connection.execute(SQL["dropped"].statement, wanted.values)
    return await cursor.fetchall()
