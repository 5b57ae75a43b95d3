"""The books of ingest: per stream and minute, received = stored + duplicate + rejected."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
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


@dataclass(slots=True)
class Move:
    """What a re-drive changes in the account of one stream and minute; each sum stays balanced."""

    received: int = 0
    stored: int = 0
    duplicate: int = 0
    rejected: int = 0
    mended: int = 0


async def move(connection: Connection, moves: Mapping[tuple[str, datetime], Move]) -> None:
    """Move readings in the books from rejected to stored or duplicate, in the transaction that re-drives them.

    The lines of the workers stay as they were written; the moves stand beside them under the worker ``redrive``.

    Parameters
    ----------
    connection : Connection
        In a transaction.
    moves : mapping
        By stream and minute of receipt.
    """
    for stream, minute in sorted(moves):
        values = {"stream": stream, "minute": minute, **asdict(moves[stream, minute])}
        await connection.execute(_SQL["move"].statement, values)
