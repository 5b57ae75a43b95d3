"""What processes have used: CPU time and memory, read from Linux' ``/proc``."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

TICK_S = 1 / os.sysconf("SC_CLK_TCK")
MB = 1e6


@dataclass(frozen=True, slots=True)
class _Stat:
    """The fields of ``/proc/<pid>/stat`` that count here."""

    name: str
    parent: int
    cpu_s: float


def cpu_s(name: str) -> float:
    """CPU time of our children of that name, with all that they have started and waited for [s]."""
    stats = _stats()
    total_s = 0.0
    for pid, stat in stats.items():
        if any(stats[one].name.startswith(name) and stats[one].parent == os.getpid() for one in _line(stats, pid)):
            total_s += stat.cpu_s
    return total_s


def rss_mb(pid: int) -> float:
    """Memory a process has in RAM [MB]."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MB


def _line(stats: dict[int, _Stat], pid: int) -> list[int]:
    """The process and those it descends from."""
    line = []
    while pid in stats:
        line.append(pid)
        pid = stats[pid].parent
    return line


def _stats() -> dict[int, _Stat]:
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                head, _, tail = (folder / "stat").read_text(encoding="ascii", errors="replace").rpartition(") ")
            except OSError:
                continue
            fields = tail.split()
            # user, system, and the same of children it has waited for
            ticks = sum(int(one) for one in fields[11:15])
            found[int(folder.name)] = _Stat(head.partition("(")[2], int(fields[1]), ticks * TICK_S)
    return found
