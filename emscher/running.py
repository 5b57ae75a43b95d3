"""Running an asynchronous process until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any

import structlog
import uvloop

from emscher.errors import OperatorError

log = structlog.stdlib.get_logger()


def until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Run until the work ends, or SIGINT or SIGTERM cancels it; the end by a signal is a clean end.

    Parameters
    ----------
    work : coroutine
        The process's work; cancelled where it waits.

    Raises
    ------
    OperatorError
        What an operator can mend, out of whatever group of tasks it comes.
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
        except BaseExceptionGroup as group:
            operators, others = group.split(OperatorError)
            if operators is None or others is not None:
                raise
            raise _first(operators) from None

    uvloop.run(run())


def _first(errors: BaseExceptionGroup[OperatorError]) -> OperatorError:
    """Give the first error of a group, however deep it lies."""
    one = errors.exceptions[0]
    return _first(one) if isinstance(one, BaseExceptionGroup) else one
