"""A batch: messages taken apart into checked readings and rejections."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import msgspec

from emscher import privacy
from emscher.rejection import Reason, RejectedError
from emscher.sensor_key import is_sensor_key
from emscher.settings import Settings
from emscher.store.copy import Rows
from emscher.stream import DAY_US, SECOND_US, Reading, Stream
from emscher.streams import streams
from ingest.message import Message
from ingest.rate import Rate
from ingest.sources import Sources
from ingest.translation import translate

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_INTERVAL_US = DAY_US
REMEMBERED_TOPICS = 65_536
UNKNOWN = "unknown"
"""Stream of messages whose topic names none."""

_OF_TIME = (Reason.TOO_OLD, Reason.IN_FUTURE)


class Checked(msgspec.Struct, frozen=True, gc=False):
    """A reading that passed its own checks, with the sensor it says it is from; a struct is quick to make."""

    sensor_key: str
    reading: Reading


@dataclass(frozen=True, slots=True)
class Rejected:
    """A reading, or a message that could not be taken apart, with the reason.

    Parameters
    ----------
    stream : str
        Name of the stream, or :data:`UNKNOWN`.
    sensor_key : str or None
        Key from the topic, where the topic has one.
    error : RejectedError
        Reason and detail.
    payload : bytes
        What was refused.
    topic : bytes, optional
        Topic, where stream and sensor key do not say it; the payload can then be sent there again.
    latest_at_us : int, optional
        Latest moment it speaks of, where it was refused for its time [us since 1970].
    """

    stream: str
    sensor_key: str | None
    error: RejectedError
    payload: bytes
    topic: bytes = b""
    latest_at_us: int | None = None


@dataclass(slots=True)
class Batch:
    """Readings by stream, and rejections, of the messages of one transaction.

    Parameters
    ----------
    checked : dict of str to list of Checked
        Readings by stream.
    rejected : list of Rejected
        Rejections.
    laid : dict of str to list of structured array
        The first of the checked readings as rows, in their order; the rest is laid out when it is written.
    """

    checked: dict[str, list[Checked]] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)
    laid: dict[str, list[Rows]] = field(default_factory=dict)


class Decoder:
    """Takes messages apart; holds no state but the settings and the sensors' rates.

    Parameters
    ----------
    settings : Settings
        Topic prefix, payload limit, the limits of time and of rate.
    sources : Sources, optional
        Whose readings foreign messages are; without it nobody's.
    """

    def __init__(self, settings: Settings, sources: Sources | None = None) -> None:
        self._sources = sources or Sources(time.monotonic)
        self._prefix = settings.mqtt_topic_prefix.encode() + b"/"
        self._limit_bytes = settings.ingest_payload_limit_bytes
        self._ahead_us = settings.ingest_ahead_s * SECOND_US
        self._history_us = settings.history_days * DAY_US
        self._address = lru_cache(REMEMBERED_TOPICS)(self._read_topic)
        self._rate = Rate(settings)

    def decode(self, messages: Iterable[Message], now_us: int, batch: Batch | None = None) -> Batch:
        """Take messages apart.

        Parameters
        ----------
        messages : iterable of Message
            In the order they came.
        now_us : int
            The clock [us since 1970], against which times are checked.
        batch : Batch, optional
            What they are added to.
        """
        batch = Batch() if batch is None else batch
        times = {
            name: Times(now_us, self.oldest_us(stream, now_us), now_us + self._ahead_us)
            for name, stream in streams().items()
        }
        for message in messages:
            stream, key = self._address(message.topic)
            if stream is None or key is None:
                self._translate(batch, message, times)
            elif len(message.payload) > self._limit_bytes:
                error = self._too_large(message.payload)
                batch.rejected.append(Rejected(stream.name, key, error, message.payload))
            else:
                _sort(
                    batch, stream, key, message.payload, stream.decode(message.payload), times[stream.name], self._rate
                )
        return batch

    def oldest_us(self, stream: Stream, now_us: int) -> int:
        """Give the oldest time that a stream's readings may have [us since 1970].

        Parameters
        ----------
        stream : Stream
            Says how long it is kept.
        now_us : int
            The clock [us since 1970].
        """
        return now_us - max(stream.keep_days * DAY_US, 0 if stream.private else self._history_us)

    def _read_topic(self, topic: bytes) -> tuple[Stream | None, str | None]:
        if not topic.startswith(self._prefix):
            return None, None
        name, _, key = topic[len(self._prefix) :].decode("utf-8", "replace").partition("/")
        return streams().get(name), key if is_sensor_key(key) else None

    def _too_large(self, payload: bytes) -> RejectedError:
        return RejectedError(Reason.TOO_LARGE, f"{len(payload)} bytes, {self._limit_bytes} are the limit")

    def _translate(self, batch: Batch, message: Message, times: Mapping[str, Times]) -> None:
        """Take a message apart whose topic is a dialect's, or reject it; what is kept of it keeps its topic."""
        said, size = None, len(message.payload)
        if message.topic.startswith(self._prefix):
            topic = message.topic[len(self._prefix) :].decode("utf-8", "replace")
            said = translate(topic, message.payload if size <= self._limit_bytes else b"", self._sources)
        if said is None:
            error = RejectedError(Reason.UNKNOWN_TOPIC, _topic_detail(message.topic, self._prefix))
            said = [(None, None, [error])]
        elif size > self._limit_bytes:
            said = [(stream, key, [self._too_large(message.payload)]) for stream, key, _ in said]
        for stream, key, decoded in said:
            if stream is not None and key is not None:
                now = times[stream.name]
                _sort(batch, stream, key, message.payload, decoded, now, self._rate, message.topic)
            else:
                errors = (one for one in decoded if isinstance(one, RejectedError))
                batch.rejected += [
                    Rejected(UNKNOWN, None, one, one.part or message.payload, message.topic) for one in errors
                ]


