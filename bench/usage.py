"""What processes have used: CPU time and memory, read from Linux' ``/proc``."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

MB = 1e6


@dataclass(frozen=True, slots=True)
class Process:
    """What counts here of ``/proc/<pid>/stat``."""

    name: str
    parent: int
    cpu_s: float


def cpu_s(name: str) -> float:
    """CPU time of our children whose names begin so, with all that they started and waited for [s]."""
    every = _processes()
    ours = {pid for pid, one in every.items() if one.parent == os.getpid() and one.name.startswith(name)}
    return sum(one.cpu_s for pid, one in every.items() if ours & set(_ancestry(every, pid)))


def rss_mb(pid: int) -> float:
    """Memory a process holds in RAM [MB]."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MB


def _ancestry(every: dict[int, Process], pid: int) -> list[int]:
    """Give a process and those it descends from."""
    line = []
    while pid in every:
        line.append(pid)
        pid = every[pid].parent
    return line


def _processes() -> dict[int, Process]:
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            head, _, tail = (folder / "stat").read_text(encoding="ascii", errors="replace").rpartition(") ")
        except OSError:
            continue
        fields = tail.split()
        # In user and system mode, and the same of children it has waited for; proc_pid_stat(5).
        ticks = sum(int(one) for one in fields[11:15])
        found[int(folder.name)] = Process(head.partition("(")[2], int(fields[1]), ticks / os.sysconf("SC_CLK_TCK"))
    return found
