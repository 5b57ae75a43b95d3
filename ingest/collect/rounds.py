"""Rounds: ask, publish, wait; a meter that does not answer costs its own reading and nothing else."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
import structlog

from emscher.errors import CollectError
from ingest.collect.collected import Collected

log: structlog.stdlib.BoundLogger = structlog.get_logger()

Ask = Callable[[], Awaitable[tuple[Sequence[Collected], Mapping[str, str]]]]
"""Reads a meter: what it said, and the facts of its sensors."""
Publish = Callable[[list[tuple[str, bytes]]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Rounds:
    """How often a meter is asked.

    Parameters
    ----------
    publish : callable
        Takes payloads by key.
    clock : callable
        The time of day, with zone.
    every_s : float
        Pause between two rounds [s].
    once : bool
        One round, whose failure is the caller's.
    sleep : callable
        Waits [s].
    """

    publish: Publish
    clock: Callable[[], datetime]
    every_s: float
    once: bool = False
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def run(self, ask: Ask) -> None:
        """Ask until cancelled, or once.

        Raises
        ------
        CollectError
            The only round failed.
        """
        while True:
            try:
                await self.publish_of(*await ask())
            except CollectError as exc:
                if self.once:
                    raise
                log.warning("a meter was not read", why=str(exc))
            if self.once:
                return
            await self.sleep(self.every_s)

    async def publish_of(self, collected: Sequence[Collected], facts: Mapping[str, str]) -> None:
        """Publish what is in its range; the rest is told.

        Raises
        ------
        CollectError
            There is nothing to publish.
        """
        now, payloads = self.clock(), []
        for one in collected:
            if one.values.empty:
                continue
            try:
                payloads.append((one.key, one.payload(now, facts)))
            except msgspec.ValidationError as exc:
                log.warning("a value is out of its range, it is not published", sensor=one.key, why=str(exc))
        if not payloads:
            raise CollectError("The meter gave no value that can be stored.", "Is it of this kind?")
        await self.publish(payloads)


def needed(module: str) -> None:
    """See to it that a library is there.

    Raises
    ------
    CollectError
        It is not; the text says how to install it.
    """
    try:
        importlib.import_module(module)
    except ModuleNotFoundError as exc:
        raise CollectError(f"This needs {exc.name}, which is not installed.", "Install emscher[collect].") from exc
