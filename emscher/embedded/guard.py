"""A guard: our end of the pipe to the warden, which ends our processes should we be killed."""

from __future__ import annotations

import subprocess
import sys
import uuid
from pathlib import Path
from types import TracebackType
from typing import Self

from emscher.embedded import warden
from emscher.embedded.program import Program

WAIT_S = 10.0


class Guard:
    """Reports processes to a warden of its own, from entering the context to leaving it.

    Parameters
    ----------
    folder : Path
        Folder whose processes these are; leftovers of an earlier guard of the same folder can be found by it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = f"{folder.resolve()}#"
        self._mark = f"{self._folder}{uuid.uuid4().hex}"
        self._warden: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        # -I -S: nothing of the user's environment, no site packages, 15 ms instead of 100.
        self._warden = subprocess.Popen(  # noqa: S603 - our own interpreter and our own file
            [sys.executable, "-I", "-S", warden.__file__, self._mark],
            stdin=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._warden is None:
            return
        try:
            self._warden.communicate(timeout=WAIT_S)
        except subprocess.TimeoutExpired:
            self._warden.kill()
            self._warden.communicate()
        self._warden = None

    def environment(self, program: Program) -> dict[str, str]:
        """Give a program's environment with the mark in it."""
        return {**program.env, warden.MARK: self._mark}

    def watch(self, pid: int, program: Program) -> None:
        """Report a process that has begun."""
        self._tell(f"+ {pid} {program.rank} {int(program.stop_signal)} {program.grace_s:g}")

    def forget(self, pid: int) -> None:
        """Report a process that has ended."""
        self._tell(f"- {pid}")

    def sweep(self) -> int:
        """End what an earlier guard of this folder left behind, for instance because its warden was killed too."""
        return warden.sweep(self._folder)

    def _tell(self, line: str) -> None:
        if self._warden is None or self._warden.stdin is None:
            return
        try:
            self._warden.stdin.write(f"{line}\n")
            self._warden.stdin.flush()
        except BrokenPipeError:
            # Without a warden the orderly stop still works; the next start sweeps.
            self._warden.stdin = None
