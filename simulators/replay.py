"""Send a recording again: at full speed in arrays, or at a multiple of the speed at which it happened."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

import msgspec
import numpy as np
from numpy.typing import NDArray

from emscher.stream import SECOND_US
from simulators.json_lines import EPOCH
from simulators.live import Sink
from simulators.recording import Recording

LARGEST_BLOCK = 131_072
# Writing a block must not make its first message late.
PACED_BLOCK = 256

Sleep = Callable[[float], Awaitable[None]]
Clock = Callable[[], float]
Message = tuple[str, str, int, bytes]

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent, and how late: at most, and the last message [s]."""

    readings: int
    messages: int
    late_max_s: float = field(default=0.0, compare=False)
    late_last_s: float = field(default=0.0, compare=False)

    def __add__(self, other: Sent) -> Sent:
        """Give both, the other one after this one."""
        late_s = max(self.late_max_s, other.late_max_s)
        return Sent(self.readings + other.readings, self.messages + other.messages, late_s, other.late_last_s)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When what is sent: every moment is reckoned from the beginning, so that being late once makes nothing later.

    Parameters
    ----------
    began_s : float
        When the replay began, by a clock that is never set [s].
    first_us : int
        When the first reading becomes known, as sent [us since 1970].
    speed : float
        Seconds of the recording in one second [1].
    """

    began_s: float
    first_us: int
    speed: float

    def due_s(self, latest_us: int) -> float:
        """When a reading is sent that becomes known then [s]."""
        return self.began_s + (latest_us - self.first_us) / SECOND_US / self.speed


def _nothing(readings: int) -> None:
    del readings


async def at_full_speed(
    recording: Recording,
    sink: Sink,
    *,
    shift_us: int = 0,
    batch: int = 500,
    payload_limit_bytes: int = 262_144,
    advance: Callable[[int], None] = _nothing,
) -> Sent:
    """Send blocks in order of time, each message an array of readings of one sensor.

    Parameters
    ----------
    recording : Recording
        What to send.
    sink : Sink
        Where the messages go; it lets us wait while too many are under way.
    shift_us : int, optional
        How far times are moved [us].
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
        for stream, key, count, payload in _messages(recording, rows, borders, shift_us, batch, payload_limit_bytes):
            await sink.publish(stream, key, payload)
            readings += count
            messages += 1
            advance(count)
    return Sent(readings, messages)


async def at_speed(
    recording: Recording,
    sink: Sink,
    schedule: Schedule,
    clock: Clock,
    sleep: Sleep,
    *,
    shift_us: int = 0,
    batch: int = 500,
    advance: Callable[[int], None] = _nothing,
) -> Sent:
    """Send each reading at its time.

    Parameters
    ----------
    recording : Recording
        What to send.
    sink : Sink
        Where the messages go.
    schedule : Schedule
        When which time is due.
    clock : callable
        Gives the time; it must not be set back [s].
    sleep : callable
        Waits [s].
    shift_us : int, optional
        How far times are moved [us].
    batch : int, optional
        Most readings in a message; those of one sensor and instant travel together [1].
    advance : callable, optional
        Told the number of readings of each message sent.
    """
    readings = messages = 0
    late_s = late_max_s = 0.0
    for start in range(0, recording.order.size, PACED_BLOCK):
        rows = recording.order[start : start + PACED_BLOCK]
        rows = rows[np.lexsort((recording.sensor[rows], recording.latest_us[rows]))]
        times_us = recording.latest_us[rows]
        borders = np.flatnonzero(np.diff(times_us) | np.diff(recording.sensor[rows])) + 1
        sent = 0
        for stream, key, count, payload in _messages(recording, rows, borders, shift_us, batch, len(rows) << 16):
            due_s = schedule.due_s(int(times_us[sent]) + shift_us)
            while (pause_s := due_s - clock()) > 0:
                await sleep(pause_s)
            late_s = clock() - due_s
            late_max_s = max(late_max_s, late_s)
            await sink.publish(stream, key, payload)
            sent += count
            messages += 1
            advance(count)
        readings += sent
    return Sent(readings, messages, late_max_s, late_s)


def _messages(
    recording: Recording,
    rows: NDArray[np.intp],
    borders: NDArray[np.intp],
    shift_us: int,
    batch: int,
    limit_bytes: int,
) -> Iterator[Message]:
    """Write rows as messages, a new one at each border and after `batch` readings: stream, key, readings, payload."""
    objects = recording.readings.at(rows, shift_us)
    edges = [0, *borders.tolist(), len(objects)]
    for low, high in pairwise(edges):
        sensor = recording.sensor[rows[low]]
        stream, key = recording.streams[sensor], recording.keys[sensor]
        open_parts = [(first, min(first + batch, high)) for first in range(low, high, batch)][::-1]
        while open_parts:
            first, last = open_parts.pop()
            payload = _encode(objects[first] if last - first == 1 else objects[first:last])
            if len(payload) > limit_bytes and last - first > 1:
                middle = (first + last) // 2
                open_parts += [(middle, last), (first, middle)]
                continue
            yield stream, key, last - first, payload


def summary(sent: Sent, seconds: float, span_us: tuple[int, int]) -> str:
    """Say in one line what was sent, how long it took [s], and from when to when it reaches [us since 1970]."""
    first, last = ((EPOCH + timedelta(microseconds=one)) for one in span_us)
    rate = sent.readings / max(seconds, 1e-9)
    counted = f"{sent.readings:,} readings in {sent.messages:,} messages"
    late = f", late by {1000 * sent.late_max_s:.1f} ms at most" if sent.late_max_s else ""
    return f"{counted} in {seconds:.1f} s ({rate:,.0f}/s){late}, {_written(first)} to {_written(last)}"


def _written(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
