"""The platform of the demo: which programs, in which order, and what is told of them."""

from __future__ import annotations

import asyncio
import http.client
import math
import os
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import psycopg

from emscher.embedded import milestones
from emscher.embedded.broker import EmbeddedBroker
from emscher.embedded.folder import DataFolder
from emscher.embedded.milestones import Milestones
from emscher.embedded.port import in_url, reachable
from emscher.embedded.postgres import EmbeddedPostgres
from emscher.embedded.program import Program
from emscher.settings import PREFIX, Settings
from emscher.supervisor import Supervisor

# A test bench replays recordings of years ago.
HISTORY_DAYS = 5840
HISTORY_HOURS = 24
HOUR_S = 3600
POLL_S = 0.25
APPLICATION_RANK = 2

Answer = TypeVar("Answer")


class Platform:
    """Begins the platform under a supervisor, which ends it.

    Parameters
    ----------
    settings : Settings
        What the user set.
    folder : DataFolder
        Where everything lies.
    supervisor : Supervisor
        Runs the programs.
    say : callable
        Gets each line that a person should read.
    empty : bool
        Without the pretend city.
    began_s : float
        Monotonic time at which the demo began [s].
    """

    def __init__(
        self,
        settings: Settings,
        folder: DataFolder,
        supervisor: Supervisor,
        say: Callable[[str], None],
        *,
        empty: bool,
        began_s: float,
    ) -> None:
        self._settings = settings
        self._folder = folder
        self._supervisor = supervisor
        self._say = say
        self._empty = empty
        self._began_s = began_s
        self._postgres = EmbeddedPostgres(folder.path)
        self._broker = EmbeddedBroker(folder.path, settings.mqtt_port)
        self._milestones = Milestones(self._postgres.url)

    async def begin(self, *, fresh: bool) -> None:
        """Start everything and tell how far it is; returns once there is nothing more to tell.

        Raises
        ------
        OperatorError
            A program cannot start.
        """
        if fresh:
            await asyncio.to_thread(self._postgres.stop_leftover)
            await asyncio.to_thread(self._folder.clear)
        await asyncio.gather(self._start_postgres(), self._start_broker())
        self._folder.write_environment(self.environment())
        await self._run("migrate")
        self._say("schema up to date")
        if not self._empty:
            await self._run("city", "load")
            self._say(f"city loaded: {self._settings.city}")
        before = await asyncio.to_thread(self._milestones.readings_received)
        known = await asyncio.to_thread(self._milestones.any_indicator)
        hours = await asyncio.to_thread(self._history_hours)
        # Ingest must be listening before anything is published: a broker keeps messages only for a session it knows.
        await asyncio.gather(
            self._supervisor.start(self._program("ingest", ready=self._ingest_listens)),
            self._supervisor.start(self._program("process")),
            self._supervisor.start(self._program("api", ready=self._api_answers)),
        )
        self._say("ingest, processing and API up")
        if not self._empty:
            await self._supervisor.start(self._program("simulate", "--history-hours", str(hours)))
            self._say(f"pretend city up; it sends its last {hours} h at full speed, then live")
        self._say(self._addresses())
        if not self._empty:
            await self._tell_milestones(before, known=known)

    def environment(self) -> dict[str, str]:
        """Give the variables that make a process work with this platform."""
        chosen = self._settings.model_fields_set
        variables = {
            "DATABASE_URL": self._postgres.url,
            "DATABASE_FLAVOUR": "auto",
            "MQTT_HOST": "127.0.0.1",
            "MQTT_PORT": str(self._broker.port),
            "MQTT_PROTOCOL": self._broker.protocol,
            "DATA_DIR": str(self._folder.path),
            "HISTORY_DAYS": str(self._settings.history_days if "history_days" in chosen else HISTORY_DAYS),
            "API_HOST": self._settings.api_host,
            "API_PORT": str(self._settings.api_port),
        }
        if self._settings.api_key is None:
            variables["API_KEY"] = self._folder.api_key()
        return {PREFIX + name: value for name, value in variables.items()}

    async def _start_postgres(self) -> None:
        for note in await asyncio.to_thread(self._postgres.prepare):
            self._say(note)
        await self._supervisor.start(self._postgres.program())
        self._say("PostgreSQL up")

    async def _start_broker(self) -> None:
        await asyncio.to_thread(self._broker.prepare)
        await self._supervisor.start(self._broker.program())
        self._say(f"broker up: {self._broker.kind} ({self._broker.caveat})")

    async def _run(self, *command: str) -> None:
        await self._supervisor.run(self._program(*command))

    def _program(self, *command: str, ready: Callable[[], bool] | None = None) -> Program:
        """Give a subcommand as a program, its log as JSON lines, of which milestones are read."""
        logged = {f"{PREFIX}LOG_FORMAT": "json"}
        if self._settings.log_level != "DEBUG":
            logged[f"{PREFIX}LOG_LEVEL"] = "INFO"
        return Program(
            name=command[0],
            argv=(sys.executable, "-m", "emscher", *command),
            env={**os.environ, **self.environment(), **logged},
            ready=ready,
            rank=APPLICATION_RANK,
        )

    def _history_hours(self) -> int:
        """Give how much of its past the pretend city should send: what the store does not have, at most a day [h]."""
        newest = self._milestones.newest_reading()
        if newest is None or not self._folder.history_is_whole:
            return HISTORY_HOURS
        gap_h = (datetime.now(UTC) - newest).total_seconds() / HOUR_S
        # One more, because the city sends hour by hour and may have been ended within one.
        return min(HISTORY_HOURS, max(1, math.ceil(gap_h) + 1))

    def _ingest_listens(self) -> bool:
        return milestones.event(self._supervisor.log("ingest"), milestones.LISTENING) is not None

    def _api_answers(self) -> bool:
        connection = http.client.HTTPConnection(reachable(self._settings.api_host), self._settings.api_port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    async def _tell_milestones(self, before: int, *, known: bool) -> None:
        if not known:
            await _answer(lambda: self._milestones.any_indicator() or None)
            self._say(f"first indicator after {time.monotonic() - self._began_s:.1f} s")
        log = self._supervisor.log("simulate")
        sent = int((await _answer(lambda: milestones.event(log, milestones.HISTORY_SENT))).get("readings", 0))
        await _answer(lambda: self._milestones.readings_received() >= before + sent or None)
        last = await _answer(self._milestones.last_due)
        await _answer(lambda: self._milestones.still_due(last) == 0 or None)
        self._folder.note_whole_history()
        took_s = time.monotonic() - self._began_s
        self._say(f"history whole after {took_s:.1f} s: {sent:,} readings stored and computed")

    def _addresses(self) -> str:
        base = f"http://{in_url(reachable(self._settings.api_host))}:{self._settings.api_port}"
        prefix = self._settings.mqtt_topic_prefix
        made = f"{self._folder.api_key()}  (in {self._folder.path}/api-key)"
        key = "the one you set" if self._settings.api_key else made
        publish = "mosquitto_pub"
        if shutil.which(publish) is None:
            publish = f"{Path(sys.executable).with_name('amqtt_pub')} --url mqtt://127.0.0.1:{self._broker.port}"
        else:
            publish += f" -p {self._broker.port}"
        reading = '{"end": "\'$(date -u +%Y-%m-%dT%H:%M:00Z)\'", "interval_s": 60, "count": 7}'
        command = Path(sys.executable).with_name("emscher")
        return f"""Emscher is up

    The city            {base}/
    The API             {base}/docs
    Newest readings     {base}/v1/latest
    Indicators          {base}/v1/indicators
    Key for the rest    {key}

    Publish a reading   {publish} -q 1 -t {prefix}/traffic/my-lane -m '{reading}'
    Look into the store {self._postgres.psql} '{self._postgres.url}'
    From another shell  set -a; . {self._folder.path}/demo.env; set +a; {command} --help
    Logs                {self._folder.path}/logs

    Ctrl-C ends everything and keeps the data; `emscher demo` goes on, `emscher demo --fresh` begins anew.
"""


async def _answer(ask: Callable[[], Answer | None]) -> Answer:
    """Ask until there is an answer; a database that is just restarting is asked again."""
    while True:
        with suppress(psycopg.OperationalError):
            if (answer := await asyncio.to_thread(ask)) is not None:
                return answer
        await asyncio.sleep(POLL_S)
