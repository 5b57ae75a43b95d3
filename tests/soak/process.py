"""The process under the saw: ``emscher ingest``, started again whenever it ends, its log kept."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import msgspec

from emscher.embedded.guard import Guard
from emscher.embedded.program import Program
from emscher.settings import PREFIX, Settings
from soak.failure import SoakError
from soak.garbage import PAYLOAD_LIMIT_BYTES

TOLD = b"emscher: "
NO_LOG = "no log"
"""Level of a line that is no log line."""
MISSING = 2
"""Exit status where a server was away at the start."""
PAUSE_S = 0.2
POLL_S = 0.01
PATIENCE_S = 180.0
ARGV = (sys.executable, "-m", "emscher", "ingest")


class IngestProcess:
    """Keeps one ingest running until the context ends.

    Parameters
    ----------
    settings : Settings
        Where broker and database are.
    folder : Path
        Where its log lies.
    """

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._environment = {
            **os.environ,
            f"{PREFIX}DATABASE_URL": settings.database_url.get_secret_value(),
            f"{PREFIX}MQTT_PORT": str(settings.mqtt_port),
            f"{PREFIX}INGEST_PAYLOAD_LIMIT_BYTES": str(PAYLOAD_LIMIT_BYTES),
            # The verdict reads every refusal, so all of them are kept.
            f"{PREFIX}QUARANTINE_ROWS_PER_SENSOR": "100000",
            f"{PREFIX}LOG_FORMAT": "json",
            f"{PREFIX}LOG_LEVEL": "INFO",
        }
        self._log = folder / "ingest.log"
        self._guard = Guard(folder)
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self.exits: Counter[int] = Counter()

    async def __aenter__(self) -> Self:
        self._log.touch()
        self._guard.__enter__()
        self._keeper = asyncio.create_task(self._keep())
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()
        self._guard.__exit__(None, None, None)

    async def kill(self) -> None:
        """Kill it outright, as soon as it runs."""
        status = 0
        while status != -signal.SIGKILL:
            await asyncio.sleep(POLL_S)
            if (process := self._process) is not None and process.returncode is None:
                # Not by its own method, which would take its exit status away from who waits for it.
                with suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGKILL)
                status = await process.wait()

    @property
    def unmeant_ends(self) -> dict[int, int]:
        """How often it ended by itself, by status; that a server was away at its start is no fault of it."""
        return {status: times for status, times in self.exits.items() if status not in (-signal.SIGKILL, MISSING)}

    async def said(self, words: str, since: int = 0) -> None:
        """Wait until some words stand in its log, after so many lines.

        Raises
        ------
        SoakError
            They do not.
        """
        until_s = time.monotonic() + PATIENCE_S
        while not any(words in str(line) for line in self.lines()[since:]):
            if time.monotonic() > until_s:
                raise SoakError(f"ingest did not say {words!r} but {self.lines()[-1:]}")
            await asyncio.sleep(PAUSE_S)

    def lines(self) -> list[dict[str, Any]]:
        """Give its log, of all its lives; what is no JSON as the text it is."""
        found = []
        for line in self._log.read_bytes().splitlines():
            try:
                found.append(msgspec.json.decode(line, type=dict[str, Any]))
            except msgspec.DecodeError:
                # One line for the operator; else a traceback, or a line that a kill cut short.
                level = "told" if line.startswith(TOLD) else NO_LOG
                found.append({"level": level, "event": line.decode(errors="replace")})
        return found

    async def _keep(self) -> None:
        program = Program("ingest", ARGV, self._environment)
        while True:
            with self._log.open("ab") as log:
                self._process = await asyncio.create_subprocess_exec(
                    *ARGV, env=self._guard.environment(program), stdout=log, stderr=log
                )
            self._guard.watch(self._process.pid, program)
            status = await self._process.wait()
            self._guard.forget(self._process.pid)
            self.exits[status] += 1
            await asyncio.sleep(PAUSE_S)
