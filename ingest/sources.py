"""Whose reading a foreign message is: the sensors' sources, read from the register once in a while."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import structlog

from emscher.source import Source, sources_of
from emscher.store.pool import Connection
from emscher.store.query import queries
from emscher.stream import Stream
from emscher.streams import streams

log = structlog.stdlib.get_logger()

REMEMBERED_S = 30.0
"""After this long they are read anew, so that a change to the city reaches ingest [s]."""

_SQL = queries("ingest")


@dataclass(frozen=True, slots=True)
class Use:
    """A sensor that takes its readings from a source."""

    sensor_key: str
    stream: Stream
    source: Source


class Sources:
    """Remembers which sensors a datastream or a device speaks for.

    Parameters
    ----------
    monotonic : callable
        Clock that never jumps [s].
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._uses: dict[tuple[str, str], list[Use]] = {}
        self._read_again_at_s = float("-inf")

    async def refresh(self, connection: Connection) -> None:
        """Read the sources if they were not read lately."""
        if self._monotonic() < self._read_again_at_s:
            return
        cursor = await connection.execute(_SQL["sources"].statement)
        self.take(await cursor.fetchall())
        self._read_again_at_s = self._monotonic() + REMEMBERED_S

    def take(self, rows: Iterable[tuple[str, str, Mapping[str, Any]]]) -> None:
        """Take sensors in: key, name of the stream, metadata; one whose source has no known form is left out."""
        uses: defaultdict[tuple[str, str], list[Use]] = defaultdict(list)
        for key, stream, metadata in rows:
            try:
                found = sources_of(metadata)
            except msgspec.ValidationError as exc:
                log.warning("a sensor's source has no known form and is not used", sensor=key, why=str(exc))
                continue
            for one in found:
                uses[one.dialect, str(one.name)].append(Use(key, streams()[stream], one))
        self._uses = dict(uses)

    def of(self, dialect: str, name: str) -> Sequence[Use]:
        """Give the sensors that a source speaks for."""
        return self._uses.get((dialect, name), ())
