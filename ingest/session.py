"""The book of sessions: what ingest is subscribed to at the broker, so that none is forgotten with messages in it.

A process holds its session's name as a lock of its connection to the database. A session in the book whose name nobody
holds has no process: its messages wait at the broker until somebody drains it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from emscher.settings import Settings
from emscher.store.pool import Connection, connect
from emscher.store.query import queries

_SQL = queries("ingest")


async def claim(connection: Connection, name: str) -> bool:
    """Hold a session's name as long as the connection lives; say whether nobody else held it."""
    return bool(await _value(connection, "claim_session", name=name))


async def known_filter(settings: Settings) -> str | None:
    """Give what our session was last subscribed to, or nothing."""
    async with await connect(settings, "writer", autocommit=True) as connection:
        found = await _value(connection, "session_filter", name=settings.mqtt_client_id)
    return None if found is None else str(found)


async def note(settings: Settings, subscribed: str, since: datetime) -> None:
    """Write down what our session is subscribed to, and since when."""
    async with await connect(settings, "writer", autocommit=True) as connection:
        given = {"name": settings.mqtt_client_id, "filter": subscribed, "since": since}
        await connection.execute(_SQL["note_session"].statement, given)


async def forget(settings: Settings, name: str) -> None:
    """Strike a session out that has been ended."""
    async with await connect(settings, "writer", autocommit=True) as connection:
        await connection.execute(_SQL["forget_session"].statement, {"name": name})


async def listens(settings: Settings, names: Collection[str], since: datetime) -> bool:
    """Say whether one of these sessions has been listening since then."""
    async with await connect(settings, "writer", autocommit=True) as connection:
        return bool(await _value(connection, "session_listens", names=list(names), since=since))


async def names(settings: Settings) -> set[str]:
    """Give every session of the book."""
    async with await connect(settings, "writer", autocommit=True) as connection:
        cursor = await connection.execute(_SQL["session_names"].statement)
        return {name for (name,) in await cursor.fetchall()}


async def abandoned(settings: Settings, names_like: str) -> list[str]:
    """Give the sessions of the book whose names match a pattern and are held by nobody."""
    async with await connect(settings, "writer", autocommit=True) as connection:
        cursor = await connection.execute(_SQL["abandoned_sessions"].statement, {"names_like": names_like})
        return [name for (name,) in await cursor.fetchall()]


async def _value(connection: Connection, query: str, **parameters: object) -> object:
    row = await (await connection.execute(_SQL[query].statement, parameters)).fetchone()
    return None if row is None else row[0]
