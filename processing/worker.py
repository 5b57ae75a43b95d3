"""The worker: claims a site's due windows, computes them from the store, writes the indicators, clears the claims.

All of it is one transaction. The claims are rows that only this worker deletes, the site is locked for its family, and
readings are read after the claims: a worker that is killed leaves the claims for the next one, and what arrives
meanwhile has made its windows due again by rows of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
import numpy as np
import numpy.typing as npt
import psycopg
import structlog
from psycopg import sql

from emscher.errors import CodecError, DatabaseMissingError
from emscher.settings import Settings
from emscher.store import copy
from emscher.store.copy import Column, Rows
from emscher.store.desk import Desk
from emscher.store.pool import Connection
from emscher.store.query import queries
from emscher.store.table import columns
from emscher.stream import SECOND_US
from processing import metrics
from processing.families import families
from processing.family import Family, SensorInfo, Task

log = structlog.stdlib.get_logger()

SPAN = timedelta(days=1)
"""Windows claimed at once lie within this time, so that one claim never reads years of rows."""
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 10.0
ASIDE_S = 60.0
"""A site whose computation fails is left aside for this time, so that the others go on [s]."""

_SQL = queries("processing")
_OWN_COLUMNS = ("revision", "computed_at")


@dataclass(frozen=True, slots=True)
class _Shelf:
    """A family's statements and columns, made once per connection."""

    columns: tuple[Column, ...]
    stage: sql.Composed
    publish: sql.Composed
    retract: sql.Composed


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
    sleep : callable
        Pause [s].
    """

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._monotonic = monotonic
        self._sleep = sleep
        self._desk = Desk(settings, _shelve_all)
        self._aside: dict[tuple[str, int], float] = {}

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
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                if not await self.step():
                    await self._sleep(self._settings.process_poll_s)
                pause_s = FIRST_PAUSE_S
            except (psycopg.OperationalError, psycopg.InterfaceError, DatabaseMissingError) as exc:
                log.warning("the store went away, claims are kept", pause_s=pause_s, why=str(exc))
                await self.close()
                await self._sleep(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

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
        cursor = await connection.execute(_SQL["waiting"].statement, {"families": list(families()), **aside})
        for name, site_id in await cursor.fetchall():
            try:
                async with connection.transaction():
                    cleared = await self._compute_site(connection, families()[name], shelves[name], site_id)
            except (ValueError, ArithmeticError, LookupError, TypeError, CodecError, psycopg.DataError):
                # A fault of ours must not stop the other sites; the claims stay.
                log.exception("an indicator cannot be computed, the site is left aside", family=name, site_id=site_id)
                self._aside[name, site_id] = self._monotonic() + ASIDE_S
                continue
            if cleared:
                return cleared
        return 0

    async def _compute_site(self, connection: Connection, family: Family, shelf: _Shelf, site_id: int) -> int:
        whose = {"family": family.name, "site_id": site_id}
        locked = await (await connection.execute(_SQL["lock"].statement, whose)).fetchone()
        if not (locked and locked[0]):
            return 0
        cursor = await connection.execute(_SQL["claim"].statement, {**whose, "span": SPAN})
        claims = await cursor.fetchall()
        if not claims:
            return 0
        window_us = np.unique([round(start.timestamp()) * SECOND_US for _, start in claims])
        task = await _load(connection, family, site_id, window_us)
        computed = family.compute(task)
        if len(computed):
            await self._publish(connection, shelf, computed)
        starts = {"site_id": site_id, "starts": list({start for _, start in claims})}
        retracted = (await connection.execute(shelf.retract, starts)).rowcount
        if len(computed) or retracted:
            await connection.execute(_SQL["announce"].statement, {"payload": _payload(family, site_id, window_us)})
        await connection.execute(_SQL["clear"].statement, {"due_ids": [due_id for due_id, _ in claims]})
        metrics.record(family.name, len(window_us), len(computed))
        return len(claims)

    async def _publish(self, connection: Connection, shelf: _Shelf, computed: Rows) -> None:
        rows = np.empty(len(computed), copy.dtype_of(shelf.columns))
        for column in shelf.columns:
            rows[column.name] = computed[column.name]
        async with connection.cursor() as cursor, cursor.copy(shelf.stage) as out:
            await out.write(copy.encode(rows, shelf.columns))
        await connection.execute(shelf.publish, {"now": self._clock()})


async def _load(connection: Connection, family: Family, site_id: int, window_us: npt.NDArray[np.int64]) -> Task:
    """Read everything that a site's due windows need."""
    cursor = await connection.execute(_SQL["site_sensors"].statement, {"site_id": site_id})
    sensors = tuple(SensorInfo(*row) for row in await cursor.fetchall())
    width_us = family.width_s * SECOND_US
    since_us = int(window_us[0]) - family.look_back_s * SECOND_US
    until_us = int(window_us[-1]) + width_us + family.look_ahead_s * SECOND_US
    rows = {}
    for name, dtype in family.loads.items():
        statement = _SQL[name].of(
            site_id=sql.Literal(site_id),
            since=sql.Literal(_timestamp(since_us)),
            until=sql.Literal(_timestamp(until_us)),
        )
        async with connection.cursor() as reading, reading.copy(statement) as out:
            rows[name] = copy.decode(b"".join([bytes(part) async for part in out]), dtype)
    return Task(site_id, sensors, window_us, width_us, rows)


async def _shelve_all(connection: Connection) -> dict[str, _Shelf]:
    """Make every family's staging table and statements on a new connection."""
    return {name: await _shelve(connection, family) for name, family in families().items()}


async def _shelve(connection: Connection, family: Family) -> _Shelf:
    """Make a family's staging table and statements on a new connection."""
    kept = tuple(column for column in await columns(connection, family.table) if column.name not in _OWN_COLUMNS)
    names = [column.name for column in kept]
    values = [name for name in names if name not in family.key]
    staging = f"staging_{family.table}"
    await connection.execute(_SQL["create_staging"].of(staging=staging, table=family.table, columns=names))
    comma = sql.SQL(", ")
    return _Shelf(
        kept,
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
        _SQL["retract"].of(
            staging=staging,
            table=family.table,
            whose=_SQL["of_site" if "site_id" in family.key else "of_sensors"].statement,
            old=comma.join(sql.Identifier("old", name) for name in family.key),
            new=comma.join(sql.Identifier("new", name) for name in family.key),
        ),
    )


def _timestamp(time_us: int) -> str:
    """Write a time as PostgreSQL reads it."""
    return f"{np.datetime64(time_us, 'us')}+00"


def _payload(family: Family, site_id: int, window_us: npt.NDArray[np.int64]) -> str:
    return msgspec.json.encode(
        {
            "family": family.name,
            "site_id": site_id,
            "from": f"{np.datetime64(int(window_us[0]), 'us')}Z",
            "to": f"{np.datetime64(int(window_us[-1]) + family.width_s * SECOND_US, 'us')}Z",
        }
    ).decode()
