"""A page of rows of one relation: some sensors or sites, a span, an order, a limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import sql

from api import words
from api.caller import Caller
from api.cursor import Place, beyond, decode
from api.sheet import Sheet, kind_of
from api.source import SQL, Relation
from api.span import Span

Names = Mapping[str, Mapping[int, str]]
"""Keys by number, under the name of the column they fill: ``sensor`` and ``site`` of a sensor, ``site`` of a site."""


@dataclass(frozen=True, slots=True)
class Page:
    """Which rows are wanted.

    Parameters
    ----------
    relation : Relation
        Table or view.
    time : str
        Its column of time.
    key : tuple of str
        Rest of its key: ``sensor_id`` or ``site_id``, then what tells rows of the same moment apart.
    names : mapping of str to mapping of int to str
        Sensors or sites whose rows are wanted, with their keys.
    units : mapping of str to str
        Units of its columns.
    span : Span
        From when to when.
    limit : int
        Most rows.
    after : str or None
        Cursor.
    computed_after : datetime or None
        Only rows that were computed later.
    """

    relation: Relation
    time: str
    key: tuple[str, ...]
    names: Names
    units: Mapping[str, str]
    span: Span
    limit: int
    after: str | None
    computed_after: datetime | None = None

    async def read(self, caller: Caller) -> tuple[Sheet, tuple[Span, Place] | None]:
        """Read the page.

        Returns
        -------
        sheet : Sheet
            Its rows.
        following : Span and Place, or None
            Where the next page begins.
        """
        kinds = [str if self._is_text(name) else int for name in self.key]
        place = decode(self.after, kinds)
        order = [sql.Identifier(self.time), *(self._comparable(name) for name in self.key)]
        columns = [self.time, *self.key, *(one for one in self.relation.columns if one not in (self.time, *self.key))]
        condition, values = beyond(place, order)
        if self.computed_after is not None:
            condition = sql.SQL(" AND ").join([condition, SQL["computed_after"].statement])
            values["computed_after"] = self.computed_after
        values |= {
            "ids": list(self.names["site"]),
            "since": max(self.span.since, place.time) if place else self.span.since,
            "until": self.span.until,
            "limit": self.limit + 1,
        }
        statement = SQL["rows"].of(
            columns=columns,
            relation=self.relation.name,
            whose=self.key[0],
            time=self.time,
            beyond=condition,
            order=sql.SQL(", ").join(order),
        )
        read = await caller.source.columns(caller.role, columns, statement, values)
        following = None
        if len(read[0]) > self.limit:
            read = [one[: self.limit] for one in read]
            time, *key = (one[-1] for one in read[: 1 + len(self.key)])
            following = self.span, Place(time, tuple("" if part is None else part for part in key))
        found = dict(zip(columns, read, strict=True))
        return self._sheet(found), following

    def _sheet(self, found: dict[str, Sequence[Any]]) -> Sheet:
        whose, *rest = self.key
        sheet = Sheet()
        put_names(sheet, self.names, found.pop(whose))
        order = dict.fromkeys((self.time, *rest, *found))
        fill(sheet, self.relation, {name: found[name] for name in order}, self.units)
        return sheet

    def _is_text(self, name: str) -> bool:
        return kind_of(self.relation.columns[name]) == "text"

    def _comparable(self, name: str) -> sql.Composable:
        return SQL["text_key"].of(column=name) if self._is_text(name) else sql.Identifier(name)


def put_names(sheet: Sheet, names: Names, numbers: Sequence[int]) -> None:
    """Add the keys of the sensors or sites that rows are of."""
    for title, keys in names.items():
        sheet.put(title, "text", list(map(keys.__getitem__, numbers)))


def fill(sheet: Sheet, relation: Relation, found: Mapping[str, Sequence[Any]], units: Mapping[str, str]) -> None:
    """Add a relation's columns to a sheet, codes in words."""
    for name, values in found.items():
        if not words.put(sheet, name, values):
            sheet.put(name, kind_of(relation.columns[name]), values, units.get(name, ""))
