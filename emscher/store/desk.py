"""A desk: one connection of a process's own, with what was prepared on it, opened anew when it breaks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import psycopg

from emscher.errors import DatabaseMissingError
from emscher.settings import Settings
from emscher.store import version
from emscher.store.pool import Connection, connect

Prepared = TypeVar("Prepared")


class Desk(Generic[Prepared]):
    """Keeps a connection in the writer's role.

    Parameters
    ----------
    settings : Settings
        Where the store is.
    prepare : callable
        Makes what is needed on a new connection, for instance staging tables.
    """

    def __init__(self, settings: Settings, prepare: Callable[[Connection], Awaitable[Prepared]]) -> None:
        self._settings = settings
        self._prepare = prepare
        self._laid: tuple[Connection, Prepared] | None = None

    async def open(self) -> tuple[Connection, Prepared]:
        """Give the connection and what was prepared on it, opening it if it is not open.

        Raises
        ------
        DatabaseMissingError
            The database does not answer, or fails while the connection is prepared.
        MigrationError
            The schema is missing, older or newer than this version of Emscher.
        """
        if self._laid is None:
            connection = await connect(self._settings, "writer", autocommit=True)
            try:
                await version.check(connection)
                self._laid = connection, await self._prepare(connection)
            except psycopg.OperationalError as exc:
                why = " ".join(str(exc).split()).rstrip(".")
                raise DatabaseMissingError(f"The database let us in and then failed: {why}.", "See its log.") from exc
            finally:
                if self._laid is None:
                    await connection.close()
        return self._laid

    async def close(self) -> None:
        """Let the connection go; the next use opens another."""
        if self._laid is not None:
            connection, _ = self._laid
            self._laid = None
            await connection.close()
