"""The way back: what was refused goes through the same checks again, and is stored or refused for a newer reason.

A batch is one transaction: its rows of the quarantine are taken under a lock that others skip, their readings are
stored, the rows are marked, the books are moved. A kill in the middle leaves all of it undone, two re-drives at once
share the work, and what is marked is never taken again.

Whether a reading lies in the future is judged by the clock of its receipt, which is when its sender spoke; whether it
is too old, by that clock and by today's, because what retention would delete at once is not stored.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec
import psycopg

from emscher.rejection import Reason, RejectedError
from emscher.settings import Settings
from emscher.store.pool import Connection
from emscher.stream import DAY_US, SECOND_US
from emscher.streams import streams
from ingest import accounting, quarantine
from ingest.accounting import Books, Move
from ingest.batch import Checked, Decoder, Rejected, Times
from ingest.message import Message
from ingest.refused import SQL, Wanted
from ingest.sensors import Sensors
from ingest.writer import Outcome, Shelf, Writer, stage, store

CENTURY_US = 36_525 * DAY_US
"""Further ahead than any reading: whether it lay in the future was judged by the clock of its receipt [us]."""
BATCH = 500

_POISON = (psycopg.DataError, psycopg.IntegrityError)


class _OvertakenError(Exception):
    """Somebody stored one of our readings between our look and our write; the batch begins anew."""


_AGAIN = (_OvertakenError, psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)


@dataclass(slots=True)
class Result:
    """Messages that were tried, and what became of their readings; the refused by reason."""

    tried: int = 0
    stored: int = 0
    duplicate: int = 0
    refused: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the quarantine that is tried again."""

    number: int
    received_at: datetime
    stream: str
    sensor_key: str | None
    topic: str | None
    payload: bytes


@dataclass(slots=True)
class Trial:
    """A row and what became of its readings, by stream."""

    row: Row
    stored: Counter[str] = field(default_factory=Counter)
    duplicate: Counter[str] = field(default_factory=Counter)
    refused: list[Rejected] = field(default_factory=list)

    @property
    def state(self) -> str:
        """State the row gets: a message of which any reading is in the store is no longer kept."""
        return "stored" if self.stored else "duplicate" if self.duplicate else "kept"

    @property
    def mended_stream(self) -> str | None:
        """Stream its readings went to."""
        return next(iter(self.stored or self.duplicate), None)


