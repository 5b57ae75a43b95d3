"""A batch: messages taken apart into checked readings and rejections."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

import msgspec

from emscher import privacy
from emscher.rejection import Reason, RejectedError
from emscher.sensor_key import is_sensor_key
from emscher.settings import Settings
from emscher.stream import DAY_US, SECOND_US, Reading, Stream
from emscher.streams import streams
from ingest.consumer import Message
from ingest.sources import Sources
from ingest.translation import translate

UNKNOWN = "unknown"
"""Stream of messages whose topic names none."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A reading that passed its own checks, with the sensor it says it is from."""

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
    """

    stream: str
    sensor_key: str | None
    error: RejectedError
    payload: bytes


@dataclass(slots=True)
class Batch:
    """Readings by stream, and rejections, of the messages of one transaction."""

    checked: dict[str, list[Checked]] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)


class Decoder:
    """Takes messages apart; holds no state but the settings.

    Parameters
    ----------
    settings : Settings
        Topic prefix, payload limit and the limits of time.
    sources : Sources, optional
        Whose readings foreign messages are; without it nobody's.
    """

    def __init__(self, settings: Settings, sources: Sources | None = None) -> None:
        self._sources = sources or Sources(time.monotonic)
        self._prefix = settings.mqtt_topic_prefix.encode() + b"/"
        self._limit_bytes = settings.ingest_payload_limit_bytes
        self._ahead_us = settings.ingest_ahead_s * SECOND_US
        self._history_us = settings.history_days * DAY_US

    def decode(self, messages: Iterable[Message], now_us: int) -> Batch:
        """Take messages apart.

        Parameters
        ----------
        messages : iterable of Message
            In the order they came.
        now_us : int
            The clock [us since 1970], against which times are checked.
        """
        batch = Batch()
        for message in messages:
            stream, key = self._address(message.topic)
            if stream is None or key is None:
                self._translate(batch, message, now_us)
            elif len(message.payload) > self._limit_bytes:
                error = self._too_large(message.payload)
                batch.rejected.append(Rejected(stream.name, key, error, error.part))
            else:
                self._sort(batch, stream, key, message.payload, stream.decode(message.payload), now_us)
        return batch

    def _address(self, topic: bytes) -> tuple[Stream | None, str | None]:
        if not topic.startswith(self._prefix):
            return None, None
        name, _, key = topic[len(self._prefix) :].decode("utf-8", "replace").partition("/")
        return streams().get(name), key if is_sensor_key(key) else None

    def _too_large(self, payload: bytes) -> RejectedError:
        return RejectedError(
            Reason.TOO_LARGE, f"{len(payload)} bytes, {self._limit_bytes} are the limit", payload[:1024]
        )

    def _translate(self, batch: Batch, message: Message, now_us: int) -> None:
        """Take a message apart whose topic is a dialect's, or reject it."""
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
                self._sort(batch, stream, key, message.payload, decoded, now_us)
            else:
                errors = (one for one in decoded if isinstance(one, RejectedError))
                batch.rejected += [Rejected(UNKNOWN, None, one, one.part or message.payload) for one in errors]

    def _sort(
        self,
        batch: Batch,
        stream: Stream,
        key: str,
        payload: bytes,
        decoded: Iterable[Reading | RejectedError],
        now_us: int,
    ) -> None:
        """Tell the readings from the rejections, and those a right clock cannot have given."""
        oldest_us = now_us - max(stream.keep_days * DAY_US, 0 if stream.private else self._history_us)
        newest_us = now_us + self._ahead_us
        checked = batch.checked.setdefault(stream.name, [])
        for one in decoded:
            if isinstance(one, RejectedError):
                batch.rejected.append(Rejected(stream.name, key, one, one.part or payload))
                continue
            error = _check_time(one, oldest_us, newest_us, now_us)
            if error is None:
                checked.append(Checked(key, one))
            else:
                batch.rejected.append(Rejected(stream.name, key, error, msgspec.json.encode(one)))


def _check_time(reading: Reading, oldest_us: int, newest_us: int, now_us: int) -> RejectedError | None:
    """Refuse times that a right clock cannot have given."""
    try:
        latest_us, observed_us = reading.latest_at_us, reading.observed_at_us
    except (OverflowError, ValueError):
        return RejectedError(Reason.OUT_OF_RANGE, "the time lies outside the calendar")
    if latest_us > newest_us:
        return RejectedError(Reason.IN_FUTURE, f"{_age(latest_us - now_us)} ahead of the clock")
    if observed_us < oldest_us:
        return RejectedError(Reason.TOO_OLD, f"{_age(now_us - observed_us)} old; EMSCHER_HISTORY_DAYS takes older ones")
    return None


def _age(duration_us: int) -> str:
    return str(timedelta(seconds=duration_us // SECOND_US))


def _topic_detail(topic: bytes, prefix: bytes) -> str:
    """Say what a topic should look like, repeating it only where it cannot hold an identifier."""
    shown = topic[:128].decode("utf-8", "backslashreplace")
    named = "" if privacy.holds_identifier(topic) else f"{shown!r}: "
    return f"{named}readings come on {prefix.decode()}<stream>/<sensor key>, streams are {', '.join(streams())}"
