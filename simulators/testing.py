"""Publishing and replaying beside a test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from emscher.settings import Settings
from emscher.stream import SECOND_US
from simulators import recording
from simulators.counting import Counting
from simulators.course import course
from simulators.faults.inject import Faulty
from simulators.faults.recipe import load
from simulators.play import play
from simulators.publisher import Publisher
from simulators.tape import Read


class Player:
    """Sends to a broker and counts.

    Parameters
    ----------
    publisher : Publisher
        Open.
    """

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._sink = Counting(publisher)

    @property
    def readings(self) -> int:
        """Readings sent so far [1]."""
        return self._sink.readings

    async def publish(self, stream: str, key: str, payload: bytes) -> None:
        """Send one message."""
        await self._sink.publish(stream, key, payload)

    async def drain(self) -> None:
        """Wait until the broker has every message."""
        await self._publisher.drain()

    async def replay(
        self, file: Path, stream: str | None, mapping: str | None, shift: str, recipe: Path | None, now: datetime
    ) -> list[dict[str, Any]]:
        """Send a recording at full speed; give the faults that were put in."""
        tape = Read(recording.read(file, stream, mapping))
        planned = course(shift, 1, tape.streams, tape.span_us, None, round(now.timestamp() * SECOND_US))
        records: list[dict[str, Any]] = []
        if recipe is None:
            await play(tape, self._sink, planned, None)
        else:
            faulty = Faulty(self._sink, load(recipe), records.append)
            await play(tape, faulty, planned, None)
            await faulty.flush()
        await self._publisher.drain()
        return records


@asynccontextmanager
async def replaying(settings: Settings) -> AsyncIterator[Player]:
    """Give a player while the context lasts."""
    async with Publisher(settings) as publisher:
        yield Player(publisher)
