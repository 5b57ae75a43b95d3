"""What can be replayed: a recording that is read, or the store, which is read while it is sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from simulators.recording import Recording


class Tape(Protocol):
    """Readings in order of the time at which they become known, part by part."""

    @property
    def span_us(self) -> tuple[int, int]:
        """When the first and the last reading become known [us since 1970]."""

    @property
    def count(self) -> int:
        """How many readings there are [1]."""

    @property
    def streams(self) -> frozenset[str]:
        """Of which streams they are."""

    def parts(self) -> AsyncIterator[Recording]:
        """Read from the beginning; each part goes on where the one before ended."""


@dataclass(frozen=True, slots=True)
class Read:
    """A recording that is in memory as a whole."""

    recording: Recording

    @property
    def span_us(self) -> tuple[int, int]:
        """When the first and the last reading become known [us since 1970]."""
        return self.recording.span_us

    @property
    def count(self) -> int:
        """How many readings there are [1]."""
        return int(self.recording.order.size)

    @property
    def streams(self) -> frozenset[str]:
        """Of which streams they are."""
        return frozenset(self.recording.streams)

    async def parts(self) -> AsyncIterator[Recording]:
        """Give all of it at once."""
        yield self.recording
