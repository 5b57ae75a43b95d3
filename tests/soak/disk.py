"""The disk of the database: one of fixed size that can be filled and freed."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

MARK = "EMSCHER_SOAK_NAMESPACE"
BALLAST = "ballast"
PAGE_BYTES = 4096
# As root nothing but mounts of our own; else also a world of users in which we may mount.
AS_ROOT, AS_OTHER = ("--mount",), ("--mount", "--map-current-user", "--keep-caps")


def enter_namespace(module: str, arguments: list[str]) -> None:
    """Begin again where mounts are our own and end with us; without the right to, go on as we are.

    Parameters
    ----------
    module : str
        What to run again.
    arguments : list of str
        Its arguments.
    """
    unshare = shutil.which("unshare")
    if MARK in os.environ or unshare is None:
        return
    enter = [unshare, *(AS_OTHER if os.geteuid() else AS_ROOT)]
    # A try in a process of its own: it may be refused.
    if subprocess.run([*enter, "true"], check=False, capture_output=True).returncode == 0:
        again = [*enter, sys.executable, "-m", module, *arguments]
        os.execve(unshare, again, {**os.environ, MARK: "1"})  # noqa: S606 - our own command


class Disk:
    """A disk in memory, mounted on a folder.

    Parameters
    ----------
    folder : Path
        Where; made if it is not there.
    size_bytes : int
        How much fits on it.
    """

    def __init__(self, folder: Path, size_bytes: int) -> None:
        self.folder = folder
        self._size_bytes = size_bytes
        self._libc = ctypes.CDLL(None, use_errno=True)

    def mount(self) -> str:
        """Mount it; says why it cannot be, or nothing."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if MARK not in os.environ:
            return "mounting is not allowed here"
        options = f"size={self._size_bytes},mode=0755".encode()
        if self._libc.mount(b"tmpfs", os.fsencode(self.folder), b"tmpfs", 0, options):
            return f"mounting is not allowed here: {os.strerror(ctypes.get_errno())}"
        return ""

    def fill(self) -> int:
        """Take all the space that is left, while others write, and say how much that was [bytes]."""
        taken_bytes, step_bytes = 0, self._size_bytes
        with (self.folder / BALLAST).open("wb") as ballast:
            while step_bytes >= PAGE_BYTES:
                try:
                    os.posix_fallocate(ballast.fileno(), taken_bytes, step_bytes)
                except OSError as exc:
                    if exc.errno != errno.ENOSPC:
                        raise
                    step_bytes //= 2
                else:
                    taken_bytes += step_bytes
        return taken_bytes

    def free(self) -> None:
        """Give the space back."""
        (self.folder / BALLAST).unlink()

    def unmount(self) -> None:
        """Let it go, lazily: the namespace would, too."""
        self._libc.umount2(os.fsencode(self.folder), 2)
