"""Processing beside a test: compute what is due, by a clock of the test's own."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from emscher.settings import Settings
from processing.worker import Worker


@asynccontextmanager
async def computing(settings: Settings, clock: Callable[[], datetime]) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Give a way to compute everything that is due, while the context lasts.

    Parameters
    ----------
    settings : Settings
        Where the store is.
    clock : callable
        The time of day, with zone.
    """
    worker = Worker(settings, clock, time.monotonic)
    await worker.open()

    async def compute() -> None:
        while await worker.step():
            pass

    try:
        yield compute
    finally:
        await worker.close()
