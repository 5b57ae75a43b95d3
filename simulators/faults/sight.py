"""What the platform shows of faults: for each of its signs, the sensors that have it and when it was first seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from emscher.store.pool import Connection
from emscher.store.query import queries

_BOOKS = queries("simulators.faults", "books.sql")["books"].statement
SIGNS = queries("simulators.faults", "detect.sql")
"""The signs by name; each is a query that gives the keys of sensors, and its purpose line says what it means."""


@dataclass(frozen=True, slots=True)
class Account:
    """What became of the readings of a stream, as the books have it [1]."""

    stream: str
    received: int
    stored: int
    duplicate: int
    rejected: int


@dataclass(slots=True)
class Sight:
    """When each sign was first seen of each sensor.

    Parameters
    ----------
    connection : Connection
        In the reader's role.
    began : datetime
        When the readings began.
    """

    connection: Connection
    began: datetime
    first: dict[tuple[str, str], datetime] = field(default_factory=dict)

    async def look(self, now: datetime) -> None:
        """Look at every sign."""
        for name, query in SIGNS.items():
            cursor = await self.connection.execute(query.statement, {"now": now, "began": self.began})
            for (key,) in await cursor.fetchall():
                self.first.setdefault((name, key), now)

    async def books(self) -> list[Account]:
        """Read the books of every stream."""
        return [Account(*row) for row in await (await self.connection.execute(_BOOKS)).fetchall()]

    def of(self, key: str) -> Mapping[str, datetime]:
        """Give the signs of a sensor, the first seen first."""
        found = {sign: at for (sign, whose), at in self.first.items() if whose == key}
        return dict(sorted(found.items(), key=lambda one: one[1]))
