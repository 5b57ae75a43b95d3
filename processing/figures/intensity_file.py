"""A file of the grid's carbon intensity: CSV with the columns ``begin`` and ``g_per_kwh``."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from emscher.errors import EntryError

COLUMNS = ("begin", "g_per_kwh")
HIGHEST_G_PER_KWH = 5000.0


@dataclass(frozen=True, slots=True)
class Steps:
    """Equal steps of time, each with its intensity [g/kWh]."""

    begin_at: list[datetime]
    g_per_kwh: list[float]


def steps(path: Path, width_s: int) -> Steps:
    """Read a file.

    Parameters
    ----------
    path : Path
        The file.
    width_s : int
        Width of its steps, of which an hour has a whole number [s].

    Raises
    ------
    EntryError
        It does not fit; the text names the line.
    """
    if 3600 % width_s:
        raise EntryError(f"{path}: an hour has no whole number of steps of {width_s} s.")
    found: dict[datetime, float] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for line, begin_at, g_per_kwh in _lines(path, csv.DictReader(file)):
                if begin_at.timestamp() % width_s:
                    raise EntryError(f"{path}: line {line}: {begin_at} is no multiple of {width_s} s.")
                if begin_at in found:
                    raise EntryError(f"{path}: line {line}: {begin_at} is there twice.")
                found[begin_at] = g_per_kwh
    except OSError as exc:
        raise EntryError(f"{path} cannot be read: {exc.strerror}.") from exc
    except (UnicodeDecodeError, csv.Error) as exc:
        raise EntryError(f"{path} is no CSV in UTF-8: {exc}.") from exc
    return Steps(list(found), list(found.values()))


def _lines(path: Path, rows: csv.DictReader[str]) -> Iterator[tuple[int, datetime, float]]:
    if not set(COLUMNS) <= set(rows.fieldnames or ()):
        raise EntryError(f"{path}: the first line must name the columns {' and '.join(COLUMNS)}.")
    for row in rows:
        begin, value = row["begin"], row["g_per_kwh"]
        try:
            at, g_per_kwh = datetime.fromisoformat(begin), float(value)
        except (TypeError, ValueError):
            raise EntryError(f"{path}: line {rows.line_num}: {begin!r}, {value!r} is no time with a number.") from None
        if at.tzinfo is None:
            raise EntryError(
                f"{path}: line {rows.line_num}: {begin} has no zone.", "Write it as 2026-11-01T00:00+01:00."
            )
        if not (math.isfinite(g_per_kwh) and 0 <= g_per_kwh <= HIGHEST_G_PER_KWH):
            raise EntryError(f"{path}: line {rows.line_num}: {value} g/kWh cannot be.")
        yield rows.line_num, at, g_per_kwh
