"""The newest readings as JSON, kept and brought up to date with what other transactions have changed since.

Encoding every row for every request would take longer than all the rest. What is kept is never served unseen: each
request asks the database, in one snapshot, which rows there are and which of them were written by a transaction that
the snapshot before did not see, so an answer is as fresh as one that was read whole.

Source: PostgreSQL documentation, "Transaction ID and Snapshot Information Functions"; a row that is visible now and was
not before has an ``xmin`` that was running, or had not begun, at the snapshot before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
from psycopg import sql

from api.page import Names, fill, put_names
from api.sheet import Sheet
from api.source import SQL, Relation, Role, Source
from emscher.stream import Stream

Chosen = Sequence[tuple[Stream, Relation]]

_OWN_COLUMNS = 4
"""Columns of the query ``changes`` before those of the table."""


@dataclass(slots=True)
class _Kept:
    """Newest readings of a stream, encoded, by number of the sensor."""

    names: Names
    server: datetime | None = None
    horizon: int = 0
    rows: dict[int, bytes] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)


class Newest:
    """Newest readings in one role's rights.

    Parameters
    ----------
    source : Source
        The store.
    role : str
        In whose rights it is read.
    sensors : str
        Relation with the sensors that may be known of.
    """

    def __init__(self, source: Source, role: Role, sensors: str) -> None:
        self._source = source
        self._role: Role = role
        self._names_statement = sql.SQL(SQL["all_sensor_names"].of(sensors=sensors).as_string())
        self._kept: dict[str, _Kept] = {}
        self._named: Sequence[Any] = ()
        self._names: Names = {"sensor": {}, "site": {}}
        # A snapshot must not be laid over a newer one.
        self._lock = asyncio.Lock()

    async def read(self, chosen: Chosen) -> bytes:
        """Give the newest readings of some streams, with their units, as a JSON object.

        Parameters
        ----------
        chosen : sequence of Stream and Relation
            The streams and their tables of newest readings.
        """
        async with self._lock:
            tables = await self._fetch(chosen)
            if not self._take_in(chosen, tables):
                self._kept.clear()
                tables = await self._fetch(chosen)
                self._take_in(chosen, tables)
            head = {
                "units": {stream.name: self._kept[stream.name].units for stream, _ in chosen},
                "as_of": max((table[2] for table in tables if table[2] is not None), default=None),
                "next": None,
            }
            rows = [
                self._kept[stream.name].rows[number]
                for (stream, _), table in zip(chosen, tables, strict=True)
                for number in table[3]
                if number in self._kept[stream.name].rows
            ]
        return b"".join((msgspec.json.encode(head)[:-1], b',"data":[', b",".join(rows), b"]}"))

    async def _fetch(self, chosen: Chosen) -> list[Sequence[Any]]:
        """Read what has changed, and then the names of all sensors, so that none is missing."""
        statements = []
        values: dict[str, str] = {}
        for stream, relation in chosen:
            kept = self._kept.get(stream.name)
            if kept:
                values[f"since_{stream.name}"] = str(kept.horizon)
            statements.append(_statement(stream.name, relation.name, tuple(relation.columns), whole=kept is None))
        *tables, named = await self._source.fetch_each(self._role, [*statements, self._names_statement], values)
        if named[0] != self._named:
            self._named = named[0]
            numbers, keys, sites = named[0]
            self._names = {
                "sensor": dict(zip(numbers, keys.split(), strict=True)),
                "site": dict(zip(numbers, sites.split(), strict=True)),
            }
        return [table[0] for table in tables]

    def _take_in(self, chosen: Chosen, tables: Sequence[Sequence[Any]]) -> bool:
        """Take in what has changed; say no where what is kept is of other names, or of another server's past."""
        known = [self._kept.get(stream.name) for stream, _ in chosen]
        for kept, (server, horizon, *_) in zip(known, tables, strict=True):
            if kept and (kept.names is not self._names or kept.server != server or kept.horizon > horizon):
                return False
        for (stream, relation), table in zip(chosen, tables, strict=True):
            self._keep(stream, relation, table)
        return True

    def _keep(self, stream: Stream, relation: Relation, table: Sequence[Any]) -> None:
        server, horizon, _, everyone = table[:_OWN_COLUMNS]
        found = dict(zip(relation.columns, table[_OWN_COLUMNS:], strict=True))
        sheet = sheet_of(stream, relation, self._names, found)
        kept = self._kept.setdefault(stream.name, _Kept(self._names))
        kept.server, kept.horizon, kept.units = server, horizon, sheet.units
        numbers = [number for number in found["sensor_id"] if number in self._names["sensor"]]
        kept.rows.update(zip(numbers, map(msgspec.json.encode, sheet.records()), strict=True))
        if len(kept.rows) > len(everyone):
            there = set(everyone)
            kept.rows = {number: row for number, row in kept.rows.items() if number in there}


def sheet_of(stream: Stream, relation: Relation, names: Names, found: Mapping[str, Sequence[Any]]) -> Sheet:
    """Lay out newest readings.

    Parameters
    ----------
    stream : Stream
        Whose they are.
    relation : Relation
        Their table.
    names : Names
        Keys of the sensors that may be known of; a row of another is left out.
    found : mapping of str to sequence
        Columns of the table.
    """
    numbers = found["sensor_id"]
    if not names["sensor"].keys() >= set(numbers):
        # A stream may be open while some of its sensors are not to be known of.
        known = [place for place, number in enumerate(numbers) if number in names["sensor"]]
        found = {name: [values[place] for place in known] for name, values in found.items()}
        numbers = found["sensor_id"]
    sheet = Sheet()
    sheet.put("stream", "text", [stream.name] * len(numbers))
    put_names(sheet, names, numbers)
    fill(sheet, relation, {name: values for name, values in found.items() if name != "sensor_id"}, stream.units)
    return sheet


@cache
def _statement(stream: str, latest: str, columns: tuple[str, ...], *, whole: bool) -> sql.SQL:
    """Compose a stream's statement once: composing takes longer than the server needs to answer."""
    is_new = SQL["everywhere"].statement if whole else SQL["is_new"].of(since=sql.Placeholder(f"since_{stream}"))
    arrays = sql.SQL(", ").join(SQL["changed_column"].of(column=name) for name in columns)
    composed = SQL["changes"].of(arrays=arrays, columns=columns, is_new=is_new, latest=latest)
    return sql.SQL(composed.as_string())
