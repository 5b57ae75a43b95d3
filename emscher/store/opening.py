"""Opening the store at the start of a process: a database that is away is waited for, one that refuses us is not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

import psycopg
import structlog

from emscher.errors import DatabaseMissingError, DatabaseRefusedError
from emscher.patience import Patience
from emscher.readiness import Readiness

log = structlog.stdlib.get_logger()


async def open_patiently(
    open_it: Callable[[], Awaitable[object]], readiness: Readiness, sleep: Callable[[float], Awaitable[None]]
) -> None:
    """Open a connection, trying again as long as the database is away.

    Parameters
    ----------
    open_it : callable
        Opens it.
    readiness : Readiness
        Is told whether the ``database`` is there.
    sleep : callable
        Pause [s].

    Raises
    ------
    DatabaseRefusedError
        The database answers and does not let us in.
    MigrationError
        The schema is not the one this version writes.
    """
    patience = Patience(sleep)
    while True:
        try:
            await open_it()
        except DatabaseRefusedError:
            raise
        except (psycopg.OperationalError, DatabaseMissingError) as exc:
            why = " ".join(str(exc).split())
            readiness.lacks("database", why)
            await patience.pause(partial(log.warning, "the database is not there yet, trying again", why=why))
        else:
            readiness.has("database")
            return
