"""Thresholds: limits as dated rows, loaded as they hold on a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from emscher.store.pool import Connection
from emscher.store.query import queries

_SQL = queries("processing")


async def load(connection: Connection, at: datetime) -> Mapping[tuple[str, str], float]:
    """Load every limit that holds on the day of a moment, by name and scope.

    Parameters
    ----------
    connection : Connection
        In a role that may read them.
    at : datetime
        A moment, with zone; its day in UTC counts.
    """
    cursor = await connection.execute(_SQL["thresholds"].statement, {"at": at})
    return {(name, scope): value for name, scope, value in await cursor.fetchall()}