class Times:
    """Between which moments readings of a stream may lie.

    Parameters
    ----------
    now_us, oldest_us, newest_us : int
        The clock, and the bounds [us since 1970].
    """

    def __init__(self, now_us: int, oldest_us: int, newest_us: int) -> None:
        self._now_us = now_us
        self._oldest_us = oldest_us
        self._newest_us = newest_us
        # Behind these no interval can begin too early: most readings cost two comparisons and no arithmetic.
        self._safe = EPOCH + timedelta(microseconds=oldest_us + LONGEST_INTERVAL_US)
        self._newest = EPOCH + timedelta(microseconds=newest_us)

    def check(self, reading: Reading) -> RejectedError | None:
        """Refuse times that a right clock cannot have given."""
        if self._safe <= reading.latest_at <= self._newest:
            return None
        try:
            latest_us, observed_us = reading.latest_at_us, reading.observed_at_us
        except (OverflowError, ValueError):
            return RejectedError(Reason.OUT_OF_RANGE, "the time lies outside the calendar")
        if latest_us > self._newest_us:
            return RejectedError(Reason.IN_FUTURE, f"{_age(latest_us - self._now_us)} ahead of the clock")
        if observed_us < self._oldest_us:
            age = _age(self._now_us - observed_us)
            return RejectedError(Reason.TOO_OLD, f"{age} old; EMSCHER_HISTORY_DAYS takes older ones")
        return None


def _sort(
    batch: Batch,
    stream: Stream,
    key: str,
    payload: bytes,
    decoded: Iterable[Reading | RejectedError],
    times: Times,
    rate: Rate,
    topic: bytes = b"",
) -> None:
    """Tell the readings from the rejections, those a right clock cannot have given, and those that are too many."""
    checked = batch.checked.setdefault(stream.name, [])
    for one in decoded:
        if isinstance(one, RejectedError):
            batch.rejected.append(Rejected(stream.name, key, one, one.part or payload, topic))
            continue
        error = times.check(one)
        if error is None and rate.limits and rate.exceeds(key, one.observed_at_us):
            error = RejectedError(Reason.RATE_EXCEEDED, "more readings than EMSCHER_INGEST_RATE_PER_S in their time")
        if error is None:
            checked.append(Checked(key, one))
        else:
            latest_us = one.latest_at_us if error.reason in _OF_TIME else None
            batch.rejected.append(Rejected(stream.name, key, error, msgspec.json.encode(one), latest_at_us=latest_us))


def _age(duration_us: int) -> str:
    return str(timedelta(seconds=duration_us // SECOND_US))


def _topic_detail(topic: bytes, prefix: bytes) -> str:
    """Say what a topic should look like, repeating it only where it cannot hold an identifier."""
    shown = topic[:128].decode("utf-8", "backslashreplace")
    named = "" if privacy.holds_identifier(topic) else f"{shown!r}: "
    return f"{named}readings come on {prefix.decode()}<stream>/<sensor key>, streams are {', '.join(streams())}"
