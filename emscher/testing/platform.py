"""The platform of a test: ingest on a broker and a store, processing when it is asked for, in a thread of its own.

Ingest, processing and the simulators bring their part along by the entry-point group ``emscher.testing``, so that this
module, at the bottom of the house, imports none of them.
"""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future
from importlib.metadata import entry_points
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import msgspec

from emscher import city
from emscher.embedded import EmbeddedBroker
from emscher.errors import SettingError
from emscher.settings import Settings
from emscher.store.pool import connect
from emscher.testing.clock import Clock

GROUP = "emscher.testing"

T = TypeVar("T")


def at_broker(settings: Settings, broker: EmbeddedBroker) -> Settings:
    """Give settings with topics and a session of their own at a broker."""
    name = f"test-{secrets.token_hex(6)}"
    return settings.model_copy(
        update={
            "mqtt_host": "127.0.0.1",
            "mqtt_port": broker.port,
            "mqtt_protocol": broker.protocol,
            "mqtt_username": None,
            "mqtt_tls": False,
            "mqtt_topic_prefix": name,
            "mqtt_client_id": name,
        }
    )


class Platform:
    """Broker, ingest, store and processing; used as a context.

    Parameters
    ----------
    settings : Settings
        Where broker and store are.
    clock : Clock
        The time of day that ingest and processing go by.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self.readings_sent = 0
        """Readings sent so far [1]."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="emscher-platform")
        self._end = asyncio.Event()
        self._running: Future[None] | None = None
        self._intake: Any = None
        self._compute: Any = None
        self._player: Any = None

    def __enter__(self) -> Self:
        self._thread.start()
        begun: Future[None] = Future()
        self._running = asyncio.run_coroutine_threadsafe(self._run(begun), self._loop)
        self._running.add_done_callback(lambda done: _tell(begun, done))
        try:
            begun.result()
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._loop.call_soon_threadsafe(self._end.set)
            if self._running is not None:
                self._running.result()
        finally:
            self._close()

    def city(self, name: str | Path) -> None:
        """Load sites and sensors: a city that ships, or a GeoJSON file."""
        described = city.read(str(name))

        async def write() -> None:
            async with await connect(self.settings, "writer", autocommit=True) as connection:
                await city.write(connection, described)

        self._do(write())

    def publish(self, stream: str, key: str, *readings: Mapping[str, Any] | bytes) -> None:
        """Publish readings of a sensor, a message each; bytes go as they are."""

        async def send() -> None:
            for one in readings:
                await self._player.publish(stream, key, one if isinstance(one, bytes) else msgspec.json.encode(one))
            await self._player.drain()

        self._do(send())
        self.readings_sent = self._player.readings

    def replay(
        self,
        file: str | Path,
        stream: str | None = None,
        mapping: str | None = None,
        *,
        shift: str = "none",
        faults: str | Path | None = None,
    ) -> list[dict[str, Any]]:
        """Replay a recording as `emscher replay` does, at full speed.

        Parameters
        ----------
        file : str or Path
            Newline JSON, CSV or Parquet.
        stream, mapping : str, optional
            What the file is of, and what its columns mean.
        shift : str, optional
            ``none``, ``now`` (by the clock of the test), or a duration like ``7d``.
        faults : str or Path, optional
            Recipe of faults to put in.

        Returns
        -------
        list of dict
            What faults were put in.
        """
        recipe = None if faults is None else Path(faults)
        records = self._do(self._player.replay(Path(file), stream, mapping, shift, recipe, self.clock()))
        self.readings_sent = self._player.readings
        return list(records)

    def settle(self) -> None:
        """Wait until ingest has taken in everything that was sent, then compute everything that is due."""

        async def wait() -> None:
            await self._intake.until(self._player.readings)
            await self._compute()

        self._do(wait())

    def rows(self, query: str, **values: object) -> list[tuple[Any, ...]]:
        """Read from the store, in the reader's role."""

        async def read() -> list[tuple[Any, ...]]:
            async with await connect(self.settings, "reader", autocommit=True) as connection:
                return await (await connection.execute(query.encode(), values)).fetchall()

        return self._do(read())

    async def _run(self, begun: Future[None]) -> None:
        """Keep ingest, processing and the publisher until the end."""
        parts = _parts()
        async with (
            parts["ingest"](self.settings, self.clock) as self._intake,
            parts["process"](self.settings, self.clock) as self._compute,
            parts["replay"](self.settings) as self._player,
        ):
            begun.set_result(None)
            await self._end.wait()

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def _tell(begun: Future[None], done: Future[None]) -> None:
    """Tell whoever waits for the beginning that there will be none."""
    if not begun.done():
        begun.set_exception(done.exception() or SettingError("The platform ended before it had begun."))


def _parts() -> Mapping[str, Callable[..., Any]]:
    """Load what the folders bring along.

    Raises
    ------
    SettingError
        The distribution that is installed knows none.
    """
    found = {one.name: one for one in entry_points(group=GROUP)}
    if missing := {"ingest", "process", "replay"} - found.keys():
        raise SettingError(f"The entry points {GROUP} lack {', '.join(sorted(missing))}.", "Install Emscher again.")
    return {name: one.load() for name, one in found.items()}
