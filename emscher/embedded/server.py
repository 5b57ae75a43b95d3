"""An embedded server: what the demo supervises, and what a test starts and stops as a context manager."""

from __future__ import annotations

import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import Self

from emscher.embedded.guard import Guard
from emscher.embedded.log import ProgramLog
from emscher.embedded.program import Program
from emscher.errors import OperatorError

PAUSE_S = 0.05


class EmbeddedServer(ABC):
    """A server that runs from a folder of its own.

    Parameters
    ----------
    data_dir : Path
        Folder that holds the server's folder and ``logs``.
    """

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir.resolve()
        self._guard: Guard | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def prepare(self) -> tuple[str, ...]:
        """Lay out folder and configuration, stop a server a killed process left; gives notes for the operator."""

    @abstractmethod
    def program(self) -> Program:
        """Give what to run, once prepared."""

    def start(self) -> None:
        """Prepare, run and wait until it serves.

        Raises
        ------
        OperatorError
            It ended, or did not serve in time; the text names its log.
        """
        self.prepare()
        program = self.program()
        log = ProgramLog(self.data_dir / "logs", program.name)
        self._guard = Guard(self.data_dir).__enter__()
        with log.open() as output:
            self._process = subprocess.Popen(  # noqa: S603 - a program of ours
                program.argv,
                env=self._guard.environment(program),
                user=program.user,
                group=program.user,
                extra_groups=None if program.user is None else [],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self._guard.watch(self._process.pid, program)
        until = time.monotonic() + program.ready_within_s
        while program.ready is not None and not program.ready():
            if self._process.poll() is not None or time.monotonic() > until:
                self.stop()
                raise OperatorError(f"{program.name} did not start: {log.last_line()}", f"Its log is {log.path}.")
            time.sleep(PAUSE_S)

    def stop(self) -> None:
        """Ask it to end, wait, kill it if it does not."""
        if self._process is not None:
            program = self.program()
            self._process.send_signal(program.stop_signal)
            try:
                self._process.wait(program.grace_s)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        if self._guard is not None:
            self._guard.__exit__(None, None, None)
            self._guard = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
