"""A page of rows of one relation: some sensors or sites, a span, an order, a limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from api import words
from api.caller import Caller
from api.cursor import Place, beyond, decode
from api.sheet import Sheet, kind_of, transposed
from api.source import SQL, Relation
from api.span import Span

Names = Mapping[int, tuple[str, ...]]
"""Names of a sensor (its key and its site's) or of a site (its key), by number."""

_NAMED = {"sensor_id": ("sensor", "site"), "site_id": ("site",)}


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
    names : mapping of int to sequence of str
        Sensors or sites whose rows are wanted, with their names.
    units : mapping of str to str
        Units of its columns.
    span : Span
        From when to when.
    limit : int
        Most rows.
    after : str or None
        Cursor.
    """

    relation: Relation
    time: str
    key: tuple[str, ...]
    names: Names
    units: Mapping[str, str]
    span: Span
    limit: int
    after: str | None

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
        values |= {
            "ids": list(self.names),
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
        rows = await caller.source.fetch(caller.role, statement, values)
        following = None
        if len(rows) > self.limit:
            del rows[self.limit :]
            time, *key = rows[-1][: 1 + len(self.key)]
            following = self.span, Place(time, tuple("" if part is None else part for part in key))
        return self._sheet(columns, rows), following

    def _sheet(self, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Sheet:
        found = dict(zip(columns, transposed(rows, len(columns)), strict=True))
        whose, *rest = self.key
        sheet = Sheet()
        for place, title in enumerate(_NAMED[whose]):
            sheet.put(title, "text", [self.names[number][place] for number in found[whose]])
        fill(
            sheet,
            self.relation,
            {name: found[name] for name in (self.time, *rest, *columns) if name != whose},
            self.units,
        )
        return sheet

    def _is_text(self, name: str) -> bool:
        return kind_of(self.relation.columns[name]) == "text"

    def _comparable(self, name: str) -> sql.Composable:
        return SQL["text_key"].of(column=name) if self._is_text(name) else sql.Identifier(name)


def fill(sheet: Sheet, relation: Relation, found: Mapping[str, Sequence[Any]], units: Mapping[str, str]) -> None:
    """Add a relation's columns to a sheet, codes in words."""
    for name, values in found.items():
        if not words.put(sheet, name, values):
            sheet.put(name, kind_of(relation.columns[name]), values, units.get(name, ""))
