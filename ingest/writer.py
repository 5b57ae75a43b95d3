"""The writer: one transaction per batch that stores, recognises as duplicate or rejects every reading of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
import numpy as np
import structlog
from psycopg import sql

from emscher.rejection import Reason, RejectedError
from emscher.settings import Settings
from emscher.store import copy
from emscher.store.copy import Column
from emscher.store.desk import Desk
from emscher.store.pool import Connection
from emscher.store.query import queries
from emscher.store.table import reading_columns
from emscher.stream import Row, Stream
from emscher.streams import streams
from ingest import accounting, quarantine
from ingest.accounting import Books
from ingest.batch import Batch, Checked, Rejected
from ingest.sensors import Sensors
from ingest.sources import Sources

log = structlog.stdlib.get_logger()

_SQL = queries("ingest")


@dataclass(frozen=True, slots=True)
class _Shelf:
    """A stream's statements and columns, made once per connection."""

    stream: Stream
    columns: tuple[Column, ...]
    stage: sql.Composed
    store: sql.Composed
    conflicts: sql.Composed


class Writer:
    """Writes batches over one connection of its own.

    Parameters
    ----------
    settings : Settings
        Where the store is, and the name this worker has in the books.
    sensors : Sensors
        Looks up the readings' sensors.
    clock : callable
        The time of day, with zone.
    """

    def __init__(self, settings: Settings, sensors: Sensors, clock: Callable[[], datetime]) -> None:
        self._worker = settings.mqtt_client_id
        self._sensors = sensors
        self._clock = clock
        self._desk = Desk(settings, _shelve_all)

    async def open(self) -> None:
        """Connect and make the staging tables.

        Raises
        ------
        DatabaseMissingError
            The database does not answer.
        MigrationError
            The schema is missing or not up to date.
        """
        await self._desk.open()

    @property
    def sources(self) -> Sources:
        """Whose readings foreign messages are, as of :meth:`refresh`."""
        return self._sensors.sources

    async def refresh(self) -> None:
        """Bring :attr:`sources` up to date, if they were not lately.

        Raises
        ------
        psycopg.Error
            The database does not answer.
        """
        connection, _ = await self._desk.open()
        await self.sources.refresh(connection)

    async def close(self) -> None:
        """Let the connection go; the next batch opens another."""
        await self._desk.close()

    async def write(self, batch: Batch) -> Books:
        """Write a batch in one transaction.

        Parameters
        ----------
        batch : Batch
            Readings and rejections; nothing of it is kept here.

        Returns
        -------
        Books
            What became of the readings, as committed.

        Raises
        ------
        psycopg.Error
            Nothing of the batch is stored.
        """
        connection, shelves = await self._desk.open()
        rejected = list(batch.rejected)
        placed = {
            name: await self._place(connection, streams()[name], batch.checked[name], rejected)
            for name in sorted(batch.checked)
        }
        received_at = self._clock()
        books = Books()
        async with connection.transaction():
            for name, (readings, rows) in placed.items():
                if rows:
                    rejected += await _store(connection, shelves[name], readings, rows, books)
            if rejected:
                await quarantine.write(connection, received_at, rejected)
            for one in rejected:
                books[one.stream].rejected += 1
            minute = received_at.astimezone(UTC).replace(second=0, microsecond=0)
            await accounting.write(connection, self._worker, minute, books)
        return books

    async def _place(
        self, connection: Connection, stream: Stream, checked: Sequence[Checked], rejected: list[Rejected]
    ) -> tuple[list[Checked], list[Row]]:
        """Give each reading its sensor's number; what has no place joins the rejected."""
        facts = [stream.facts_of(one.reading) for one in checked]
        # Backwards, so that of a sensor's readings the first one speaks.
        said = {one.sensor_key: its for one, its in zip(reversed(checked), reversed(facts), strict=True)}
        await self._sensors.look_up(connection, stream, said)
        readings: list[Checked] = []
        rows: list[Row] = []
        for one, its in zip(checked, facts, strict=True):
            found = self._sensors.check(stream, one.sensor_key, its)
            if isinstance(found, RejectedError):
                rejected.append(Rejected(stream.name, one.sensor_key, found, msgspec.json.encode(one.reading)))
            else:
                readings.append(one)
                rows.append((len(rows), found, *stream.row(one.reading)))
        return readings, rows


async def _store(
    connection: Connection, shelf: _Shelf, readings: Sequence[Checked], rows: Sequence[Row], books: Books
) -> list[Rejected]:
    """Store a stream's readings; give those that disagree with what is stored."""
    staged = np.array(rows, copy.dtype_of(shelf.columns))
    async with connection.cursor() as cursor, cursor.copy(shelf.stage) as out:
        await out.write(copy.encode(staged, shelf.columns))
    due = shelf.stream.due
    cursor = await connection.execute(
        shelf.store,
        {
            "families": [one.family for one in due],
            "widths_s": [one.width_s for one in due],
            "backs_s": [one.look_back_s for one in due],
            "aheads_s": [one.look_ahead_s for one in due],
        },
    )
    row = await cursor.fetchone()
    stored = int(row[0]) if row else 0
    conflicts: list[Rejected] = []
    if stored < len(rows):
        moments = staged["observed_at"]
        span = {"first": _datetime(moments.min()), "last": _datetime(moments.max())}
        cursor = await connection.execute(shelf.conflicts, span)
        for (position,) in await cursor.fetchall():
            one = readings[position]
            error = RejectedError(Reason.CONFLICT, "another reading of this sensor and time is stored")
            conflicts.append(Rejected(shelf.stream.name, one.sensor_key, error, msgspec.json.encode(one.reading)))
    account = books[shelf.stream.name]
    account.stored += stored
    account.duplicate += len(rows) - stored - len(conflicts)
    return conflicts


async def _shelve_all(connection: Connection) -> dict[str, _Shelf]:
    """Make every stream's staging table and statements on a new connection."""
    return {name: await _shelve(connection, stream) for name, stream in streams().items()}


async def _shelve(connection: Connection, stream: Stream) -> _Shelf:
    """Make a stream's staging table and statements on a new connection."""
    columns = await reading_columns(connection, stream)
    names = [column.name for column in columns]
    key = ["sensor_id", "observed_at", *stream.key]
    values = [name for name in names if name not in key]
    staging = f"staging_{stream.name}"
    await connection.execute(_SQL["create_staging"].of(staging=staging, readings=stream.table))
    comma = sql.SQL(", ")
    return _Shelf(
        stream,
        (Column("position", "integer"), *columns),
        _SQL["stage"].of(staging=staging, columns=names),
        _SQL["store"].of(
            readings=stream.table,
            latest=stream.latest_table,
            staging=staging,
            columns=names,
            order=key,
            excluded=comma.join(sql.Identifier("excluded", name) for name in names),
        ),
        _SQL["conflicts"].of(
            readings=stream.table,
            staging=staging,
            key=key,
            staged_values=comma.join(sql.Identifier("staged", name) for name in values),
            kept_values=comma.join(sql.Identifier("kept", name) for name in values),
        ),
    )


def _datetime(moment: np.datetime64) -> datetime:
    return moment.astype("M8[us]").astype(datetime).replace(tzinfo=UTC)  # type: ignore[no-any-return] # NumPy gives a datetime
