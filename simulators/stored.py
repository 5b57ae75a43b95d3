"""The store as a tape: every stored stream, in the order in which its readings became known."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from psycopg import sql

from emscher.errors import RecordingError
from emscher.store.pool import Connection
from emscher.store.query import queries
from emscher.stream import SECOND_US, Stream
from emscher.streams import streams
from simulators.json_lines import EPOCH
from simulators.recording import Recording, chosen

PART = timedelta(hours=1)
"""The store is read in parts of this length, which bounds the memory."""

LAST = datetime.max.replace(tzinfo=UTC)

_SQL = queries("simulators")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which readings: of which streams, of sensors and sites whose keys fit a pattern, taken when; none means all."""

    streams: Collection[str] = ()
    sensors: Collection[str] = ()
    sites: Collection[str] = ()
    start_us: int | None = None
    end_us: int | None = None


@dataclass(frozen=True, slots=True)
class _Shelf:
    """A stream's sensors by number: their place among all sensors and what the register says of them."""

    stream: Stream
    places: Mapping[int, int]
    facts: Mapping[int, Mapping[str, Any]]


class _Told(NamedTuple):
    """One reading: when it became known, the place of its sensor, its stream, its row, and its sensor's facts."""

    latest_us: int
    place: int
    stream: Stream
    row: Mapping[str, Any]
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Rows:
    """Readings as they stood in the store."""

    rows: Sequence[_Told]

    def at(self, rows: NDArray[np.intp], shift_us: int = 0) -> Sequence[Any]:
        """Give the readings of some rows as messages, their times moved [us]."""
        moved = timedelta(microseconds=shift_us)
        found = []
        for number in rows.tolist():
            told = self.rows[number]
            message = told.stream.message(told.row, told.facts)
            if shift_us:
                message["end" if told.stream.is_interval else "time"] += moved
            found.append(message)
        return found


class Stored:
    """The readings of a store that pass a filter; made by :func:`stored`."""

    def __init__(
        self,
        connection: Connection,
        names: Sequence[tuple[str, str]],
        shelves: Sequence[_Shelf],
        taken: tuple[datetime, datetime],
        span_us: tuple[int, int],
        count: int,
    ) -> None:
        self._connection = connection
        self._names = names
        self._shelves = shelves
        self._taken = taken
        self._until = taken[1] + timedelta(microseconds=1)
        self.span_us = span_us
        self.count = count
        self.streams = frozenset(one.stream.name for one in shelves)

    async def parts(self) -> AsyncIterator[Recording]:
        """Read part by part; an interval waits until all that ended before it is read."""
        since, until = self._taken
        held: list[_Told] = []
        while since <= until:
            border = since + PART
            for shelf in self._shelves:
                held += await self._read(shelf, since, border)
            # Stable, so that readings of a sensor and a moment stay in the order of their key.
            held.sort(key=lambda one: (one.latest_us, one.stream.name, one.place))
            is_last = border > until
            ready = len(held) if is_last else bisect_left(held, _us(border), key=lambda one: one.latest_us)
            if ready:
                yield self._part(held[:ready])
            held = held[ready:]
            since = border

    async def _read(self, shelf: _Shelf, since: datetime, until: datetime) -> list[_Told]:
        stream = shelf.stream
        query = _SQL["readings"].of(
            readings=stream.table, columns=stream.columns, order=("observed_at", "sensor_id", *stream.key)
        )
        async with self._connection.cursor(binary=True) as cursor:
            values = {"sensors": list(shelf.places), "since": since, "until": min(until, self._until)}
            await cursor.execute(query, values)
            return [
                _Told(_latest_us(stream, row), shelf.places[sensor], stream, row, shelf.facts[sensor])
                for sensor, *columns in await cursor.fetchall()
                for row in (dict(zip(stream.columns, columns, strict=True)),)
            ]

    def _part(self, told: Sequence[_Told]) -> Recording:
        return Recording(
            streams=[stream for stream, _ in self._names],
            keys=[key for _, key in self._names],
            sensor=np.array([one.place for one in told], np.int64),
            latest_us=np.array([one.latest_us for one in told], np.int64),
            observed_us=np.array([_us(one.row["observed_at"]) for one in told], np.int64),
            order=np.arange(len(told)),
            readings=_Rows(told),
        )


async def stored(connection: Connection, wanted: Filter) -> Stored:
    """Find what passes a filter.

    Parameters
    ----------
    connection : Connection
        In the reader's role.
    wanted : Filter
        Which readings.

    Raises
    ------
    RecordingError
        There is none.
    """
    sensors = await (await connection.execute(_SQL["sensors"].statement)).fetchall()
    kept = [
        (sensor, stream, key, facts)
        for sensor, stream, key, site, facts in sensors
        if chosen(stream, key, wanted.streams, wanted.sensors) and chosen(stream, site, (), wanted.sites)
    ]
    since = EPOCH if wanted.start_us is None else _moment(wanted.start_us)
    until = LAST if wanted.end_us is None else _moment(wanted.end_us)
    shelves, taken, ends, count = [], [], [], 0
    for name, stream in streams().items():
        places = {sensor: place for place, (sensor, of, _, _) in enumerate(kept) if of == name}
        values = {"sensors": list(places), "since": since, "until": until}
        there, *first_and_last = await _one(connection, _SQL["span"].of(readings=stream.table), values)
        if there:
            shelves.append(_Shelf(stream, places, {sensor: facts for sensor, of, _, facts in kept if of == name}))
            count += there
            taken += first_and_last
            if stream.is_interval:
                first_and_last = await _one(connection, _SQL["ends"].of(readings=stream.table), values)
            ends += first_and_last
    if not count:
        raise RecordingError("The store holds no such reading.", "Mend --stream, --sensor, --site, --from and --to.")
    names = [(stream, key) for _, stream, key, _ in kept]
    return Stored(connection, names, shelves, (min(taken), max(taken)), (_us(min(ends)), _us(max(ends))), count)


async def _one(connection: Connection, query: sql.Composed, values: Mapping[str, Any]) -> list[Any]:
    """Give the one row of a query."""
    return list(await (await connection.execute(query, values)).fetchone() or ())


def _latest_us(stream: Stream, row: Mapping[str, Any]) -> int:
    """When a reading became known [us since 1970]."""
    interval_us = row["interval_s"] * SECOND_US if stream.is_interval else 0
    return _us(row["observed_at"]) + interval_us


def _moment(us: int) -> datetime:
    return EPOCH + timedelta(microseconds=us)


def _us(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)
