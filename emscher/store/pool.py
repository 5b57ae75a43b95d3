"""Connections to the store, each acting in one of the database's roles."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

from emscher.errors import DatabaseMissingError, DatabaseRefusedError
from emscher.settings import Role, Settings

Connection = psycopg.AsyncConnection[TupleRow]
Pool = AsyncConnectionPool[Connection]

CONNECT_TIMEOUT_S = 10

PASSING = ("starting up", "shutting down", "recovery", "too many", "remaining connection slots", "terminating")
"""Words in which a server refuses for a while only; a refusal at the door carries no SQLSTATE through libpq."""


def conninfo(settings: Settings, role: Role) -> str:
    """Connection string under which every statement runs in the role's rights.

    Parameters
    ----------
    settings : Settings
        ``database_url`` says where and as whom to log in.
    role : str
        ``owner`` stays who logged in; any other becomes ``emscher_<role>``, which the login must be a member of.
    """
    options = "-c timezone=UTC"
    if role != "owner":
        options += f" -c role=emscher_{role}"
    url = settings.database_url.get_secret_value()
    given = str(conninfo_to_dict(url).get("options") or "")
    return make_conninfo(
        url, application_name=f"emscher-{role}", options=f"{given} {options}".strip(), connect_timeout=CONNECT_TIMEOUT_S
    )


async def connect(settings: Settings, role: Role, **more: Any) -> Connection:  # noqa: ANN401 - psycopg's own arguments
    """Open one connection.

    Raises
    ------
    DatabaseMissingError
        The server does not answer; the text says where and why.
    DatabaseRefusedError
        It answers and does not let us in, for instance because of a wrong password.
    """
    try:
        return await psycopg.AsyncConnection.connect(conninfo(settings, role), **more)
    except psycopg.OperationalError as exc:
        raise (DatabaseRefusedError if _refuses(str(exc)) else DatabaseMissingError)(
            f"The database does not let us in: {_one_line(exc)}.",
            "Start it, or set EMSCHER_DATABASE_URL; a new database needs `emscher migrate` first.",
        ) from exc


@asynccontextmanager
async def pool(settings: Settings, role: Role, size: int) -> AsyncIterator[Pool]:
    """Keep a pool of connections open.

    Parameters
    ----------
    settings : Settings
        Where the database is.
    role : str
        Role of every connection.
    size : int
        Most connections at once.

    Raises
    ------
    DatabaseMissingError
        The server does not answer or refuses at the start; later the pool reconnects by itself.
    """
    await (await connect(settings, role)).close()
    connections: Pool = AsyncConnectionPool(conninfo(settings, role), min_size=1, max_size=size, open=False, name=role)
    async with connections:
        yield connections


def _refuses(text: str) -> bool:
    """Say whether the server itself refused for good, or asks for a password that we do not have."""
    answered = "FATAL:" in text or "no password supplied" in text
    return answered and not any(words in text for words in PASSING)


def _one_line(exc: BaseException) -> str:
    return " ".join(str(exc).split()).rstrip(".")
