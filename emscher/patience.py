"""Patience: pauses between tries that grow, and a word about it once a minute."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 10.0
SAID_EVERY_S = 60.0


class Patience:
    """Waits before the next try.

    Parameters
    ----------
    sleep : callable, optional
        Pause [s].
    """

    def __init__(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._sleep = sleep
        self.reset()

    def reset(self) -> None:
        """Begin with short pauses again; the next failure is said at once."""
        self._pause_s = FIRST_PAUSE_S
        self._silent_s = SAID_EVERY_S

    async def pause(self, say: Callable[[], None]) -> None:
        """Wait, twice as long as the last time up to a limit.

        Parameters
        ----------
        say : callable
            Tells what is waited for; called the first time and then once a minute.
        """
        if self._silent_s >= SAID_EVERY_S:
            self._silent_s = 0.0
            say()
        pause_s = self._pause_s
        self._silent_s += pause_s
        self._pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
        await self._sleep(pause_s)
