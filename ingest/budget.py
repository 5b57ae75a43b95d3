"""The budget of the quarantine: how much of what is refused is kept, so that a flood of garbage cannot fill the disk.

Every source (a stream, a reason, a registered sensor; all unregistered keys together are one) has a share of rows, and
all together have a budget of rows and bytes. The newest is refused a place, never an older row removed: the first rows
tell since when something is wrong, and deleting under a flood would cost more than it saves. The second half of the
budget is open only to sources with few rows yet, so that many loud ones leave room for the first rows of a quiet one.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from emscher.settings import Settings
from emscher.store.pool import Connection
from emscher.store.query import queries
from emscher.streams import streams
from ingest.batch import Rejected

log = structlog.stdlib.get_logger()

REMEMBERED = timedelta(seconds=30)
"""After this long the rows are counted anew: other workers add some, retention and re-driving make room."""
FIRST_ROWS = 10
"""A source with fewer rows than this may use the whole budget, any other one half of it."""
ROW_BYTES = 160
"""What a row takes besides its payload and its detail, about [bytes]."""

_SQL = queries("ingest", "quarantine.sql")

Source = tuple[str, str, str]
"""Stream, reason and sensor key; the key is empty where no registered sensor is meant."""


class Budget:
    """Counts what the quarantine holds; each worker counts for itself and looks at all rows now and then.

    Parameters
    ----------
    settings : Settings
        ``quarantine_rows``, ``quarantine_bytes`` and ``quarantine_rows_per_sensor``.
    """

    def __init__(self, settings: Settings) -> None:
        self._rows_limit = settings.quarantine_rows
        self._bytes_limit = settings.quarantine_bytes
        self._share = settings.quarantine_rows_per_sensor
        self._looked_at: datetime | None = None
        self._held: dict[Source, int] = {}
        self._registered: frozenset[str] = frozenset()
        self._rows = self._bytes = self._turned_away = 0

    async def look(self, connection: Connection, now: datetime) -> None:
        """Count what is kept, unless that was done a moment ago.

        Parameters
        ----------
        connection : Connection
            To the store.
        now : datetime
            The time of day; a clock that jumps makes us look at once.
        """
        if self._looked_at is not None and abs(now - self._looked_at) < REMEMBERED:
            return
        if self._turned_away:
            log.warning("the quarantine is full, refused readings were counted and not kept", count=self._turned_away)
        cursor = await connection.execute(_SQL["registered"].statement)
        row = await cursor.fetchone()
        self._registered = frozenset(row[0] if row else ())
        cursor = await connection.execute(_SQL["held"].statement, {"row_bytes": ROW_BYTES})
        found = await cursor.fetchall()
        self._held = {(stream, reason, key): rows for stream, reason, key, rows, _ in found}
        self._rows = sum(rows for *_, rows, _ in found)
        self._bytes = sum(size for *_, size in found)
        self._looked_at, self._turned_away = now, 0

    def source(self, refused: Rejected) -> Source:
        """Say whose share a refused reading takes."""
        stream = streams().get(refused.stream)
        key = refused.sensor_key
        # Of a private stream no key is kept, so its rows are counted without one.
        named = key is not None and key in self._registered and not (stream is not None and stream.private)
        return refused.stream, refused.error.reason.value, key if named and key is not None else ""

    def admit(self, source: Source) -> bool:
        """Say whether a source may have one more row."""
        held = self._held.get(source, 0)
        part = 1 if held < FIRST_ROWS else 2
        if held < self._share and self._rows * part < self._rows_limit and self._bytes * part < self._bytes_limit:
            return True
        self._turned_away += 1
        return False

    def take(self, source: Source, size_bytes: int) -> None:
        """Count a row that is kept.

        Parameters
        ----------
        source : Source
            Whose it is.
        size_bytes : int
            Of its payload and its detail.
        """
        self._held[source] = self._held.get(source, 0) + 1
        self._rows += 1
        self._bytes += size_bytes + ROW_BYTES
