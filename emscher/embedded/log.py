"""The log of a program: a file that begins anew at each start, keeps the one before, and stays within a bound."""

from __future__ import annotations

import shutil
from contextlib import nullcontext
from pathlib import Path
from typing import BinaryIO

LIMIT_BYTES = 16 * 1024 * 1024
TAIL_BYTES = 8192
LINE_LENGTH = 400


class ProgramLog:
    """One program's log and its predecessor, ``<name>.log`` and ``<name>.log.1``.

    Parameters
    ----------
    folder : Path
        Where logs lie; made if it is not there.
    name : str
        Name of the program.
    limit_bytes : int, optional
        Size at which the log is moved aside [byte].
    """

    def __init__(self, folder: Path, name: str, limit_bytes: int = LIMIT_BYTES) -> None:
        self.path = folder / f"{name}.log"
        self._before = folder / f"{name}.log.1"
        self._limit_bytes = limit_bytes
        folder.mkdir(parents=True, exist_ok=True)
        if self.path.exists() and self.path.stat().st_size:
            self.path.replace(self._before)

    def open(self) -> BinaryIO:
        """Open for a program to write to; it appends, so that emptying the file needs nothing of the program."""
        return self.path.open("ab")

    def bound(self) -> bool:
        """Move the content aside if it is over the limit; says whether it did."""
        if not self.path.exists() or self.path.stat().st_size <= self._limit_bytes:
            return False
        shutil.copyfile(self.path, self._before)
        with self.path.open("r+b") as file:
            file.truncate(0)
        return True

    def last_line(self) -> str:
        """Give the last line that has words in it, without the frame some libraries draw around theirs; or nothing."""
        if not self.path.exists():
            return ""
        with self.path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - TAIL_BYTES))
            lines = file.read().decode(errors="replace").splitlines()
        last = next((line for line in reversed(lines) if any(letter.isalnum() for letter in line)), "")
        return last.strip(" │")[:LINE_LENGTH]


class OpenAir:
    """No log: the program writes where we do."""

    path = Path("/dev/stderr")

    def open(self) -> nullcontext[None]:
        """Give nothing, which lets a program have our own output."""
        return nullcontext(None)

    def bound(self) -> bool:
        """Move nothing aside."""
        return False

    def last_line(self) -> str:
        """Give nothing: it was already read where it was written."""
        return ""
