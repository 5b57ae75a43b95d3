"""The books of ingest: per stream and minute, received = stored + duplicate + rejected."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from emscher.store.pool import Connection
from emscher.store.query import queries

_SQL = queries("ingest")


@dataclass(slots=True)
class Account:
    """Readings of one stream in one batch."""

    stored: int = 0
    duplicate: int = 0
    rejected: int = 0

    @property
    def received(self) -> int:
        """What was received is what became of it."""
        return self.stored + self.duplicate + self.rejected


class Books(defaultdict[str, Account]):
    """Accounts of one batch by stream."""

    def __init__(self) -> None:
        super().__init__(Account)


async def write(connection: Connection, worker: str, minute: datetime, books: Mapping[str, Account]) -> None:
    """Add a batch to the books, in the transaction that stores or rejects its readings.

    Parameters
    ----------
    connection : Connection
        In a transaction.
    worker : str
        Whose batch it is; each worker has rows of its own, so that workers do not wait for each other.
    minute : datetime
        Minute of receipt.
    books : mapping
        Account by stream.
    """
    for stream in sorted(books):
        account = books[stream]
        await connection.execute(
            _SQL["account"].statement,
            {
                "stream": stream,
                "minute": minute,
                "worker": worker,
                "received": account.received,
                "stored": account.stored,
                "duplicate": account.duplicate,
                "rejected": account.rejected,
            },
        )
