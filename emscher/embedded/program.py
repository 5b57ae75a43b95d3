"""A program: one process that is started, watched and stopped."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Program:
    """What to run, how to see that it is ready, and how to end it.

    Parameters
    ----------
    name : str
        Its name on the terminal, and that of its log.
    argv : tuple of str
        Executable and arguments.
    env : mapping, optional
        Its whole environment.
    user : str, optional
        System user it runs as, where the caller is root; none means the caller's.
    before : callable, optional
        Called before each start; may block.
    ready : callable, optional
        Answers whether it serves; may block for a moment. None means ready as soon as it runs.
    ready_within_s : float, optional
        How long it may take to become ready [s].
    rank : int, optional
        Programs of the highest rank are stopped first.
    stop_signal : signal.Signals, optional
        What asks it to end.
    grace_s : float, optional
        How long it may take to end [s].
    last_signal : signal.Signals, optional
        What ends it if it does not.
    speaks : bool, optional
        It writes to our own standard error instead of a log, as one does in a container.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    before: Callable[[], object] | None = None
    ready: Callable[[], bool] | None = None
    ready_within_s: float = 30.0
    rank: int = 0
    stop_signal: signal.Signals = signal.SIGTERM
    grace_s: float = 2.0
    last_signal: signal.Signals = signal.SIGKILL
    speaks: bool = False
