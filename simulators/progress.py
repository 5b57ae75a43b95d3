"""How far a long publication is: a bar where a person watches, else a log line now and then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

log: structlog.stdlib.BoundLogger = structlog.get_logger()

LINES = 10

Advance = Callable[[int], None]


class _Rate(ProgressColumn):
    """Readings per second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.finished_speed or task.speed or 0:,.0f}/s")


@contextmanager
def shown(title: str, total: int, console: Console) -> Iterator[Advance]:
    """Show progress while the context lasts.

    Parameters
    ----------
    title : str
        What is under way.
    total : int
        How many steps there are [1].
    console : Console
        Where to show it.

    Yields
    ------
    callable
        To be called with the number of steps done since the last call [1].
    """
    if not console.is_terminal:
        yield _log_lines(title, total)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(title, total=total)

        def advance(steps: int) -> None:
            progress.update(task, advance=steps)

        yield advance


def _log_lines(title: str, total: int) -> Advance:
    done = told = 0

    def advance(steps: int) -> None:
        nonlocal done, told
        done += steps
        share = LINES * done // max(total, 1)
        if share > told:
            told = share
            log.info("Publishing", what=title, done=done, total=total, share_pct=round(100 * done / max(total, 1)))

    return advance
