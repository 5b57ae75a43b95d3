"""Made-up owners of access points and devices, and a search for them in everything a store holds."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import sql

from emscher.settings import Settings
from emscher.store.pool import connect

SEED = 624
FIRST = ("Rosa", "Jan", "Mina", "Uwe", "Ayse", "Lars", "Ida", "Paul")
LAST = ("Lindenhof", "Erlemann", "Buchwald", "Eschborn", "Ulmenried", "Weidenau")


@dataclass(frozen=True, slots=True)
class Owner:
    """A person who does not exist, with a device that does not."""

    name: str
    email: str
    mac: str
    ipv4: str
    ipv6: str
    hostname: str

    @property
    def identifiers(self) -> tuple[str, ...]:
        """Everything that would give the person away, in small letters; the address in three spellings."""
        bare = self.mac.replace(":", "")
        dotted = ".".join((bare[:4], bare[4:8], bare[8:]))
        found = (self.name, self.email, self.mac, bare, dotted, self.ipv4, self.ipv6, self.hostname)
        return tuple(one.lower() for one in found)


def owners(count: int) -> list[Owner]:
    """Make owners, always the same."""
    chance = random.Random(SEED)  # noqa: S311 - nothing secret
    made = []
    for number in range(count):
        first, last = chance.choice(FIRST), f"{chance.choice(LAST)}-{number:04d}"
        tail = chance.getrandbits(32)
        made.append(
            Owner(
                f"{first} {last}",
                f"{first}.{last}@example.org".lower(),
                ":".join(f"{0x0A1B00000000 + tail:012x}"[place : place + 2] for place in range(0, 12, 2)),
                f"198.18.{number // 250}.{number % 250 + 1}",
                f"2001:db8::{tail >> 16:x}:{number + 4096:x}",
                f"{first}-{last}-phone".lower(),
            )
        )
    return made


def found_in(text: str, wanted: Sequence[str]) -> list[str]:
    """Say which identifiers stand in a text, in any case."""
    lower = text.lower()
    return [one for one in wanted if one in lower]


async def texts(store: Settings) -> list[tuple[str, str]]:
    """Read every column of every table and view as text, bytes decoded; gives table and column with it."""
    read: list[tuple[str, str]] = []
    async with await connect(store, "owner") as connection:
        cursor = await connection.execute(
            "select n.nspname, c.relname, a.attname, a.atttypid = 'bytea'::regtype from pg_attribute a"
            " join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace"
            " where c.relkind in ('r', 'v', 'm', 'p', 'f') and a.attnum > 0 and not a.attisdropped"
            " and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg_toast%'"
        )
        for schema, table, column, binary in await cursor.fetchall():
            shown = sql.SQL("encode({}, 'escape')" if binary else "{}::text").format(sql.Identifier(column))
            query = sql.SQL("select string_agg({}, chr(10)) from {}").format(shown, sql.Identifier(schema, table))
            row = await (await connection.execute(query)).fetchone()
            read.append((f"{table}.{column}", (row[0] if row else None) or ""))
    return read
