"""The worker: claims a site's due windows, computes them from the store, writes the indicators, clears the claims.

All of it is one transaction. The claims are rows that only this worker deletes, the site is locked for its family, and
readings are read after the claims: a worker that is killed leaves the claims for the next one, and what arrives
meanwhile has made its windows due again by rows of its own.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import msgspec
import numpy as np
import numpy.typing as npt
import psycopg
import structlog
from psycopg import sql

from emscher.errors import CodecError, DatabaseMissingError
from emscher.patience import Patience
from emscher.readiness import Readiness
from emscher.settings import Settings
from emscher.store import copy
from emscher.store.copy import Column, Rows
from emscher.store.copy_out import received
from emscher.store.desk import Desk
from emscher.store.pool import Connection
from emscher.store.query import queries
from emscher.store.table import columns
from emscher.stream import SECOND_US
from processing import metrics
from processing.families import families, queues, readers
from processing.family import Family, SensorInfo, Task, microseconds
from processing.threshold import thresholds

log = structlog.stdlib.get_logger()

SPAN = timedelta(days=1)
"""Windows claimed at once lie within this time, so that one claim never reads years of rows."""
ASIDE_S = 60.0
"""A site whose computation fails is left aside for this time, so that the others go on [s]."""

_FAULTS = (
    ValueError,
    ArithmeticError,
    LookupError,
    TypeError,
    CodecError,
    psycopg.DataError,
    psycopg.IntegrityError,
)
"""What leaves a site aside; a store that went away does not."""

_SQL = queries("processing")
_OWN = (Column("revision", "integer"), Column("computed_at", "timestamp with time zone"))


@dataclass(frozen=True, slots=True)
class _Shelf:
    """A family's statements and columns, made once per connection."""

    columns: tuple[Column, ...]
    whose: str
    known: sql.Composed
    insert: sql.Composed
    stage: sql.Composed
    publish: sql.Composed
    prune: sql.Composed


