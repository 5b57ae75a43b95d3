"""CPU time of everything a benchmark has started: our processes, the broker, the database and its servers."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_PARENT, _USER = 1, 11


@dataclass(frozen=True, slots=True)
class _Used:
    """A process's parent, and the ticks of itself and of its children that have ended."""

    parent: int
    own: int
    ended: int


def cpu_s(roots: Sequence[int]) -> float:
    """CPU time of the descendants of some processes, those that have ended included, not of the roots themselves [s].

    Parameters
    ----------
    roots : sequence of int
        Process identifiers; of this process what it has started counts, not what it does itself.
    """
    known = dict(_processes())
    wanted, found = list(roots), 0
    seen = set(wanted)
    for pid in wanted:
        if pid in known:
            found += known[pid].ended + (0 if pid in roots else known[pid].own)
        children = [one for one, used in known.items() if used.parent == pid and one not in seen]
        seen.update(children)
        wanted += children
    return found / _TICKS_PER_S


def parent_of(pid: int) -> int:
    """Parent of a process."""
    return dict(_processes())[pid].parent


def _processes() -> Iterator[tuple[int, _Used]]:
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            # What stands in brackets is a name and may hold blanks.
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        user, system, ended_user, ended_system = map(int, fields[_USER : _USER + 4])
        yield int(path.parent.name), _Used(int(fields[_PARENT]), user + system, ended_user + ended_system)
