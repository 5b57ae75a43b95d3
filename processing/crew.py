"""A crew: processes that work off the queue together, each with a worker of its own."""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from typing import ClassVar

from emscher import log
from emscher.settings import Settings
from processing.worker import Worker

LOOK_S = 0.25
"""How often the crew's progress is looked at [s]."""


@dataclass(frozen=True, slots=True)
class _Board:
    """What a crew shares: whether it is told to stop, and how many claims are cleared."""

    stop: Event
    cleared: Synchronized[int]


class _Post:
    """Where a process of a crew finds the board."""

    board: ClassVar[_Board]


async def work_off(settings: Settings, processes: int, advance: Callable[[int], None]) -> Counter[str]:
    """Compute until nothing is due; told to stop, every process ends with the site that it has in hand.

    Parameters
    ----------
    settings : Settings
        Where the store is.
    processes : int
        How many.
    advance : callable
        Told now and then how many claims are cleared.

    Returns
    -------
    Counter
        Rows computed, by family.
    """
    context = multiprocessing.get_context("spawn")
    board = _Board(context.Event(), context.Value("q", 0))
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(processes, context, _take_post, (board, settings)) as pool:
        works = [loop.run_in_executor(pool, _work, settings) for _ in range(processes)]
        try:
            pending: set[asyncio.Future[Counter[str]]] = set(works)
            while pending and not any(one.done() and one.exception() for one in works):
                _, pending = await asyncio.wait(pending, timeout=LOOK_S, return_when=asyncio.FIRST_EXCEPTION)
                advance(board.cleared.value)
        finally:
            board.stop.set()
    rows: Counter[str] = Counter()
    for found in await asyncio.gather(*works):
        rows.update(found)
    return rows


def _take_post(board: _Board, settings: Settings) -> None:
    """Begin as a process of a crew: who started it hears of Ctrl-C and tells it to stop."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    log.configure(settings, "processing")
    _Post.board = board


def _work(settings: Settings) -> Counter[str]:
    return asyncio.run(_drain(settings, _Post.board))


async def _drain(settings: Settings, board: _Board) -> Counter[str]:
    worker = Worker(settings, lambda: datetime.now(UTC), time.monotonic)
    await worker.open()

    def advance(cleared: int) -> bool:
        with board.cleared.get_lock():
            board.cleared.value += cleared
        return not board.stop.is_set()

    try:
        await worker.drain(advance)
    finally:
        await worker.close()
    return worker.computed