class Worker:
    """Computes due windows over one connection of its own.

    Parameters
    ----------
    settings : Settings
        Where the store is.
    clock : callable
        The time of day, with zone; only written down, never computed with.
    monotonic : callable
        Clock that never jumps [s].
    readiness : Readiness
        Is told whether the database is there.
    sleep : callable
        Pause [s].
    """

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        readiness: Readiness | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._monotonic = monotonic
        self._readiness = readiness or Readiness("database")
        self._sleep = sleep
        self._desk = Desk(settings, _shelve_all)
        self._aside: dict[tuple[str, int], float] = {}
        self.computed: Counter[str] = Counter()
        """Rows computed so far, by family."""

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

    async def close(self) -> None:
        """Let the connection go; the next step opens another."""
        await self._desk.close()

    async def run(self) -> None:
        """Work until cancelled; a database that goes away is waited for."""
        patience = Patience(self._sleep)
        while True:
            try:
                if not await self.step():
                    await self._sleep(self._settings.process_poll_s)
                self._readiness.has("database")
                patience.reset()
            except (psycopg.OperationalError, psycopg.InterfaceError, DatabaseMissingError) as exc:
                why = " ".join(str(exc).split())
                self._readiness.lacks("database", why)
                await self.close()
                await patience.pause(partial(log.warning, "the store went away, claims are kept", why=why))

    async def drain(self, advance: Callable[[int], bool]) -> None:
        """Work until nothing is due, not even in other hands: what others have may fail and come back.

        Parameters
        ----------
        advance : callable
            Told after each step how many claims were cleared; says whether to go on.
        """
        while True:
            cleared = await self.step()
            if not advance(cleared):
                return
            if not cleared:
                connection, _ = await self._desk.open()
                row = await (await connection.execute(_SQL["anything_due"].statement)).fetchone()
                if not (row and row[0]):
                    return
                await self._sleep(self._settings.process_poll_s)

    async def step(self) -> int:
        """Compute one site's due windows.

        Returns
        -------
        int
            How many claims were cleared; 0 where nothing is due that is not in other hands.
        """
        connection, shelves = await self._desk.open()
        now_s = self._monotonic()
        self._aside = {whose: until_s for whose, until_s in self._aside.items() if until_s > now_s}
        aside = {"aside_families": [name for name, _ in self._aside], "aside_sites": [site for _, site in self._aside]}
        cursor = await connection.execute(_SQL["waiting"].statement, {"families": list(queues()), **aside})
        for name, site_id in await cursor.fetchall():
            try:
                async with connection.transaction():
                    cleared = await self._compute_site(connection, name, shelves, site_id)
            except _FAULTS:
                # A fault of ours must not stop the other sites; the claims stay.
                log.exception("an indicator cannot be computed, the site is left aside", family=name, site_id=site_id)
                self._aside[name, site_id] = self._monotonic() + ASIDE_S
                continue
            if cleared:
                return cleared
        return 0

    async def _compute_site(
        self, connection: Connection, queue: str, shelves: Mapping[str, _Shelf], site_id: int
    ) -> int:
        whose = {"family": queue, "site_id": site_id}
        locked = await (await connection.execute(_SQL["lock"].statement, whose)).fetchone()
        if not (locked and locked[0]):
            return 0
        cursor = await connection.execute(_SQL["claim"].statement, {**whose, "span": SPAN})
        claims = await cursor.fetchall()
        if not claims:
            return 0
        window_us = np.unique([round(start.timestamp()) * SECOND_US for _, start in claims])
        task = await _load(connection, queues()[queue], site_id, window_us)
        for family in queues()[queue]:
            computed = family.compute(task)
            changed_us = await self._publish(connection, family, shelves[family.name], task, computed)
            await _make_readers_due(connection, family, site_id, changed_us)
            if len(changed_us):
                payload = {"payload": _payload(family, site_id, window_us)}
                await connection.execute(_SQL["announce"].statement, payload)
            metrics.record(family.name, len(window_us), len(computed))
            self.computed[family.name] += len(computed)
        await connection.execute(_SQL["clear"].statement, {"due_ids": [due_id for due_id, _ in claims]})
        return len(claims)

    async def _publish(
        self, connection: Connection, family: Family, shelf: _Shelf, task: Task, computed: Rows
    ) -> npt.NDArray[np.int64]:
        """Write indicators, straight into a table that has none of the windows; give the times that changed [us]."""
        now = self._clock()
        windows = {
            "whose": [task.site_id] if family.key[0] == "site_id" else [one.sensor_id for one in task.sensors],
            "first": _datetime(task.window_us[0]),
            "last": _datetime(task.window_us[-1] + task.width_us),
        }
        known = await (await connection.execute(shelf.known, windows)).fetchone()
        fresh = not (known and known[0])
        if fresh and not len(computed):
            return np.empty(0, np.int64)
        columns = (*shelf.columns, *_OWN) if fresh else shelf.columns
        rows = np.empty(len(computed), copy.dtype_of(columns))
        for column in shelf.columns:
            rows[column.name] = computed[column.name]
        if fresh:
            rows["revision"], rows["computed_at"] = 0, np.datetime64(round(now.timestamp() * SECOND_US), "us")
        async with connection.cursor() as cursor, cursor.copy(shelf.insert if fresh else shelf.stage) as out:
            await out.write(copy.encode(rows, columns))
        if fresh:
            return microseconds(computed["window_start"])
        changed = await (await connection.execute(shelf.publish, {"now": now})).fetchall()
        # A late reading may leave a window without a value: what it no longer gives is taken back.
        numbers = {"numbers": (task.window_us // task.width_us).tolist(), "width_s": task.width_us // SECOND_US}
        changed += await (await connection.execute(shelf.prune, {**windows, **numbers})).fetchall()
        return np.array([round(start.timestamp()) * SECOND_US for (start,) in changed], np.int64)


async def _make_readers_due(
    connection: Connection, family: Family, site_id: int, changed_us: npt.NDArray[np.int64]
) -> None:
    """Make due the windows that read what was written."""
    for reader in readers(family.name):
        numbers = reader.windows_reading(changed_us).tolist()
        due = {"family": reader.name, "width_s": reader.width_s, "numbers": numbers, "changed_site": site_id}
        if numbers:
            await connection.execute(_SQL[reader.awake].statement, due)


async def _load(
    connection: Connection, members: Sequence[Family], site_id: int, window_us: npt.NDArray[np.int64]
) -> Task:
    """Read everything that a site's due windows need."""
    family = members[0]
    cursor = await connection.execute(_SQL["site_sensors"].statement, {"site_id": site_id})
    sensors = tuple(SensorInfo(*row) for row in await cursor.fetchall())
    site = await (await connection.execute(_SQL["site_metadata"].statement, {"site_id": site_id})).fetchone()
    dated = thresholds(await (await connection.execute(_SQL["thresholds"].statement)).fetchall())
    width_us = family.width_s * SECOND_US
    since_us = int(window_us[0]) - family.look_back_s * SECOND_US
    until_us = int(window_us[-1]) + width_us + family.look_ahead_s * SECOND_US
    rows = {}
    for name, dtype in {name: dtype for one in members for name, dtype in one.loads.items()}.items():
        statement = _SQL[name].of(
            site_id=sql.Literal(site_id),
            since=sql.Literal(_timestamp(since_us)),
            until=sql.Literal(_timestamp(until_us)),
        )
        async with connection.cursor() as reading, reading.copy(statement) as out:
            rows[name] = copy.decode(await received(out), dtype)
    metadata = site[0] if site else {}
    return Task(site_id, sensors, window_us, width_us, rows, metadata, dated, family.look_back_s * SECOND_US)


async def _shelve_all(connection: Connection) -> dict[str, _Shelf]:
    """Make every family's staging table and statements on a new connection."""
    return {name: await _shelve(connection, family) for name, family in families().items()}


async def _shelve(connection: Connection, family: Family) -> _Shelf:
    """Make a family's staging table and statements on a new connection."""
    own = [column.name for column in _OWN]
    kept = tuple(column for column in await columns(connection, family.table) if column.name not in own)
    names = [column.name for column in kept]
    values = [name for name in names if name not in family.key]
    staging = f"staging_{family.table}"
    await connection.execute(_SQL["create_staging"].of(staging=staging, table=family.table, columns=names))
    comma = sql.SQL(", ")
    return _Shelf(
        kept,
        family.key[0],
        _SQL["known"].of(table=family.table, whose=family.key[0]),
        _SQL["stage"].of(staging=family.table, columns=[*names, *own]),
        _SQL["stage"].of(staging=staging, columns=names),
        _SQL["publish"].of(
            staging=staging,
            table=family.table,
            columns=names,
            key=list(family.key),
            values=values,
            new=comma.join(sql.Identifier("excluded", name) for name in values),
            old=comma.join(sql.Identifier(family.table, name) for name in values),
        ),
        _SQL["prune"].of(
            staging=staging,
            table=family.table,
            whose=family.key[0],
            kept=comma.join(sql.Identifier("kept", name) for name in family.key),
            new=comma.join(sql.Identifier("new", name) for name in family.key),
        ),
    )


def _timestamp(time_us: int) -> str:
    """Write a time as PostgreSQL reads it."""
    return f"{np.datetime64(time_us, 'us')}+00"


def _datetime(time_us: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(time_us))


def _payload(family: Family, site_id: int, window_us: npt.NDArray[np.int64]) -> str:
    return msgspec.json.encode(
        {
            "family": family.name,
            "site_id": site_id,
            "from": f"{np.datetime64(int(window_us[0]), 'us')}Z",
            "to": f"{np.datetime64(int(window_us[-1]) + family.width_s * SECOND_US, 'us')}Z",
        }
    ).decode()
