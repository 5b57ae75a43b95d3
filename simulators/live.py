"""The pretend city on the air: its history at full speed, then minute by minute as a real one would send."""

from __future__ import annotations

import heapq
import zlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, Protocol

import msgspec

from simulators.synthetic import Source

HOUR_S = 3600
MINUTE_S = 60
# A controller reports at once; the others are asked one after the other, within this time.
SPREAD_S = 50.0
SIGNAL_SPREAD_S = 0.9
LARGEST_ARRAY = 1000

Sleep = Callable[[float], Awaitable[None]]
Clock = Callable[[], float]

_encode = msgspec.json.Encoder().encode


class Sink(Protocol):
    """Where messages go."""

    async def publish(self, stream: str, key: str, payload: bytes) -> None:
        """Send one message."""


def full_minute(now_s: float) -> int:
    """Give the newest full minute [s since 1970]."""
    return int(now_s) // MINUTE_S * MINUTE_S


def hour_blocks(start_s: int, end_s: int) -> list[tuple[int, int]]:
    """Cut a range into hours of the clock, the oldest first [s since 1970]."""
    cuts = [start_s, *range(start_s // HOUR_S * HOUR_S + HOUR_S, end_s, HOUR_S), end_s]
    return [(low, high) for low, high in pairwise(cuts) if low < high]


async def publish_history(
    sources: Sequence[Source], sink: Sink, start_s: int, end_s: int, advance: Callable[[int], None] = lambda _: None
) -> int:
    """Publish what became known in a range, an array of readings per sensor and hour, hour by hour over all streams.

    Parameters
    ----------
    sources : sequence of Source
        The city.
    sink : Sink
        Where the messages go.
    start_s, end_s : int
        Range of time, its start excluded and its end included [s since 1970].
    advance : callable, optional
        Told 1 after each hour.

    Returns
    -------
    int
        Number of readings.
    """
    count = 0
    for low, high in hour_blocks(start_s, end_s):
        for source in sources:
            for key, readings in source.readings(low, high):
                for first in range(0, len(readings), LARGEST_ARRAY):
                    await sink.publish(source.stream, key, _encode(readings[first : first + LARGEST_ARRAY]))
                count += len(readings)
        advance(1)
    return count


class Live:
    """The city minute by minute, each reading a message of its own.

    Parameters
    ----------
    sources : sequence of Source
        The city.
    sink : Sink
        Where the messages go.
    clock : callable
        Gives the time [s since 1970].
    sleep : callable
        Waits [s].
    """

    def __init__(self, sources: Sequence[Source], sink: Sink, clock: Clock, sleep: Sleep) -> None:
        self._sources = sources
        self._sink = sink
        self._clock = clock
        self._sleep = sleep
        self._waiting: list[tuple[float, int, str, str, dict[str, Any]]] = []
        self._number = 0

    async def run(self, start_s: int, stop_s: float = float("inf")) -> None:
        """Publish everything that becomes known after `start_s`, each at its moment, until cancelled.

        Parameters
        ----------
        start_s : int
            The full minute up to which all is published already [s since 1970].
        stop_s : float, optional
            Moment at which to stop; for tests [s since 1970].
        """
        minute_s = start_s
        while minute_s < stop_s:
            # What lies further back than a minute, after a slow history or a sleeping machine, goes in arrays.
            newest_s = full_minute(self._clock())
            if newest_s > minute_s + MINUTE_S:
                await self._send_until(minute_s)
                await publish_history(self._sources, self._sink, minute_s, newest_s)
                minute_s = newest_s
                continue
            for message in self._minute(minute_s, minute_s + MINUTE_S):
                heapq.heappush(self._waiting, message)
            minute_s += MINUTE_S
            await self._send_until(min(minute_s, stop_s))

    async def _send_until(self, moment_s: float) -> None:
        """Send what is due, waiting for each, and then for the moment itself [s since 1970]."""
        while self._waiting and self._waiting[0][0] <= moment_s:
            due_s, _, stream, key, reading = self._waiting[0]
            await self._wait(due_s)
            heapq.heappop(self._waiting)
            await self._sink.publish(stream, key, _encode(reading))
        await self._wait(moment_s)

    async def _wait(self, moment_s: float) -> None:
        pause_s = moment_s - self._clock()
        if pause_s > 0:
            await self._sleep(pause_s)

    def _minute(self, start_s: int, end_s: int) -> Iterator[tuple[float, int, str, str, dict[str, Any]]]:
        """Give the readings of one minute, each with its moment of sending."""
        for source in self._sources:
            for key, readings in source.readings(start_s, end_s):
                for reading in readings:
                    self._number += 1
                    yield self._due_s(source.stream, key, reading), self._number, source.stream, key, reading

    @staticmethod
    def _due_s(stream: str, key: str, reading: dict[str, Any]) -> float:
        """Moment of sending: the reading's own, and the same delay every time for the same sensor [s since 1970]."""
        moment = datetime.fromisoformat(reading.get("time") or reading["end"])
        delay = zlib.crc32(key.encode()) / 2**32
        return moment.timestamp() + delay * (SIGNAL_SPREAD_S if stream == "signal" else SPREAD_S)
