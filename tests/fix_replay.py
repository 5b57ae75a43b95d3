"""A replay without a broker: a clock that only sleeping moves, and recordings of events."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from simulators import recording
from simulators.recording import Recording


class World:
    """A clock that only sleeping moves, and a broker that writes down what arrives when."""

    def __init__(self) -> None:
        self.now_s = 50.0
        self.messages: list[tuple[float, str, int]] = []

    def clock(self) -> float:
        """Give the time [s]."""
        return self.now_s

    async def sleep(self, pause_s: float) -> None:
        """Let time pass [s]."""
        self.now_s += pause_s

    async def publish(self, stream: str, key: str, payload: bytes) -> None:
        """Write down a message with the number of its readings."""
        assert stream == "signal"
        content = msgspec.json.decode(payload)
        self.messages.append((round(self.now_s, 3), key, len(content) if isinstance(content, list) else 1))


def events(folder: Path, moments: Sequence[tuple[str, float]]) -> Recording:
    """Make a recording of events: sensor and seconds after the start."""
    path = folder / "r.jsonl"
    lines = [
        msgspec.json.encode({"sensor": key, "time": f"2026-07-01T10:{int(at) // 60:02}:{at % 60:04.1f}Z", "code": 1})
        for key, at in moments
    ]
    path.write_bytes(b"\n".join(lines))
    return recording.read(path, "signal")
