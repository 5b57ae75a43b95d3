"""The warden: a small process that ends what its supervisor started, should the supervisor be killed.

It knows the processes from lines on its standard input, ``+ pid rank signal grace`` and ``- pid``. The end of that
input means that the supervisor is gone, whatever ended it. What then still runs is asked to end, the highest rank
first, and killed after its grace. On Linux it also finds, by a mark in their environment, processes the supervisor had
no time to report.

It runs as a script without site packages, because it starts with every supervisor and must never be what one waits
for.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

MARK = "EMSCHER_SUPERVISED_BY"
GRACE_S = 2.0
PAUSE_S = 0.02
# A process that was just starting another may leave that one to the next sweep.
SWEEPS = 5
PROC = Path("/proc")


def birth(pid: int) -> str:
    """Tell when a process began, so that a later process of the same number is not taken for it; empty if it is gone.

    Where there is no ``/proc`` the answer is the same for every living process.
    """
    if not PROC.joinpath("self").exists():
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return ""
        except PermissionError:
            pass
        return "alive"
    try:
        # The second field, the name, may hold spaces and brackets: count from its end. State is 0, start time is 19.
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else fields[19]


def marked(prefix: str) -> Iterator[int]:
    """Find the processes whose environment carries a mark that begins so; none where there is no ``/proc``."""
    wanted = f"{MARK}={prefix}".encode()
    for entry in PROC.glob("[0-9]*"):
        try:
            environ = (entry / "environ").read_bytes()
        except OSError:
            continue
        if any(variable.startswith(wanted) for variable in environ.split(b"\0")) and int(entry.name) != os.getpid():
            yield int(entry.name)


def kill(pid: int, number: int, *, group: bool = False) -> None:
    """Send a signal to a process, or to the group it leads; one that is gone is no error."""
    with suppress(ProcessLookupError, PermissionError):
        if group and os.getpgid(pid) == pid:
            os.killpg(pid, number)
        else:
            os.kill(pid, number)


def kill_group(leader: int) -> None:
    """Kill what is left of the group of a process that has just ended; while it has members, its number is taken."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def end(processes: dict[int, str], number: int, grace_s: float = GRACE_S) -> None:
    """Ask processes to end, wait for them, kill what is left.

    Parameters
    ----------
    processes : dict
        Number of a process -> its :func:`birth`.
    number : int
        Signal that asks.
    grace_s : float, optional
        How long they may take [s].
    """
    for pid, born in processes.items():
        if birth(pid) == born:
            kill(pid, number)
    until = time.monotonic() + grace_s
    killed = False
    while left := [pid for pid, born in processes.items() if birth(pid) == born]:
        if time.monotonic() > until:
            if killed:
                return
            for pid in left:
                kill(pid, signal.SIGKILL, group=True)
            until, killed = time.monotonic() + grace_s, True
        time.sleep(PAUSE_S)


def sweep(prefix: str) -> int:
    """End every process that carries a mark that begins so, and count them."""
    found = {pid: birth(pid) for pid in marked(prefix)}
    found = {pid: born for pid, born in found.items() if born}
    end(found, signal.SIGTERM)
    return len(found)


def main(mark: str) -> None:
    """Listen until the supervisor is gone, then end what it left."""
    known: dict[int, tuple[int, int, float, str]] = {}
    for line in sys.stdin:
        sign, pid, *rest = line.split()
        if sign == "+":
            known[int(pid)] = (int(rest[0]), int(rest[1]), float(rest[2]), birth(int(pid)))
        else:
            known.pop(int(pid), None)
    for rank in sorted({rank for rank, *_ in known.values()}, reverse=True):
        for way in {(number, grace_s) for of, number, grace_s, _ in known.values() if of == rank}:
            end({pid: born for pid, (of, *its, born) in known.items() if (of, *its) == (rank, *way)}, *way)
    for _ in range(SWEEPS):
        if not sweep(mark):
            return


if __name__ == "__main__":
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    main(sys.argv[1])