class Redrive:
    """Sends what the quarantine keeps through the writer's path again.

    Parameters
    ----------
    settings : Settings
        Where the store is, and the limits readings are checked against.
    clock : callable
        The time of day, with zone.
    monotonic : callable
        Clock that never jumps [s].
    """

    def __init__(self, settings: Settings, clock: Callable[[], datetime], monotonic: Callable[[], float]) -> None:
        self._prefix = settings.mqtt_topic_prefix
        self._clock = clock
        self._sensors = Sensors(settings, monotonic)
        self._decoder = Decoder(settings, self._sensors.sources)
        self._writer = Writer(settings, self._sensors, clock, holds_session=False)
        self._claimed: list[int] = []

    async def close(self) -> None:
        """Let the connection go; the next run opens another."""
        await self._writer.close()
        self._sensors.forget()

    async def run(self, wanted: Wanted) -> Result:
        """Try everything again that is wanted and still refused, a batch at a time.

        Parameters
        ----------
        wanted : Wanted
            Which messages.

        Raises
        ------
        DatabaseMissingError
            The database does not answer.
        psycopg.Error
            The batch under way is undone, those before it are done; another run goes on from there.
        """
        result, after, size, began = Result(), 0, BATCH, self._clock()
        poison: dict[int, Exception] = {}
        while True:
            values = {**wanted.values, "after": after, "limit": size, "began": began}
            try:
                tried = await self._batch(values, poison)
            except _AGAIN:
                self._sensors.forget()
            except _POISON as exc:
                # One of them holds a value that passes every check but the database's own: find it by halves.
                self._sensors.forget()
                if len(self._claimed) == 1:
                    poison[self._claimed[0]] = exc
                size = max(1, len(self._claimed) // 2)
            else:
                if not tried:
                    return result
                _add(result, tried)
                after, size = tried[-1].row.number, min(BATCH, 2 * size)

    async def _batch(self, values: Mapping[str, object], poison: Mapping[int, Exception]) -> list[Trial]:
        """Try the next rows in one transaction."""
        connection, shelves = await self._writer.desk.open()
        await self._writer.refresh()
        now = self._clock()
        async with connection.transaction():
            statement = SQL["claim"].of(wanted=SQL["wanted"].statement)
            cursor = await connection.execute(statement, {**values, "state": None})
            tried = [Trial(Row(*row)) for row in await cursor.fetchall()]
            self._claimed = [one.row.number for one in tried]
            checked: defaultdict[str, list[tuple[Trial, Checked]]] = defaultdict(list)
            for one in tried:
                if one.row.number in poison:
                    one.refused.append(_poisoned(one.row, poison[one.row.number]))
                    continue
                for stream, readings in self._decode(one, now).items():
                    checked[stream] += [(one, reading) for reading in readings]
            for stream in sorted(checked):
                await self._store(connection, shelves[stream], checked[stream])
            if tried:
                await _mark(connection, tried, now)
                await accounting.move(connection, _moves(tried))
        return tried

    def _decode(self, trial: Trial, now: datetime) -> dict[str, list[Checked]]:
        """Take a row apart and check its readings; what is refused stays with the trial."""
        row = trial.row
        topic = row.topic or f"{self._prefix}/{row.stream}/{row.sensor_key}"
        batch = self._decoder.decode([Message(topic.encode(), row.payload, 0, 0)], _us(row.received_at))
        trial.refused += batch.rejected
        good: dict[str, list[Checked]] = {}
        for name, readings in batch.checked.items():
            times = Times(_us(now), self._decoder.oldest_us(streams()[name], _us(now)), _us(now) + CENTURY_US)
            for one in readings:
                error = times.check(one.reading)
                if error is None:
                    good.setdefault(name, []).append(one)
                else:
                    trial.refused.append(Rejected(name, one.sensor_key, error, msgspec.json.encode(one.reading)))
        return good

    async def _store(self, connection: Connection, shelf: Shelf, checked: Sequence[tuple[Trial, Checked]]) -> None:
        """Store a stream's readings, and tell each trial what became of its own."""
        unplaced: list[Rejected] = []
        readings, rows = await self._writer.place(connection, shelf, [one for _, one in checked], unplaced)
        placed = {id(one) for one in readings}
        for (trial, _), refused in zip((pair for pair in checked if id(pair[1]) not in placed), unplaced, strict=True):
            trial.refused.append(refused)
        if not readings:
            return
        owners = [trial for trial, one in checked if id(one) in placed]
        books, outcome, name = Books(), Outcome(), shelf.stream.name
        await stage(connection, shelf, rows)
        conflicts = await store(connection, shelf, readings, rows, books, outcome)
        if books[name].stored != len(outcome.fresh):
            raise _OvertakenError
        for position, refused in zip(sorted(outcome.conflicts), conflicts, strict=True):
            owners[position].refused.append(refused)
        for position, trial in enumerate(owners):
            if position in outcome.fresh:
                trial.stored[name] += 1
            elif position not in outcome.conflicts:
                trial.duplicate[name] += 1


async def _mark(connection: Connection, tried: Sequence[Trial], now: datetime) -> None:
    """Mark what was tried; of a message that is stored in part, the rest becomes rows of its own."""
    kept = [quarantine.keep(one.refused[0]) if one.state == "kept" else None for one in tried]
    values = {
        "tried_at": now,
        "numbers": [one.row.number for one in tried],
        "states": [one.state for one in tried],
        "reasons": [None if one is None else one.reason for one in kept],
        "details": [None if one is None else one.detail for one in kept],
        "streams": [one.mended_stream for one in tried],
    }
    await connection.execute(SQL["mark"].statement, values)
    for one in tried:
        if one.state != "kept" and one.refused:
            await quarantine.put(connection, one.row.received_at, list(map(quarantine.keep, one.refused)), now)


def _moves(tried: Sequence[Trial]) -> dict[tuple[str, datetime], Move]:
    """Say what the trials change in the books: a message counted as one rejected; now its readings count."""
    moves: defaultdict[tuple[str, datetime], Move] = defaultdict(Move)
    for one in tried:
        if one.state == "kept":
            continue
        minute = one.row.received_at.astimezone(UTC).replace(second=0, microsecond=0)
        before = moves[one.row.stream, minute]
        before.received -= 1
        before.rejected -= 1
        before.mended += 1
        for outcome, counts in (
            ("stored", one.stored),
            ("duplicate", one.duplicate),
            ("rejected", Counter(refused.stream for refused in one.refused)),
        ):
            for stream, count in counts.items():
                move = moves[stream, minute]
                move.received += count
                setattr(move, outcome, getattr(move, outcome) + count)
    return moves


def _add(result: Result, tried: Sequence[Trial]) -> None:
    result.tried += len(tried)
    for one in tried:
        result.stored += one.stored.total()
        result.duplicate += one.duplicate.total()
        result.refused.update(refused.error.reason.value for refused in one.refused)


def _poisoned(row: Row, why: Exception) -> Rejected:
    error = RejectedError(Reason.INCONSISTENT, f"the store refuses it: {type(why).__name__}")
    return Rejected(row.stream, row.sensor_key, error, row.payload)


def _us(moment: datetime) -> int:
    return round(moment.timestamp() * SECOND_US)
