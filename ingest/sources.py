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
from ingest.dialect import Foreign
from ingest.dialects import dialects

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
        self._complained: set[str] = set()

    async def refresh(self, connection: Connection) -> None:
        """Read the sources if they were not read lately."""
        if self._monotonic() < self._read_again_at_s:
            return
        cursor = await connection.execute(_SQL["sources"].statement)
        self.take(await cursor.fetchall())
        self._read_again_at_s = self._monotonic() + REMEMBERED_S

    def take(self, rows: Iterable[tuple[str, str, Mapping[str, Any]]]) -> None:
        """Take sensors in: key, name of the stream, metadata; a source of no known form is left out."""
        uses: defaultdict[tuple[str, str], list[Use]] = defaultdict(list)
        for key, name, metadata in rows:
            if (stream := streams().get(name)) is not None:
                for one in self._sources_of(key, metadata):
                    uses[one.dialect, str(one.name)].append(Use(key, stream, one))
        self._uses = dict(uses)

    def _sources_of(self, key: str, metadata: Mapping[str, Any]) -> Sequence[Source]:
        """Give a sensor's sources, none where nobody could use them; said once."""
        try:
            found = sources_of(metadata)
            unknown = [one.dialect for one in found if not isinstance(dialects().get(one.dialect), Foreign)]
            why = f"no such dialect: {', '.join(unknown)}" if unknown else ""
        except msgspec.ValidationError as exc:
            found, why = [], str(exc)
        if why and key not in self._complained:
            log.warning("a sensor's source cannot be used", sensor=key, why=why)
            self._complained.add(key)
        return found

    def of(self, dialect: str, name: str) -> Sequence[Use]:
        """Give the sensors that a source speaks for."""
        return self._uses.get((dialect, name), ())
