"""A scenario on the air: simulated a little ahead, published at its speed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from simulators.live import Sink
from simulators.sumo.child import Sumo
from simulators.sumo.network import Answer
from simulators.sumo.readings import Reports

AHEAD_S = 10.0
"""At full speed SUMO is asked for so much at once [s]."""
BEAT_S = 0.25
"""At a given speed it is asked so often, by the clock [s]."""

Clock = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]


@dataclass(slots=True)
class Sent:
    """What was published so far."""

    messages: int = 0
    readings: int = 0
    simulated_s: float = 0.0


async def publish(
    sumo: Sumo,
    reports: Reports,
    sink: Sink,
    until_s: float,
    speed: float | None,
    sent: Sent,
    clock: Clock,
    sleep: Sleep,
    advance: Callable[[int], None] = lambda _: None,
) -> None:
    """Publish a scenario that was started, while the next part is being simulated.

    Parameters
    ----------
    sumo : Sumo
        The scenario.
    reports : Reports
        Makes readings of it.
    sink : Sink
        Where messages go.
    until_s : float
        When to end, in the scenario's time [s].
    speed : float or None
        Times as fast as it happens; None for as fast as possible.
    sent : Sent
        Is kept up to date, for who must say how far it came.
    clock, sleep : callable
        Monotonic time and pause [s].
    advance : callable, optional
        Told how many seconds were published.
    """
    begin_s = now_s = sumo.network.begin_s
    began_s = clock()
    chunk_s = max(AHEAD_S if speed is None else BEAT_S * speed, sumo.network.step_s)
    coming: asyncio.Task[Answer] | None = None
    try:
        coming = asyncio.create_task(sumo.advance(min(now_s + chunk_s, until_s)))
        while coming is not None:
            answer = await coming
            next_s = min(answer.time_s + chunk_s, until_s)
            coming = asyncio.create_task(sumo.advance(next_s)) if answer.time_s < until_s else None
            if speed is not None:
                await sleep(max(0.0, began_s + (answer.time_s - begin_s) / speed - clock()))
            await _send(reports, answer, sink, sent)
            advance(round(answer.time_s - begin_s) - round(now_s - begin_s))
            now_s = answer.time_s
            sent.simulated_s = now_s - begin_s
    finally:
        if coming is not None:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)


async def _send(reports: Reports, answer: Answer, sink: Sink, sent: Sent) -> None:
    for message in reports.messages(answer):
        await sink.publish(message.stream, message.key, message.payload)
        sent.messages += 1
        sent.readings += len(message.readings)


def total_s(sumo: Sumo, wanted_s: float | None, default_s: float) -> float:
    """How long to simulate: as told, else to the scenario's end, else a default [s]."""
    known_s = sumo.network.end_s - sumo.network.begin_s
    if wanted_s is not None:
        return min(wanted_s, known_s) if known_s > 0 else wanted_s
    return known_s if known_s > 0 else default_s
