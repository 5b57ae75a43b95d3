"""Recorded messages of the dialects, each with the sensors of the city it is about and the readings it means."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from ingest.sources import Sources

FOLDER = Path(__file__).parent / "samples" / "dialects"
Row = tuple[str, str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class DialectSample:
    """A message below our prefix, and what it means."""

    topic: str
    payload: bytes
    sensors: list[dict[str, Any]]
    readings: list[dict[str, Any]]

    @property
    def rows(self) -> list[Row]:
        """The sensors as the register has them: key, stream, metadata."""
        return [(one["key"], one["stream"], {"source": one["source"]}) for one in self.sensors]


class _Line(msgspec.Struct, forbid_unknown_fields=True):
    topic: str
    payload: msgspec.Raw
    sensors: list[dict[str, Any]]
    readings: list[dict[str, Any]]


def dialect_samples(name: str) -> list[DialectSample]:
    """Recorded messages of a dialect."""
    lines = (FOLDER / f"{name}.jsonl").read_bytes().splitlines()
    found = (msgspec.json.decode(line, type=_Line) for line in lines)
    return [DialectSample(one.topic, bytes(one.payload), one.sensors, one.readings) for one in found]


def sources_of_samples(*samples: DialectSample) -> Sources:
    """The sources that the sensors of samples name, a sensor's once."""
    rows = {key: (key, stream, metadata) for one in samples for key, stream, metadata in one.rows}
    sources = Sources(lambda: 0.0)
    sources.take(rows.values())
    return sources
