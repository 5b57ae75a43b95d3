"""The demo's folder: one demo at a time in it, and nothing but the demo's own is ever deleted."""

from __future__ import annotations

import fcntl
import os
import secrets
import shlex
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from emscher.errors import OperatorError, SettingError

MARKER = "this-folder-belongs-to-emscher-demo"
LOCK = "lock"
KEY = "api-key"
ENVIRONMENT = "demo.env"
WHOLE = "history-is-whole"
DISPOSABLE = ("postgres", "postgres.new", "broker", "logs")
PRIVATE = 0o600


class LockedError(OperatorError):
    """Another demo is at work in the folder."""


class DataFolder:
    """A folder that the demo made, or found empty, and marked as its own.

    Parameters
    ----------
    path : Path
        Where it is.

    Raises
    ------
    SettingError
        There is something else in it, or it cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        mend = "Set EMSCHER_DATA_DIR to a folder that is new or empty."
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            if not (self.path / MARKER).exists():
                if any(self.path.iterdir()):
                    raise SettingError(f"{self.path} holds files that are not the demo's.", mend)
                (self.path / MARKER).touch()
        except OSError as error:
            raise SettingError(f"{self.path} cannot be used: {error.strerror}.", mend) from error

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Have the folder to ourselves; the lock's file is gone afterwards, whatever happened.

        Raises
        ------
        LockedError
            Another demo has it.
        """
        descriptor = self._lock()
        try:
            yield
        finally:
            (self.path / LOCK).unlink(missing_ok=True)
            os.close(descriptor)

    def clear(self) -> None:
        """Delete database, broker and logs."""
        for name in DISPOSABLE:
            shutil.rmtree(self.path / name, ignore_errors=True)
        for name in (ENVIRONMENT, WHOLE):
            (self.path / name).unlink(missing_ok=True)

    def api_key(self) -> str:
        """Give the key of internal data, generated once and readable by the owner only."""
        file = self.path / KEY
        if not file.exists():
            self._write_private(file, secrets.token_urlsafe(24))
        return file.read_text(encoding="utf-8").strip()

    def write_environment(self, variables: Mapping[str, str]) -> Path:
        """Write variables for another shell to source, and give the file's path."""
        file = self.path / ENVIRONMENT
        lines = [f"{name}={shlex.quote(value)}" for name, value in variables.items()]
        self._write_private(file, "\n".join(["# set -a; . this file; set +a", *lines, ""]))
        return file

    @property
    def history_is_whole(self) -> bool:
        """Whether the pretend city's history was once published and computed to its end."""
        return (self.path / WHOLE).exists()

    def note_whole_history(self) -> None:
        """Remember that it was."""
        (self.path / WHOLE).touch()

    @staticmethod
    def _write_private(file: Path, text: str) -> None:
        file.unlink(missing_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "w", encoding="utf-8") as opened:
            opened.write(text)

    def _lock(self) -> int:
        file = self.path / LOCK
        while True:
            descriptor = os.open(file, os.O_RDWR | os.O_CREAT, PRIVATE)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                owner = os.pread(descriptor, 20, 0).decode(errors="replace").strip() or "unknown"
                os.close(descriptor)
                raise LockedError(
                    f"A demo is already running in {self.path} (process {owner}).",
                    "End it with Ctrl-C, or set EMSCHER_DATA_DIR to another folder.",
                ) from None
            # Its last owner may have removed the file between our opening and our locking it.
            if file.exists() and os.fstat(descriptor).st_ino == file.stat().st_ino:
                os.truncate(descriptor, 0)
                os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
                return descriptor
            os.close(descriptor)
