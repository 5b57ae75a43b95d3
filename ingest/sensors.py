"""The sensors ingest knows: key to number and stream, looked up once and remembered for a while."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from psycopg.types.json import Jsonb

from emscher import privacy
from emscher.rejection import Reason, RejectedError
from emscher.settings import Settings
from emscher.store.pool import Connection
from emscher.store.query import queries
from emscher.stream import Stream
from ingest.sources import Sources

log = structlog.stdlib.get_logger()

REMEMBERED_S = 30.0
"""After this long everything is looked up anew, so that a change to the city reaches ingest [s]."""

_SQL = queries("ingest")


@dataclass(frozen=True, slots=True)
class Known:
    """A sensor of the store."""

    sensor_id: int
    stream: str
    facts: Mapping[str, Any]


class Sensors:
    """Looks sensors up, and registers or refuses those nobody configured.

    Parameters
    ----------
    settings : Settings
        ``ingest_unknown_sensor`` decides about unknown sensors, and by default the stream does.
    monotonic : callable
        Clock that never jumps [s].
    """

    def __init__(self, settings: Settings, monotonic: Callable[[], float]) -> None:
        self._unknown = settings.ingest_unknown_sensor
        self._monotonic = monotonic
        self._known: dict[str, Known] = {}
        self._forget_at_s = 0.0
        self.sources = Sources(monotonic)

    async def look_up(self, connection: Connection, stream: Stream, said: Mapping[str, Mapping[str, Any]]) -> None:
        """Make sure that the sensors of a stream's readings are remembered, registering those that are new.

        Parameters
        ----------
        connection : Connection
            Outside a transaction: what is registered stays, whatever becomes of the batch.
        stream : Stream
            The stream the readings came on.
        said : mapping
            Sensor key to what its readings say of it (:attr:`Stream.facts`).
        """
        if self._monotonic() >= self._forget_at_s:
            self._known.clear()
            self._forget_at_s = self._monotonic() + REMEMBERED_S
        await self._read(connection, [key for key in said if key not in self._known])
        if self._registers(stream):
            new = [key for key in said if key not in self._known and not privacy.holds_identifier(key.encode())]
            if new:
                await self._register(connection, stream, {key: said[key] for key in new})
        await self._complete(connection, stream, said)

    def forget(self) -> None:
        """Forget everything, for instance what was registered in a transaction that is undone."""
        self._known.clear()

    def check(self, stream: Stream, key: str, facts: Mapping[str, Any]) -> int | RejectedError:
        """Give a reading's sensor number, or the reason to refuse the reading."""
        known = self._known.get(key)
        if known is None:
            if privacy.holds_identifier(key.encode()):
                return RejectedError(Reason.PERSONAL_DATA, "the sensor key looks like the address of a device")
            return RejectedError(
                Reason.UNKNOWN_SENSOR,
                "no such sensor is configured; describe it in the city, or EMSCHER_INGEST_UNKNOWN_SENSOR=register",
            )
        if known.stream != stream.name:
            return RejectedError(Reason.WRONG_STREAM, f"this sensor belongs to the stream {known.stream}")
        for name, value in facts.items():
            if known.facts.get(name, value) != value:
                return RejectedError(
                    Reason.SENSOR_MISMATCH,
                    f"`{name}` is {known.facts[name]!r} in the register, {value!r} in the reading",
                )
        return known.sensor_id

    def _registers(self, stream: Stream) -> bool:
        return self._unknown == "register" or (self._unknown == "by_stream" and not stream.listed)

    async def _read(self, connection: Connection, keys: Iterable[str]) -> None:
        wanted = list(keys)
        if wanted:
            cursor = await connection.execute(_SQL["known_sensors"].statement, {"keys": wanted})
            self._known.update(
                {key: Known(number, stream, facts) for key, number, stream, facts in await cursor.fetchall()}
            )

    async def _register(self, connection: Connection, stream: Stream, new: Mapping[str, Mapping[str, Any]]) -> None:
        await connection.execute(
            _SQL["register_sensors"].statement,
            {"keys": list(new), "stream": stream.name, "metadata": [Jsonb(dict(facts)) for facts in new.values()]},
        )
        await self._read(connection, new)
        log.info("unconfigured sensors registered", stream=stream.name, count=len(new))

    async def _complete(self, connection: Connection, stream: Stream, said: Mapping[str, Mapping[str, Any]]) -> None:
        """Write down what a sensor says of itself and nobody had configured."""
        if not stream.facts:
            return
        for key, facts in said.items():
            known = self._known.get(key)
            if known is None or known.stream != stream.name:
                continue
            more = {name: value for name, value in facts.items() if name not in known.facts}
            if more:
                cursor = await connection.execute(
                    _SQL["complete_sensor"].statement, {"sensor_id": known.sensor_id, "facts": Jsonb(more)}
                )
                row = await cursor.fetchone()
                self._known[key] = Known(known.sensor_id, known.stream, row[0] if row else {**known.facts, **more})
