"""Readings for tests: the recorded sample lines, and what it takes to write them without a broker."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import msgspec

from emscher.settings import Settings
from emscher.stream import SECOND_US
from ingest.accounting import Books
from ingest.batch import Batch, Decoder
from ingest.message import Message
from ingest.sensors import Sensors
from ingest.writer import Writer

SAMPLES = Path(__file__).parent / "samples"
RECEIVED_AT = datetime(2026, 1, 5, 8, 0, 30, tzinfo=UTC)
"""A moment after the samples at which tests receive them."""


def sample(stream: str) -> list[bytes]:
    """Lines recorded of a stream."""
    return (SAMPLES / f"{stream}.jsonl").read_bytes().splitlines()


def message(stream: str, key: str, payload: object) -> Message:
    """Make a message; what is no bytes is encoded as JSON."""
    content = payload if isinstance(payload, bytes) else msgspec.json.encode(payload)
    return Message(f"emscher/{stream}/{key}".encode(), content, 1, 1)


class Inlet:
    """Writes messages to a store as ingest does, at a moment of the test's own."""

    def __init__(self, settings: Settings, now: datetime = RECEIVED_AT) -> None:
        self.now = now
        self.writer = Writer(settings, Sensors(settings, lambda: 0.0), lambda: self.now)
        self._decoder = Decoder(settings, self.writer.sources)

    async def __aenter__(self) -> Self:
        await self.writer.open()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.writer.close()

    async def take(self, messages: Sequence[Message]) -> Books:
        """Write messages as one batch."""
        await self.writer.refresh()
        return await self.writer.write(self.decode(messages))

    def decode(self, messages: Sequence[Message]) -> Batch:
        """Take messages apart without writing them."""
        return self._decoder.decode(messages, round(self.now.timestamp() * SECOND_US))
