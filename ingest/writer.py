"""The writer: one transaction per batch that stores, recognises as duplicate or rejects every reading of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache

import msgspec
import numpy as np
import structlog
from psycopg import sql

from emscher.rejection import Reason, RejectedError
from emscher.settings import Settings
from emscher.store import copy
from emscher.store.copy import Column, Rows
from emscher.store.desk import Desk
from emscher.store.pool import Connection
from emscher.store.query import queries
from emscher.store.table import reading_columns
from emscher.stream import NO_FACTS, Stream
from emscher.streams import streams
from ingest import accounting, quarantine, session
from ingest.accounting import Books
from ingest.batch import Batch, Checked, Rejected
from ingest.budget import Budget
from ingest.pulse import Pulse
from ingest.sensors import Sensors
from ingest.sources import Sources

log = structlog.stdlib.get_logger()

_SQL = queries("ingest")


@dataclass(frozen=True, slots=True)
class Shelf:
    """A stream's statements and columns, made once per connection."""

    stream: Stream
    columns: tuple[Column, ...]
    staging: str
    store: sql.Composed
    fresh: sql.Composed
    conflicts: sql.Composed


@dataclass(slots=True)
class Outcome:
    """What becomes of each staged reading, for whoever must know it one by one.

    Parameters
    ----------
    fresh : set of int
        Positions of the readings that are stored.
    conflicts : set of int
        Positions of those that disagree with what is stored; the rest are duplicates.
    """

    fresh: set[int] = field(default_factory=set)
    conflicts: set[int] = field(default_factory=set)


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
    holds_session : bool
        Whether its connection holds the name of the session at the broker, as one that reads from there does.
    """

    def __init__(
        self, settings: Settings, sensors: Sensors, clock: Callable[[], datetime], *, holds_session: bool = True
    ) -> None:
        self._holds_session = holds_session
        self._worker = settings.mqtt_client_id
        self._sensors = sensors
        self._clock = clock
        self._budget = Budget(settings)
        self._pulse = Pulse(settings.mqtt_client_id)
        self._shelves: dict[str, Shelf] = {}
        self.idle = asyncio.Event()
        """Set while no batch is written, and while the database works and this process could."""
        self.idle.set()
        self.desk = Desk(settings, self._prepare)

    async def open(self) -> None:
        """Connect and make the staging tables.

        Raises
        ------
        DatabaseMissingError
            The database does not answer.
        MigrationError
            The schema is missing or not up to date.
        """
        await self.desk.open()

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
        connection, _ = await self.desk.open()
        await self.sources.refresh(connection)

    async def close(self) -> None:
        """Let the connection go; the next batch opens another."""
        await self.desk.close()

    def lay(self, batch: Batch) -> None:
        """Lay readings out as rows that are checked and not laid out yet.

        Done while the database is busy with the batch before; nothing before the first :meth:`open`.

        Parameters
        ----------
        batch : Batch
            ``laid`` is added to.
        """
        for name, shelf in self._shelves.items():
            if name in batch.checked:
                laid = batch.laid.setdefault(name, [])
                laid.append(_rows(shelf, batch.checked[name][sum(map(len, laid)) :]))

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
        self.idle.clear()
        try:
            books = await self._write(batch)
        finally:
            self.idle.set()
        self._pulse.commit()
        return books

    async def _write(self, batch: Batch) -> Books:
        connection, shelves = await self.desk.open()
        rejected = list(batch.rejected)
        self.lay(batch)
        placed = {
            name: await self.place(
                connection, shelves[name], batch.checked[name], rejected, np.concatenate(batch.laid[name])
            )
            for name in sorted(batch.checked)
        }
        received_at = self._clock()
        books = Books()
        staged: list[tuple[Stream, Rows]] = []
        async with connection.transaction():
            for name, (readings, rows) in placed.items():
                if readings:
                    staged.append((shelves[name].stream, rows))
                    await stage(connection, shelves[name], rows)
                    self.idle.set()
                    rejected += await store(connection, shelves[name], readings, rows, books)
                    self.idle.clear()
            if rejected:
                await quarantine.write(connection, self._worker, received_at, rejected, self._budget)
            for one in rejected:
                books[one.stream].rejected += 1
            minute = received_at.astimezone(UTC).replace(second=0, microsecond=0)
            await accounting.write(connection, self._worker, minute, books)
            await self._pulse.write(connection, received_at, staged, rejected)
        return books

    async def _prepare(self, connection: Connection) -> dict[str, Shelf]:
        if self._holds_session and not await session.claim(connection, self._worker):
            log.warning("another process uses the same EMSCHER_MQTT_CLIENT_ID, or has just been cut off")
        self._shelves = await _shelve_all(connection)
        return self._shelves

    async def place(
        self,
        connection: Connection,
        shelf: Shelf,
        checked: Sequence[Checked],
        rejected: list[Rejected],
        rows: Rows | None = None,
    ) -> tuple[Sequence[Checked], Rows]:
        """Give each reading its sensor's number and its position; what has no place joins the rejected.

        Parameters
        ----------
        connection : Connection
            Sensors that are not remembered are looked up on it.
        shelf : Shelf
            Of the readings' stream.
        checked : sequence of Checked
            The readings.
        rejected : list of Rejected
            Is added to.
        rows : structured array, optional
            The readings laid out; without it they are laid out here.

        Returns
        -------
        tuple of (sequence of Checked, structured array)
            Those that have a place.
        """
        stream = shelf.stream
        rows = _rows(shelf, checked) if rows is None else rows
        found: list[int | RejectedError]
        if stream.facts:
            facts = [stream.facts_of(one.reading) for one in checked]
            # Backwards, so that of a sensor's readings the first one speaks.
            said = {one.sensor_key: its for one, its in zip(reversed(checked), reversed(facts), strict=True)}
            await self._sensors.look_up(connection, stream, said)
            found = [self._sensors.check(stream, one.sensor_key, its) for one, its in zip(checked, facts, strict=True)]
        else:
            said = {one.sensor_key: NO_FACTS for one in checked}
            await self._sensors.look_up(connection, stream, said)
            answers = {key: self._sensors.check(stream, key, NO_FACTS) for key in said}
            found = [answers[one.sensor_key] for one in checked]
        refused = {at: error for at, error in enumerate(found) if isinstance(error, RejectedError)}
        for at, error in refused.items():
            one = checked[at]
            rejected.append(Rejected(stream.name, one.sensor_key, error, msgspec.json.encode(one.reading)))
        if refused:
            checked = [one for at, one in enumerate(checked) if at not in refused]
            rows = np.delete(rows, list(refused))
        rows["sensor_id"] = [number for number in found if not isinstance(number, RejectedError)]
        rows["position"] = np.arange(len(rows))
        return checked, rows


async def stage(connection: Connection, shelf: Shelf, rows: Rows) -> None:
    """Bring a stream's readings to the server, for :func:`store`; columns in which no reading has a value stay behind.

    Parameters
    ----------
    connection : Connection
        In a transaction.
    shelf : Shelf
        Of the stream.
    rows : structured array
        The readings' rows.
    """
    columns = copy.filled(rows, shelf.columns)
    statement = _stage(shelf.staging, tuple(column.name for column in columns[1:]))
    async with connection.cursor() as cursor, cursor.copy(statement) as out:
        await out.write(copy.encode(rows, columns))


async def store(
    connection: Connection,
    shelf: Shelf,
    readings: Sequence[Checked],
    staged: Rows,
    books: Books,
    outcome: Outcome | None = None,
) -> list[Rejected]:
    """Store a stream's readings that are staged; give those that disagree with what is stored.

    Parameters
    ----------
    connection : Connection
        In a transaction.
    shelf : Shelf
        Of the stream.
    readings : sequence of Checked
        The readings, for what is kept of those that disagree.
    staged : structured array
        Their rows.
    books : Books
        Their account is added to.
    outcome : Outcome, optional
        Filled, at the price of another query, with what became of each.
    """
    moments = staged["observed_at"]
    span = {"first": _datetime(moments.min()), "last": _datetime(moments.max())}
    if outcome is not None:
        cursor = await connection.execute(shelf.fresh, span)
        outcome.fresh.update(position for (position,) in await cursor.fetchall())
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
    if stored < len(staged):
        cursor = await connection.execute(shelf.conflicts, span)
        for (position,) in await cursor.fetchall():
            one = readings[position]
            error = RejectedError(Reason.CONFLICT, "another reading of this sensor and time is stored")
            if outcome is not None:
                outcome.conflicts.add(position)
            conflicts.append(Rejected(shelf.stream.name, one.sensor_key, error, msgspec.json.encode(one.reading)))
    account = books[shelf.stream.name]
    account.stored += stored
    account.duplicate += len(staged) - stored - len(conflicts)
    return conflicts


async def _shelve_all(connection: Connection) -> dict[str, Shelf]:
    """Make every stream's staging table and statements on a new connection."""
    return {name: await _shelve(connection, stream) for name, stream in streams().items()}


