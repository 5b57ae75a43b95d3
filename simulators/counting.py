"""A sink that counts the readings it sends on."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from simulators.live import Sink

_decode = msgspec.json.Decoder(list[msgspec.Raw]).decode


@dataclass(slots=True)
class Counting:
    """Counts as ingest does: an array has as many readings as elements, anything else is one.

    Parameters
    ----------
    sink : Sink
        Where the messages go.
    readings : int, optional
        Readings so far [1].
    """

    sink: Sink
    readings: int = 0

    async def publish(self, stream: str, key: str, payload: bytes) -> None:
        """Send one message on."""
        try:
            self.readings += max(len(_decode(payload)), 1)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            self.readings += 1
        await self.sink.publish(stream, key, payload)
