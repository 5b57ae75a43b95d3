"""Running an asynchronous process until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any

import structlog
import uvloop

log = structlog.stdlib.get_logger()


def until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Run until the work ends, or SIGINT or SIGTERM cancels it; the end by a signal is a clean end.

    Parameters
    ----------
    work : coroutine
        The process's work; cancelled where it waits.
    """

    async def run() -> None:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, task.cancel)
        try:
            await task
        except asyncio.CancelledError:
            log.info("stopped")

    uvloop.run(run())
