"""The supervisor: starts programs, keeps them running, ends them in order, and leaves none behind.

Every program gets a session of its own, so that Ctrl-C in the terminal reaches the supervisor alone, which then ends
them in order. Should the supervisor be killed, its guard's warden ends them (:mod:`emscher.embedded.warden`).
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from emscher.embedded import warden
from emscher.embedded.guard import Guard
from emscher.embedded.log import OpenAir, ProgramLog
from emscher.embedded.program import Program
from emscher.errors import OperatorError

POLL_S = 0.05
PATIENCE_S = 10.0
BOUND_EVERY_S = 5.0
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
# A program that ran this long was healthy: its next restart is quick again.
HEALTHY_S = 60.0
LAST_GRACE_S = 0.5

Say = Callable[[str], None]
Sleep = Callable[[float], Awaitable[None]]
Clock = Callable[[], float]


class ProgramError(OperatorError):
    """A program ended, or did not become ready, before the platform could start."""


@dataclass(slots=True)
class _Running:
    program: Program
    log: ProgramLog | OpenAir
    process: asyncio.subprocess.Process
    since: float


class Supervisor:
    """Runs programs, from entering the context to leaving it.

    Parameters
    ----------
    folder : Path
        Folder the programs work for; their logs go to ``logs`` in it.
    say : callable
        Gets each line that a person should read.
    clock : callable, optional
        Monotonic time [s].
    sleep : callable, optional
        Waits so many seconds.
    """

    def __init__(self, folder: Path, say: Say, *, clock: Clock = time.monotonic, sleep: Sleep = asyncio.sleep) -> None:
        self._guard = Guard(folder)
        self._logs = folder / "logs"
        self._say = say
        self._clock = clock
        self._sleep = sleep
        self._running: dict[str, _Running] = {}
        self._keepers: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._guard.__enter__()
        if swept := await asyncio.to_thread(self._guard.sweep):
            self._say(f"ended {swept} processes that an earlier run left behind")
        self._keepers.append(asyncio.create_task(self._bound_logs()))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
        await asyncio.to_thread(self._guard.__exit__, kind, error, trace)

    def pids(self) -> dict[str, int]:
        """Give the process number of every program that runs, by name."""
        return {
            name: running.process.pid for name, running in self._running.items() if running.process.returncode is None
        }

    def log(self, name: str) -> Path:
        """Give the path of a program's log."""
        return self._logs / f"{name}.log"

    async def start(self, program: Program) -> None:
        """Start a program, wait until it is ready, and from then on restart it whenever it ends.

        Raises
        ------
        ProgramError
            It ended or did not become ready in time; the text carries the last line of its log.
        """
        running = await self._spawn(program, self._log_of(program))
        await self._until_ready(running)
        self._keepers.append(asyncio.create_task(self._keep(running)))

    async def run(self, program: Program) -> None:
        """Run a program to its end.

        Raises
        ------
        ProgramError
            It ended with another exit status than 0; the text carries the last line of its log.
        """
        running = await self._spawn(program, self._log_of(program))
        status = await running.process.wait()
        self._gone(running)
        if status:
            raise _failed(running)

    async def stop(self) -> None:
        """End every program, the highest rank first, and kill what does not end within its grace."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        self._keepers.clear()
        for rank in sorted({running.program.rank for running in self._running.values()}, reverse=True):
            same = [running for running in self._running.values() if running.program.rank == rank]
            await asyncio.gather(*(self._end(running) for running in same))

    def _log_of(self, program: Program) -> ProgramLog | OpenAir:
        return OpenAir() if program.speaks else ProgramLog(self._logs, program.name)

    async def _spawn(self, program: Program, log: ProgramLog | OpenAir) -> _Running:
        if program.before is not None:
            await asyncio.to_thread(program.before)
        # Only where it is needed: uvloop's subprocesses know nothing of users.
        user: dict[str, Any] = (
            {} if program.user is None else {"user": program.user, "group": program.user, "extra_groups": []}
        )
        with log.open() as output:
            process = await asyncio.create_subprocess_exec(
                *program.argv,
                env=self._guard.environment(program),
                **user,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self._guard.watch(process.pid, program)
        running = _Running(program, log, process, self._clock())
        self._running[program.name] = running
        return running

    async def _until_ready(self, running: _Running) -> None:
        program, began, said = running.program, self._clock(), self._clock()
        while program.ready is not None and not await asyncio.to_thread(program.ready):
            now = self._clock()
            if running.process.returncode is not None:
                break
            if now - began > program.ready_within_s:
                raise ProgramError(
                    f"{program.name} is not ready after {program.ready_within_s:.0f} s: {running.log.last_line()}",
                    f"Its log is {running.log.path}.",
                )
            if now - said > PATIENCE_S:
                self._say(f"waiting for {program.name} since {now - began:.0f} s: {running.log.last_line()}")
                said = now
            await self._sleep(POLL_S)
        if running.process.returncode is not None:
            self._gone(running)
            raise _failed(running)

    async def _keep(self, running: _Running) -> None:
        """Restart a program whenever it ends, after pauses that double as long as it does not stay up."""
        pause = FIRST_PAUSE_S
        while True:
            status = await running.process.wait()
            self._gone(running)
            if self._clock() - running.since > HEALTHY_S:
                pause = FIRST_PAUSE_S
            self._say(f"{running.program.name} ended ({_ending(status)}), restart in {pause:.0f} s")
            await self._sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)
            try:
                running = await self._spawn(running.program, running.log)
            except OSError as error:
                self._say(f"{running.program.name} cannot be started: {error}")

    async def _end(self, running: _Running) -> None:
        program, process = running.program, running.process
        asks: tuple[tuple[signal.Signals, float], ...] = ((program.stop_signal, program.grace_s),)
        if program.last_signal is not signal.SIGKILL:
            asks += ((program.last_signal, LAST_GRACE_S),)
        for number, grace_s in asks:
            warden.kill(process.pid, number)
            try:
                await asyncio.wait_for(process.wait(), grace_s)
                break
            except TimeoutError:
                self._say(f"{program.name} did not end within {grace_s:g} s of {number.name}")
        else:
            warden.kill(process.pid, signal.SIGKILL, group=True)
            await process.wait()
        self._gone(running)

    def _gone(self, running: _Running) -> None:
        """Forget a process that has ended, and end what it left of its own."""
        warden.kill_group(running.process.pid)
        self._guard.forget(running.process.pid)
        self._running.pop(running.program.name, None)

    async def _bound_logs(self) -> None:
        while True:
            await self._sleep(BOUND_EVERY_S)
            for running in list(self._running.values()):
                await asyncio.to_thread(running.log.bound)


def _failed(running: _Running) -> ProgramError:
    last = running.log.last_line().removeprefix("emscher: ")
    return ProgramError(
        f"{running.program.name} ended ({_ending(running.process.returncode)}): {last}",
        f"Its log is {running.log.path}.",
    )


def _ending(status: int | None) -> str:
    """Say how a process ended: ``exit status 2``, or ``signal SIGKILL``."""
    if status is not None and status < 0:
        return f"signal {signal.Signals(-status).name}"
    return f"exit status {status}"
