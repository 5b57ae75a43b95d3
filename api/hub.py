"""The hub: hands every event to all who listen, keeps the last ones for who was away, and never grows."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from api import metrics
from api.event import Event, Kind, written
from api.problem import ProblemError

KEPT_BYTES = 4 * 2**20
"""Events kept for listeners that come back [bytes]."""
LEFT_S = 300.0
"""How long after the last listener has left events are still kept for it [s]."""
WAITING = 200
"""Most events that wait for one slow listener."""
RETRY_AFTER_S = 30


@dataclass(frozen=True, slots=True, eq=False)
class Listener:
    """Somebody who listens.

    Parameters
    ----------
    families, sites : collection of str
        What is wanted; empty for everything.
    waiting : asyncio.Queue
        Events not sent yet; None ends the stream.
    """

    families: Collection[str]
    sites: Collection[str]
    waiting: asyncio.Queue[Event | None] = field(default_factory=lambda: asyncio.Queue(WAITING))

    def wants(self, event: Event) -> bool:
        """Say whether an event is for this listener."""
        return (not event.family or not self.families or event.family in self.families) and (
            not event.site or not self.sites or event.site in self.sites
        )

    def clear(self) -> None:
        """Forget what waits."""
        while not self.waiting.empty():
            self.waiting.get_nowait()


class Hub:
    """Fans events out.

    Parameters
    ----------
    epoch : str
        Name of this process's order of events; another process has another one.
    most : int
        Most listeners at once.
    monotonic : callable
        Clock that never jumps [s].
    """

    def __init__(self, epoch: str, most: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._epoch = epoch
        self._most = most
        self._monotonic = monotonic
        self._left_s = -LEFT_S
        self._listeners: set[Listener] = set()
        self._kept: deque[Event] = deque()
        self._kept_bytes = 0
        self._number = 0
        self._closed = False

    @property
    def position(self) -> str:
        """Identifier of the newest event."""
        return f"{self._epoch}-{self._number}"

    @property
    def count(self) -> int:
        """How many listen."""
        return len(self._listeners)

    @property
    def idle(self) -> bool:
        """Whether nobody listens, nor has for a while: then nothing need be read for anybody."""
        return not self._listeners and self._monotonic() - self._left_s >= LEFT_S

    def publish(self, kind: Kind, family: str, site: str, data: dict[str, object]) -> None:
        """Give an event to everyone who wants it, and keep it."""
        self._number += 1
        event = Event(written(kind, data, self.position), family, site, self._number)
        self._kept.append(event)
        self._kept_bytes += len(event.text)
        while self._kept_bytes > KEPT_BYTES:
            self._kept_bytes -= len(self._kept.popleft().text)
        for one in self._listeners:
            self._hand(one, event)

    def resync(self, why: str) -> None:
        """Tell everyone, and who comes back later, to read anew: events may have been missed."""
        self._number += 1
        self._kept.clear()
        self._kept_bytes = 0
        for one in self._listeners:
            self._reset(one, why)

    def join(self, families: Collection[str], sites: Collection[str], last: str | None) -> Listener:
        """Take a listener in.

        Parameters
        ----------
        families, sites : collection of str
            What it wants; empty for everything.
        last : str or None
            Identifier of the last event it had, where it was here before.

        Raises
        ------
        ProblemError
            There are too many.
        """
        if self._closed or len(self._listeners) >= self._most:
            raise ProblemError(
                "too-many-listeners",
                f"{self._most} listeners are served at once; ask the routes meanwhile.",
                headers={"Retry-After": str(RETRY_AFTER_S)},
            )
        found = Listener(families, sites)
        if last is not None:
            self._catch_up(found, last)
        self._listeners.add(found)
        metrics.LISTENERS.set(len(self._listeners))
        return found

    def leave(self, listener: Listener) -> None:
        """Let a listener go."""
        self._left_s = self._monotonic()
        self._listeners.discard(listener)
        metrics.LISTENERS.set(len(self._listeners))

    def close(self) -> None:
        """End every stream, and take nobody in any more."""
        self._closed = True
        for one in self._listeners:
            one.clear()
            one.waiting.put_nowait(None)

    def _catch_up(self, listener: Listener, last: str) -> None:
        missed = self._since(last)
        wanted = None if missed is None else [event for event in missed if listener.wants(event)]
        if wanted is None or len(wanted) >= WAITING:
            self._reset(listener, "the events since then are not kept here")
            return
        for event in wanted:
            listener.waiting.put_nowait(event)

    def _since(self, last: str) -> Iterable[Event] | None:
        """Give the events after an identifier; None where they are not all here."""
        epoch, _, number = last.rpartition("-")
        if epoch != self._epoch or not (number.isascii() and number.isdigit() and len(number) < len(str(2**63))):
            return None
        oldest = self._kept[0].number if self._kept else self._number + 1
        return [event for event in self._kept if event.number > int(number)] if int(number) >= oldest - 1 else None

    def _hand(self, listener: Listener, event: Event) -> None:
        if listener.wants(event):
            if listener.waiting.full():
                self._reset(listener, "too many events waited")
            else:
                listener.waiting.put_nowait(event)

    def _reset(self, listener: Listener, why: str) -> None:
        """Put one word in place of all that waits."""
        metrics.RESYNCS.inc()
        listener.clear()
        listener.waiting.put_nowait(Event(written("resync", {"why": why}, self.position)))
