"""Leftover sessions: what a smaller number of workers, or another name, leaves at the broker is drained and ended."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable, Collection, Iterable
from datetime import datetime
from functools import partial

import aiomqtt
import psycopg
import structlog

from emscher.errors import DatabaseMissingError, OperatorError
from emscher.patience import Patience
from emscher.settings import Settings
from ingest import session
from ingest.sensors import Sensors
from ingest.worker import Worker, utc_now
from ingest.writer import Writer

log = structlog.stdlib.get_logger()

POLL_S = 0.5

Sleep = Callable[[float], Awaitable[None]]


async def drain_leftovers(settings: Settings, ours: Collection[str], since: datetime, sleep: Sleep) -> None:
    """Drain the sessions of our client id that we no longer use, once one of ours is listening.

    Not before: with the last subscription gone the broker would keep nothing of what is published.

    Parameters
    ----------
    settings : Settings
        ``mqtt_client_id`` is the name from which those of workers are made.
    ours : collection of str
        Sessions that are in use.
    since : datetime
        Since when one of them must be listening: our start.
    sleep : callable
        Pause [s].
    """
    patience = Patience(sleep)
    while True:
        try:
            while not await session.listens(settings, ours, since):
                await sleep(POLL_S)
            for name in await _leftovers(settings, ours):
                if (taken := await drain(settings, name)) is not None:
                    log.info("a session that is no longer used was drained and ended", session=name, messages=taken)
        except (aiomqtt.MqttError, psycopg.Error, DatabaseMissingError) as exc:
            why = " ".join(str(exc).split())
            await patience.pause(partial(log.warning, "leftover sessions cannot be drained yet", why=why))
        else:
            return


async def drain_by_name(settings: Settings, name: str) -> int:
    """Drain a session that somebody names, of another machine for instance, and give the number of its messages.

    Raises
    ------
    OperatorError
        There is no such session, a process uses it, or no other one would be left to keep what is published.
    """
    everyone = await session.names(settings)
    if name in everyone and name not in await session.abandoned(settings, f"^{re.escape(name)}$"):
        raise OperatorError(f"A process uses the session {name}.", "End it first.")
    if not everyone - {name}:
        raise OperatorError(
            f"Without {name} no session would be left, and what is published meanwhile would be lost.",
            "Start `emscher ingest` under another EMSCHER_MQTT_CLIENT_ID first.",
        )
    taken = await drain(settings, name)
    if taken is None:
        raise OperatorError(f"The broker knows no session {name}.", "`emscher ingest` logs the name of its own.")
    return taken


async def drain(settings: Settings, name: str) -> int | None:
    """Store what a session still holds, end it, and give the number of its messages, None where there is no session."""
    own = settings.model_copy(update={"mqtt_client_id": name})
    writer = Writer(own, Sensors(own, time.monotonic), utc_now)
    await writer.open()
    try:
        return await Worker(own, writer, utc_now).drain()
    finally:
        await writer.close()


async def _leftovers(settings: Settings, ours: Collection[str]) -> Iterable[str]:
    base = settings.mqtt_client_id
    found = await session.abandoned(settings, f"^{re.escape(base)}(-[0-9]+)?$")
    # The session of one worker alone may be older than the book; where there is none, there is nothing to drain.
    before_the_book = [] if base in ours or base in await session.names(settings) else [base]
    return [name for name in (*before_the_book, *found) if name not in ours]
