"""A PostgreSQL that was left running in a database folder by a process that was killed.

A stale ``postmaster.pid`` whose number another process bears by now would keep the server from starting; one whose
server still runs must not be removed. The working folder of a process, or for want of permission its command line,
tells the two apart.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

from emscher.embedded import warden

# A fast shutdown writes a checkpoint.
FAST_S = 30.0
PID_FILE = "postmaster.pid"


def stop(folder: Path) -> bool:
    """Stop what still runs in the folder and remove its stale files; says whether something ran.

    Parameters
    ----------
    folder : Path
        Database folder of a server nobody else is using.
    """
    running = {pid: warden.birth(pid) for pid in servers(folder)}
    if (first := recorded(folder)) in running and first is not None:
        warden.end({first: running[first]}, signal.SIGINT, FAST_S)
    # Without its postmaster a backend ends by itself as soon as it is idle; one in a long query is told to.
    warden.end(running, signal.SIGQUIT)
    (folder / PID_FILE).unlink(missing_ok=True)
    return bool(running)


def recorded(folder: Path) -> int | None:
    """Give the process number in ``postmaster.pid``, if there is one."""
    try:
        return int((folder / PID_FILE).read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None


def servers(folder: Path) -> Iterator[int]:
    """Find the PostgreSQL processes of this folder: the recorded one, and backends that outlived theirs."""
    if not warden.PROC.joinpath("self").exists():
        if (pid := recorded(folder)) is not None and warden.birth(pid):
            yield pid
        return
    for entry in warden.PROC.glob("[0-9]*"):
        if _is_server(entry, folder):
            yield int(entry.name)


def _is_server(entry: Path, folder: Path) -> bool:
    try:
        if (entry / "comm").read_text().strip() != "postgres":
            return False
        try:
            return (entry / "cwd").resolve(strict=True) == folder
        except PermissionError:
            return os.fsencode(folder) in (entry / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