async def _shelve(connection: Connection, stream: Stream) -> Shelf:
    """Make a stream's staging table and statements on a new connection."""
    columns = await reading_columns(connection, stream)
    names = [column.name for column in columns]
    key = ["sensor_id", "observed_at", *stream.key]
    values = [name for name in names if name not in key]
    staging = f"staging_{stream.name}"
    await connection.execute(_SQL["create_staging"].of(staging=staging, readings=stream.table))
    comma = sql.SQL(", ")
    return Shelf(
        stream,
        (Column("position", "integer"), *columns),
        staging,
        _SQL["store"].of(
            readings=stream.table,
            latest=stream.latest_table,
            staging=staging,
            columns=names,
            key=key,
            order=key,
            excluded=comma.join(sql.Identifier("excluded", name) for name in names),
        ),
        _SQL["fresh"].of(readings=stream.table, staging=staging, key=key),
        _SQL["conflicts"].of(
            readings=stream.table,
            staging=staging,
            key=key,
            staged_values=comma.join(sql.Identifier("staged", name) for name in values),
            kept_values=comma.join(sql.Identifier("kept", name) for name in values),
        ),
    )


@lru_cache(maxsize=1024)
def _stage(staging: str, columns: Sequence[str]) -> sql.Composed:
    """Write the statement that brings some columns to a staging table."""
    return _SQL["stage"].of(staging=staging, columns=columns)


def _rows(shelf: Shelf, checked: Sequence[Checked]) -> Rows:
    """Lay readings out in a stream's columns; position and sensor's number come later."""
    rows = np.zeros(len(checked), copy.dtype_of(shelf.columns))
    values = zip(*(shelf.stream.row(one.reading) for one in checked), strict=True)
    # Column by column, because most of them are either full or empty, and an empty one costs next to nothing.
    for column, said in zip(shelf.stream.columns, values, strict=False):
        rows[column] = np.nan if said.count(None) == len(said) else said
    return rows


def _datetime(moment: np.datetime64) -> datetime:
    return moment.astype("M8[us]").astype(datetime).replace(tzinfo=UTC)  # type: ignore[no-any-return] # NumPy gives a datetime
