"""Put faults into what any source sends: a sink before the sink.

A fault goes by the readings' own time, and whether it meets a reading is a function of seed, fault, sensor and reading
alone. So the same recipe does the same to the same readings, however they are cut into messages.
"""

from __future__ import annotations

import hashlib
import heapq
import math
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from emscher.errors import RecordingError
from emscher.stream import SECOND_US
from simulators.faults.change import Reading, State, changed, garbage
from simulators.faults.kinds import (
    CounterReset,
    CounterWrap,
    Delay,
    Disorder,
    DropOut,
    Duplication,
    Garbage,
    Loss,
    Outage,
)
from simulators.faults.recipe import Ingredient, Recipe
from simulators.json_lines import EPOCH
from simulators.live import Sink
from simulators.recording import chosen

Record = dict[str, Any]

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


@dataclass(slots=True)
class _Fate:
    """What becomes of a reading on its way."""

    reading: Reading
    raw: bytes | None = None
    is_gone: bool = False
    again: int = 0
    release_us: int = 0
    places: int = 0


@dataclass(slots=True)
class _Line:
    """What is between one sensor and the broker: its faults, their memory, and what waits for readings to pass."""

    faults: tuple[Ingredient, ...]
    states: dict[int, State] = field(default_factory=dict)
    behind: list[tuple[int, Reading]] = field(default_factory=list)

    def put(self, out: list[Reading | msgspec.Raw], reading: Reading) -> None:
        """Put a reading into a message, and after it those that were to come so many readings later."""
        out.append(reading)
        waiting, self.behind = self.behind, []
        for places, late in waiting:
            if places == 1:
                out.append(late)
            else:
                self.behind.append((places - 1, late))


class Faulty:
    """A sink that sends on what it gets with the faults of a recipe.

    Parameters
    ----------
    sink : Sink
        Where the messages go.
    recipe : Recipe
        The faults.
    write : callable, optional
        Gets a record of each fault as it is put in.
    """

    def __init__(self, sink: Sink, recipe: Recipe, write: Callable[[Record], None] = lambda _: None) -> None:
        self._sink = sink
        self._recipe = recipe
        self._write = write
        self._lines: dict[tuple[str, str], _Line] = {}
        self._first_us: int | None = None
        self._now_us = 0
        self._held: list[tuple[int, int, tuple[str, str], bytes, bool]] = []
        self._number = 0
        self.readings = 0
        self.injected: Counter[str] = Counter()
        """How many readings each fault has met."""

    @property
    def told(self) -> str:
        """What was put in, in one line."""
        each = ", ".join(f"{name} {count:,}" for name, count in sorted(self.injected.items())) or "none"
        return f"Faults put into {self.readings:,} readings: {each}."

    async def publish(self, stream: str, key: str, payload: bytes) -> None:
        """Send one message on, or what the faults make of it."""
        content = _decode(payload)
        readings: list[Reading] = content if isinstance(content, list) else [content]
        line = self._line(stream, key)
        self.readings += len(readings)
        out: list[Reading | msgspec.Raw] = []
        for reading in readings:
            at_us = _latest_us(reading)
            if self._first_us is None:
                self._first_us = at_us
            self._now_us = max(self._now_us, at_us)
            out += await self._released(self._now_us, (stream, key))
            fate = self._meet(line, stream, key, reading, at_us)
            if fate is None:
                line.put(out, reading)
            elif not fate.is_gone:
                await self._send((stream, key), out, fate, line)
        if len(out) == len(readings) and all(one is other for one, other in zip(out, readings, strict=True)):
            await self._sink.publish(stream, key, payload)
        elif out:
            await self._sink.publish(stream, key, _encode(out if len(out) > 1 else out[0]))

    async def flush(self) -> None:
        """Send what is still held back; nothing comes any more."""
        await self._released(None, None)
        for (stream, key), line in self._lines.items():
            for _, reading in line.behind:
                await self._sink.publish(stream, key, _encode(reading))
            line.behind = []

    def _line(self, stream: str, key: str) -> _Line:
        found = self._lines.get((stream, key))
        if found is None:
            faults = tuple(one for one in self._recipe.faults if self._concerns(one, stream, key))
            found = self._lines[stream, key] = _Line(faults)
        return found

    def _concerns(self, one: Ingredient, stream: str, key: str) -> bool:
        wanted = chosen(stream, key, () if one.kind.stream is None else (one.kind.stream,), one.patterns)
        return wanted and self._chance(one.number, stream, key, b"share") < one.kind.share

    def _chance(self, number: int, stream: str, key: str, what: bytes) -> float:
        """Give a number from 0 to below 1 that is the same every time."""
        text = f"{self._recipe.seed}/{number}/{stream}/{key}/".encode() + what
        return int.from_bytes(hashlib.blake2b(text, digest_size=7).digest(), "big") / 2**56

    def _meet(self, line: _Line, stream: str, key: str, reading: Reading, at_us: int) -> _Fate | None:
        """Let every fault of a sensor act on a reading; None where none does."""
        fate: _Fate | None = None
        first_us = at_us if self._first_us is None else self._first_us
        for one in line.faults:
            if not one.span.holds(at_us, first_us):
                continue
            fate = fate or _Fate(reading)
            record = self._act(one, line, fate, (stream, key), at_us)
            if record is not None:
                self.injected[one.kind.name] += 1
                at = (EPOCH + timedelta(microseconds=at_us)).isoformat().replace("+00:00", "Z")
                head = {"fault": one.kind.name, "number": one.number, "stream": stream, "sensor": key, "at": at}
                self._write({**head, **record})
            if fate.is_gone:
                break
        return fate

    def _act(self, one: Ingredient, line: _Line, fate: _Fate, whose: tuple[str, str], at_us: int) -> Record | None:
        """Let one fault act on a reading; give what is to be written down where it did."""
        kind, since_us = one.kind, one.span.since_us(self._first_us or 0)
        what = _encode(fate.reading)
        if self._chance(one.number, *whose, what) >= getattr(kind, "probability", 1.0):
            return None
        record: Record | None = {}
        match kind:
            case Loss() | DropOut():
                fate.is_gone = True
            case Duplication():
                fate.again += kind.times
                record = {"times": kind.times}
            case Disorder():
                fate.places = kind.places
                record = {"places": kind.places}
            case Outage():
                fate.release_us = max(fate.release_us, one.span.until_us(self._first_us or 0))
            case Delay():
                delay_s = _delay_s(kind, self._chance(one.number, *whose, b"delay" + what))
                fate.release_us = max(fate.release_us, self._now_us + round(delay_s * SECOND_US))
                record = {"delay_s": round(delay_s, 3)}
            case Garbage():
                fate.raw = garbage(fate.reading, self._chance(one.number, *whose, b"form" + what))
                record = {"sent": fate.raw.decode("utf-8", "replace")}
            case _:
                record = _change(one, line, fate, at_us, since_us)
        return record

    async def _send(self, whose: tuple[str, str], out: list[Reading | msgspec.Raw], fate: _Fate, line: _Line) -> None:
        """Send one reading on its own way, or put it where it belongs in the message that goes out."""
        copies = 1 + fate.again
        if fate.release_us > self._now_us:
            payload = _encode(fate.reading) if fate.raw is None else fate.raw
            for _ in range(copies):
                self._number += 1
                heapq.heappush(self._held, (fate.release_us, self._number, whose, payload, fate.raw is None))
        elif fate.raw is not None:
            for _ in range(copies):
                await self._sink.publish(*whose, fate.raw)
        elif fate.places:
            line.behind += [(fate.places, fate.reading)] * copies
        else:
            for _ in range(copies):
                line.put(out, fate.reading)

    async def _released(self, until_us: int | None, whose: tuple[str, str] | None) -> list[msgspec.Raw]:
        """Send what was held back until a time, everything where there is none; give what one sensor is to send."""
        own: list[msgspec.Raw] = []
        while self._held and (until_us is None or self._held[0][0] <= until_us):
            _, _, of, payload, is_reading = heapq.heappop(self._held)
            if of == whose and is_reading:
                own.append(msgspec.Raw(payload))
            else:
                await self._sink.publish(*of, payload)
        return own


