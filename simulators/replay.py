"""Send a recording again: at full speed in arrays, or at a multiple of the speed at which it happened."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import msgspec
import numpy as np
from numpy.typing import NDArray

from emscher.stream import SECOND_US
from simulators.live import Sink
from simulators.recording import Recording

LARGEST_BLOCK = 131_072
PACED_BLOCK = 8_192

Sleep = Callable[[float], Awaitable[None]]
Clock = Callable[[], float]
Message = tuple[str, int, bytes]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent."""

    readings: int
    messages: int


def _nothing(readings: int) -> None:
    del readings


async def at_full_speed(
    recording: Recording,
    stream: str,
    sink: Sink,
    *,
    batch: int = 500,
    payload_limit_bytes: int = 262_144,
    advance: Callable[[int], None] = _nothing,
) -> Sent:
    """Send blocks in order of time, each message an array of readings of one sensor.

    Parameters
    ----------
    recording : Recording
        What to send.
    stream : str
        Name of the stream.
    sink : Sink
        Where the messages go.
    batch : int, optional
        Most readings in a message [1].
    payload_limit_bytes : int, optional
        Size above which a message is sent in halves [By].
    advance : callable, optional
        Told the number of readings of each message sent.
    """
    readings = messages = 0
    block = min(max(batch * len(recording.keys), batch), LARGEST_BLOCK)
    for first in range(0, recording.order.size, block):
        rows = recording.order[first : first + block]
        rows = rows[np.argsort(recording.sensor[rows], kind="stable")]
        borders = np.flatnonzero(np.diff(recording.sensor[rows])) + 1
        for key, count, payload in _messages(recording, rows, borders, batch, payload_limit_bytes):
            await sink.publish(stream, key, payload)
            readings += count
            messages += 1
            advance(count)
    return Sent(readings, messages)


async def at_speed(
    recording: Recording,
    stream: str,
    sink: Sink,
    speed: float,
    clock: Clock,
    sleep: Sleep,
    *,
    batch: int = 500,
    advance: Callable[[int], None] = _nothing,
) -> Sent:
    """Send each reading at its time, the recording's time running `speed` times as fast.

    Parameters
    ----------
    recording : Recording
        What to send.
    stream : str
        Name of the stream.
    sink : Sink
        Where the messages go.
    speed : float
        Seconds of the recording in one second [1].
    clock : callable
        Gives the time; it must not be set back [s].
    sleep : callable
        Waits [s].
    batch : int, optional
        Most readings in a message; those of one sensor and instant travel together [1].
    advance : callable, optional
        Told the number of readings of each message sent.
    """
    readings = messages = 0
    began_s = clock()
    first_us = int(recording.latest_us[recording.order[0]])
    for start in range(0, recording.order.size, PACED_BLOCK):
        rows = recording.order[start : start + PACED_BLOCK]
        rows = rows[np.lexsort((recording.sensor[rows], recording.latest_us[rows]))]
        times_us = recording.latest_us[rows]
        borders = np.flatnonzero(np.diff(times_us) | np.diff(recording.sensor[rows])) + 1
        sent = 0
        for key, count, payload in _messages(recording, rows, borders, batch, len(rows) << 16):
            pause_s = began_s + (int(times_us[sent]) - first_us) / SECOND_US / speed - clock()
            if pause_s > 0:
                await sleep(pause_s)
            await sink.publish(stream, key, payload)
            sent += count
            messages += 1
            advance(count)
        readings += sent
    return Sent(readings, messages)


def _messages(
    recording: Recording, rows: NDArray[np.intp], borders: NDArray[np.intp], batch: int, limit_bytes: int
) -> Iterator[Message]:
    """Write rows as messages, a new one at each border and after `batch` readings: key, readings, payload."""
    objects = recording.readings.at(rows)
    edges = [0, *borders.tolist(), len(objects)]
    for low, high in pairwise(edges):
        key = recording.keys[recording.sensor[rows[low]]]
        open_parts = [(first, min(first + batch, high)) for first in range(low, high, batch)][::-1]
        while open_parts:
            first, last = open_parts.pop()
            payload = _encode(objects[first] if last - first == 1 else objects[first:last])
            if len(payload) > limit_bytes and last - first > 1:
                middle = (first + last) // 2
                open_parts += [(middle, last), (first, middle)]
                continue
            yield key, last - first, payload


def summary(sent: Sent, seconds: float, recording: Recording) -> str:
    """Say in one line what was sent, how long it took [s], and from when to when it reaches."""
    times_us = recording.latest_us[recording.order[[0, -1]]]
    first, last = ((_EPOCH + timedelta(microseconds=int(one))).isoformat().replace("+00:00", "Z") for one in times_us)
    rate = sent.readings / max(seconds, 1e-9)
    counted = f"{sent.readings:,} readings in {sent.messages:,} messages"
    return f"{counted} in {seconds:.1f} s ({rate:,.0f}/s), {first} to {last}"
