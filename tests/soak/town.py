"""The town: readings of every stream as parcels, in the disorder in which a city sends them. The seed decides all."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
import numpy as np
from readings import sample

from emscher.streams import streams
from simulators.scenery import load
from simulators.synthetic import Source, sources
from soak.garbage import KINDS, Base, conflict
from soak.parcel import Parcel, parcel
from soak.publisher import WINDOW

BLOCK_S = 900
FEWEST_PER_BLOCK, MORE_BLOCKS = 3000, 40
"""A quarter hour of the city has more readings than this at any time of day; so many more blocks at hand."""
LATE_RATIO, REPEATED_RATIO, CONFLICT_RATIO, GARBAGE_RATIO = 0.03, 0.03, 0.005, 0.015
ARRAY_RATIO, LONG_ARRAY_RATIO = 0.10, 0.01
LATEST = 20_000
"""So many messages later something held back comes at the latest."""

LAST_STREAM, LAST_KEY = "traffic", "soak.last"


class Samples:
    """Readings of a stream that nobody simulates: its recorded lines, moved in time.

    Parameters
    ----------
    stream : str
        Name of the stream.
    """

    def __init__(self, stream: str) -> None:
        self.stream = stream

    def readings(self, start_s: int, end_s: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Give each line once per range, at the range's end, each from a sensor of its own [s since 1970]."""
        del start_s
        for number, line in enumerate(sample(self.stream)):
            reading = msgspec.json.decode(line)
            reading["end" if "end" in reading else "time"] = datetime.fromtimestamp(end_s, UTC)
            yield f"soak.{self.stream}.{number}", [reading]


def last(until_s: int) -> Parcel:
    """Make a message that is sent after all others [s since 1970]."""
    _, (reading, *_) = next(Samples(LAST_STREAM).readings(0, until_s))
    return parcel(LAST_STREAM, LAST_KEY, msgspec.json.encode(reading))


class Town:
    """Parcels of all streams until a number of readings is reached.

    Parameters
    ----------
    draw : numpy.random.Generator
        Draws sizes, order and what goes wrong.
    seed : int
        Seed of the city.
    readings : int
        How many readings.
    until_s : int
        Newest moment of a reading, a full quarter hour [s since 1970].
    goes_on : callable, optional
        Whether more than that many are wanted, because a fault is still to meet traffic.
    """

    def __init__(
        self,
        draw: np.random.Generator,
        seed: int,
        readings: int,
        until_s: int,
        goes_on: Callable[[], bool] = lambda: False,
    ) -> None:
        self._draw = draw
        self._left = readings
        self._goes_on = goes_on
        self._begin_s = until_s - BLOCK_S * (readings // FEWEST_PER_BLOCK + MORE_BLOCKS)
        simulated = sources(load("dortmund"), seed)
        known = {one.stream for one in simulated}
        self._sources: tuple[Source, ...] = (*simulated, *(Samples(name) for name in streams() if name not in known))
        self._later: list[tuple[int, int, Parcel]] = []
        self._ties = itertools.count()
        self._garbage = itertools.count()
        self._sent = 0
        self._strangers: dict[str, str] = {}

    def parcels(self) -> Iterator[Parcel]:
        """Give the parcels in the order in which they are sent."""
        block_s = self._begin_s
        while self._left or self._goes_on():
            pool = [
                (source.stream, key, part)
                for source in self._sources
                for key, readings in source.readings(block_s, block_s + BLOCK_S)
                for part in self._parts(readings)
            ]
            self._strangers = self._strangers or {stream: key for stream, key, _ in pool}
            block_s += BLOCK_S
            self._draw.shuffle(pool)
            for stream, key, readings in pool:
                yield from self._due()
                yield from self._next(stream, key, readings)

    def _next(self, stream: str, key: str, readings: list[dict[str, Any]]) -> Iterator[Parcel]:
        """Send a message now or later, and put by what repeats, disagrees with or spoils it."""
        whole = readings[0] if len(readings) == 1 else readings
        one = parcel(stream, key, msgspec.json.encode(whole))
        chance = self._draw.random(4)
        if chance[0] < LATE_RATIO:
            self._put_by(one, 1)
            return
        yield from self._send(one)
        if chance[1] < REPEATED_RATIO:
            self._put_by(one, 1)
        base = Base(stream, key, readings[0], self._stranger(stream))
        if chance[2] < GARBAGE_RATIO:
            yield from self._send(KINDS[self._draw.integers(len(KINDS))](base, next(self._garbage)))
        if chance[3] < CONFLICT_RATIO and (other := conflict(base)):
            # Not before the broker has acknowledged what it disagrees with: the first of the two is to be stored.
            self._put_by(other, 2 * WINDOW)

    def _send(self, one: Parcel) -> Iterator[Parcel]:
        if one.readings <= (self._left or (LATEST if self._goes_on() else 0)):
            self._left = max(0, self._left - one.readings)
            self._sent += 1
            yield one

    def _put_by(self, one: Parcel, earliest: int) -> None:
        due = self._sent + int(self._draw.integers(earliest, LATEST))
        heapq.heappush(self._later, (due, next(self._ties), one))

    def _due(self) -> Iterator[Parcel]:
        while self._later and self._later[0][0] <= self._sent:
            yield from self._send(heapq.heappop(self._later)[2])

    def _parts(self, readings: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
        """Cut a sensor's readings into messages, most of a single reading."""
        first = 0
        while first < len(readings):
            chance = self._draw.random()
            longest = 60 if chance < LONG_ARRAY_RATIO else 10 if chance < ARRAY_RATIO else 1
            size = int(self._draw.integers(1, longest + 1))
            yield readings[first : first + size]
            first += size

    def _stranger(self, stream: str) -> str:
        """Find a sensor of another stream."""
        others: Mapping[str, str] = self._strangers
        return next(key for other, key in others.items() if other != stream)