def _change(one: Ingredient, line: _Line, fate: _Fate, at_us: int, since_us: int) -> Record | None:
    """Let the sensor itself be faulty; of a counter the one step is written down, not every value after it."""
    state = line.states.setdefault(one.number, {})
    is_known = bool(state)
    before, reading = fate.reading, changed(one.kind, fate.reading, at_us, since_us, state)
    if reading is None:
        fate.is_gone = True
        return {}
    fate.reading = reading
    if reading == before or (is_known and isinstance(one.kind, CounterReset | CounterWrap)):
        return None
    return {"was": _differing(before, reading), "sent": _differing(reading, before)}


@contextmanager
def faulty(sink: Sink, recipe: Recipe | None, path: Path) -> Iterator[Sink]:
    """Give a sink with the faults of a recipe, which are written down line by line; the sink itself without one.

    Raises
    ------
    RecordingError
        The log cannot be written.
    """
    if recipe is None:
        yield sink
        return
    try:
        opened = path.open("wb")
    except OSError as exc:
        raise RecordingError(f"{path} cannot be written: {exc.strerror}.", "Mend --fault-log.") from exc
    with opened:
        yield Faulty(sink, recipe, lambda record: _note(opened.write, record))


def _note(write: Callable[[bytes], int], record: Record) -> None:
    write(_encode(record) + b"\n")


def _latest_us(reading: Reading) -> int:
    moment = datetime.fromisoformat(reading.get("time") or reading["end"])
    return (moment - EPOCH) // timedelta(microseconds=1)


def _delay_s(kind: Delay, chance: float) -> float:
    if kind.distribution == "constant":
        return min(kind.mean_s, kind.max_s)
    if kind.distribution == "uniform":
        return min(2 * kind.mean_s * chance, kind.max_s)
    return min(-kind.mean_s * math.log1p(-chance), kind.max_s)


def _differing(one: Reading, other: Reading) -> Reading:
    return {name: value for name, value in one.items() if name not in other or other[name] != value}
