"""Play a tape: pass after pass, part after part, over a sink."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import psycopg
import structlog

from emscher.errors import OperatorError, RecordingError
from simulators.course import Course
from simulators.live import Sink
from simulators.replay import Clock, Schedule, Sent, Sleep, at_full_speed, at_speed
from simulators.tape import Tape

log: structlog.stdlib.BoundLogger = structlog.get_logger()


async def play(
    tape: Tape,
    sink: Sink,
    course: Course,
    speed: float | None,
    *,
    batch: int = 500,
    payload_limit_bytes: int = 262_144,
    advance: Callable[[int], None] = lambda _: None,
    clock: Clock = time.monotonic,
    sleep: Sleep = asyncio.sleep,
) -> Sent:
    """Send a tape.

    Parameters
    ----------
    tape : Tape
        What to send.
    sink : Sink
        Where the messages go; it lets us wait while too many are under way.
    course : Course
        How often, and how far times are moved.
    speed : float or None
        Seconds of the recording in one second; None is as fast as possible.
    batch : int, optional
        Most readings in a message [1].
    payload_limit_bytes : int, optional
        Size above which a message is sent in halves, at full speed [By].
    advance : callable, optional
        Told the number of readings of each message sent.
    clock, sleep : callable, optional
        Time that is never set back, and waiting [s].

    Raises
    ------
    RecordingError
        The tape broke; the text says how many readings were sent before.
    """
    first_us = tape.span_us[0] + course.shift_us
    schedule = None if speed is None else Schedule(clock(), first_us, speed)
    sent = Sent(0, 0)
    so_far = 0

    def count(readings: int) -> None:
        nonlocal so_far
        so_far += readings
        advance(readings)

    try:
        for shift_us in course.shifts_us():
            async for part in tape.parts():
                if schedule is None:
                    sent += await at_full_speed(
                        part,
                        sink,
                        shift_us=shift_us,
                        batch=batch,
                        payload_limit_bytes=payload_limit_bytes,
                        advance=count,
                    )
                else:
                    sent += await at_speed(
                        part, sink, schedule, clock, sleep, shift_us=shift_us, batch=batch, advance=count
                    )
    except (psycopg.Error, OperatorError) as exc:
        why = " ".join(str(exc).split()).rstrip(".")
        raise RecordingError(
            f"The replay broke off after {so_far:,} readings: {why}.",
            "Run it again: what is stored already counts as a duplicate.",
        ) from exc
    except asyncio.CancelledError:
        log.info("the replay was stopped", readings=so_far)
        raise
    return sent
