"""The ear: one connection that hears what the store announces, for all listeners of this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import msgspec
import psycopg
import structlog
from psycopg_pool import PoolTimeout

from api.caller import Caller
from api.hub import Hub
from api.indicators import PUBLISHED_BUCKET, PUBLISHED_BUCKETS, newest_rows
from api.problem import ProblemError
from api.sites import site_names
from api.source import SQL, Relation, Source
from api.span import Span, text
from emscher.errors import DatabaseMissingError, DatabaseRefusedError
from emscher.patience import Patience
from emscher.settings import Settings
from emscher.store.pool import Connection, connect
from processing.families import families

log = structlog.stdlib.get_logger()

GATHER_S = 1.0
"""Announcements of so long are told together [s]."""
RECENT = timedelta(hours=3)
"""Of spans that begin further back only that they changed is told: a backfill writes them by the thousand."""
FRESH = timedelta(minutes=2)
"""What is new of a family and site of which nothing was told yet."""
SKEW = timedelta(seconds=5)
"""By how much the clocks of two machines that compute may differ."""
PUBLICATION = "publication"

_AWAY = (psycopg.Error, DatabaseMissingError, DatabaseRefusedError, PoolTimeout, TimeoutError, OSError)


class Notice(msgspec.Struct, frozen=True):
    """What the store announces: windows of a family that changed at a site."""

    family: str
    site_id: int
    since: datetime = msgspec.field(name="from")
    until: datetime = msgspec.field(name="to")


@dataclass(frozen=True, slots=True)
class Ear:
    """Hears the store and tells the hub.

    Parameters
    ----------
    settings : Settings
        Where the store is.
    source : Source
        Reads what is announced, in the public's rights.
    hub : Hub
        Tells it on.
    clock : callable
        The time of day, with zone.
    sleep : callable
        Pause [s].
    told : dict
        Up to when, by the time of computation, a family and site was told.
    """

    settings: Settings
    source: Source
    hub: Hub
    clock: Callable[[], datetime]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    told: dict[tuple[str, str], datetime] = field(default_factory=dict)

    async def hear(self) -> None:
        """Listen until cancelled; a store that went away is waited for, and everyone told that it was away."""
        patience = Patience(self.sleep)
        while True:
            try:
                async with await connect(self.settings, "public", autocommit=True) as connection:
                    await connection.execute(SQL["listen"].statement)
                    self.hub.resync("the store was away")
                    patience.reset()
                    while True:
                        await self.tell(await _heard(connection))
            except _AWAY as exc:
                why = " ".join(str(exc).split())
                await patience.pause(partial(log.warning, "the store is not heard, listeners will read anew", why=why))
            except Exception:  # noqa: BLE001 - what cannot be told must not make us deaf for good
                await patience.pause(partial(log.exception, "an announcement cannot be told, listeners will read anew"))

    async def tell(self, heard: Sequence[tuple[str, str]]) -> None:
        """Tell what was announced, a family and site once; what is not open is told to nobody."""
        if self.hub.idle:
            if heard:
                self.hub.resync("nobody listened")
            return
        spans: dict[tuple[str, str, int], Span] = {}
        for channel, payload in heard:
            with suppress(msgspec.DecodeError):
                one = msgspec.json.decode(payload, type=Notice)
                whose = channel, one.family, one.site_id
                known = spans.get(whose, Span(one.since, one.until))
                spans[whose] = Span(min(known.since, one.since), max(known.until, one.until))
        caller = Caller(self.source, self.settings, internal=False)
        names = (await site_names(caller, None))["site"] if spans else {}
        for (channel, name, site_id), span in spans.items():
            relation = await self._open(channel, name)
            if relation is not None and site_id in names:
                await self._tell_one(caller, name, relation, names[site_id], span)

    async def _open(self, channel: str, name: str) -> Relation | None:
        """Find what everyone may read of it: where that is written of its own, only its own announcements count."""
        family = families().get(name)
        if family is None:
            return None
        wanted = f"{name}_{PUBLISHED_BUCKETS[PUBLISHED_BUCKET]}" if channel == PUBLICATION else family.table
        relation = await self.source.relation(wanted)
        return relation if relation is not None and relation.open else None

    async def _tell_one(self, caller: Caller, name: str, relation: Relation, site: str, span: Span) -> None:
        family = families()[name]
        bucket = "base" if relation.name == family.table else PUBLISHED_BUCKET
        said: dict[str, object] = {
            "family": name,
            "site": site,
            "bucket": bucket,
            "from": text(span.since),
            "to": text(span.until),
        }
        sheet = None
        # What is published lies further back than what is computed, and is an hour long.
        if bucket != "base" or span.since >= self.clock() - RECENT:
            with suppress(ProblemError):
                since = self.told.get((name, site), self.clock() - FRESH + SKEW) - SKEW
                sheet = await newest_rows(caller, family, relation, site, span, since)
        if not sheet:
            self.hub.publish("changed", name, site, said)
        else:
            self.told[name, site] = max(sheet.columns["computed_at"])
            self.hub.publish("indicators", name, site, {**said, "units": sheet.units, "data": sheet.records()})


async def _heard(connection: Connection) -> list[tuple[str, str]]:
    """Gather announcements for a while; where there are none, see that the server is still there."""
    heard = [(one.channel, one.payload) async for one in connection.notifies(timeout=GATHER_S)]
    if not heard:
        await connection.execute(SQL["still_there"].statement)
    return heard


@asynccontextmanager
async def hearing(ear: Ear) -> AsyncIterator[None]:
    """Listen beside something else; at its end every stream ends."""
    task = asyncio.create_task(ear.hear())
    try:
        yield
    finally:
        ear.hub.close()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
