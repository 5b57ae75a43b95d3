"""How far a long publication is: a bar where a person watches, else a log line now and then."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

log: structlog.stdlib.BoundLogger = structlog.get_logger()

LINES = 10
FINEST = 500

Advance = Callable[[int], None]
Clock = Callable[[], float]


class _Rate(ProgressColumn):
    """Readings per second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.finished_speed or task.speed or 0:,.0f}/s")


@contextmanager
def shown(
    title: str, total: int, console: Console, *, pause_s: float = 0.0, clock: Clock = time.monotonic
) -> Iterator[Advance]:
    """Show progress while the context lasts.

    Parameters
    ----------
    title : str
        What is under way.
    total : int
        How many steps there are [1].
    console : Console
        Where to show it.
    pause_s : float, optional
        Shortest time between two log lines [s].
    clock : callable, optional
        Gives the time [s].

    Yields
    ------
    callable
        To be called with the number of steps done since the last call [1].
    """
    if not console.is_terminal:
        yield _log_lines(title, total, pause_s, clock)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(title, total=total)
        waiting = 0

        def advance(steps: int) -> None:
            # The bar locks at each update; finer than it can show would cost more than the message.
            nonlocal waiting
            waiting += steps
            if waiting * FINEST >= total:
                progress.update(task, advance=waiting)
                waiting = 0

        yield advance
        progress.update(task, advance=waiting)


def _log_lines(title: str, total: int, pause_s: float, clock: Clock) -> Advance:
    """Log each tenth, but no sooner than `pause_s` after the line before [s]."""
    done = told = 0
    told_at_s = clock()

    def advance(steps: int) -> None:
        nonlocal done, told, told_at_s
        done += steps
        share = LINES * done // max(total, 1)
        if share > told and clock() - told_at_s >= pause_s:
            told, told_at_s = share, clock()
            log.info("Publishing", what=title, done=done, total=total, share_pct=round(100 * done / max(total, 1)))

    return advance
