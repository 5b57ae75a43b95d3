"""Garbage: messages that must be refused, each for a reason known beforehand and recognisable in quarantine.

A number that grows makes each one unlike the others, in its payload or, where none is kept, in its sensor key.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from emscher.rejection import Reason
from emscher.stream import Stream
from emscher.streams import streams
from soak.parcel import PREFIX, Parcel, Refused, parcel, refusal, topic

PAYLOAD_LIMIT_BYTES = 16_384
"""Ingest under the saw refuses longer payloads, so that refusing them is cheap to try [bytes]."""
DEPTH = 10_000
LONG_AGO = datetime(2009, 1, 1, tzinfo=UTC)
FAR_AHEAD = datetime(2100, 1, 1, tzinfo=UTC)
QUARTER_HOUR_S = 900

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Base:
    """A good reading to spoil.

    Parameters
    ----------
    stream : str
        Its stream.
    key : str
        Its sensor.
    reading : dict
        The reading.
    stranger : str
        A sensor of another stream.
    """

    stream: str
    key: str
    reading: Json
    stranger: str

    @property
    def kind(self) -> Stream:
        """The stream's declaration."""
        return streams()[self.stream]

    @property
    def time(self) -> str:
        """Name of the field that holds its time."""
        return "end" if "end" in self.reading else "time"

    def at(self, begin: datetime, number: int) -> Json:
        """Move the reading to a quarter hour after a moment."""
        return {**self.reading, self.time: begin + timedelta(seconds=QUARTER_HOUR_S * number)}

    def spoilt(self, key: str, payload: bytes, reason: Reason, kept: bytes | None) -> Parcel:
        """Wrap what became of it."""
        return Parcel(topic(self.stream, key), payload, refused=(refusal(self.kind, reason, key, kept),))


_encode = msgspec.json.encode


def cut_off(base: Base, number: int) -> Parcel:
    """JSON without its end."""
    payload = _encode(base.reading)[:-1]
    return base.spoilt(_key(number), payload, Reason.MALFORMED, payload)


def unknown_field(base: Base, number: int) -> Parcel:
    """A field nobody knows."""
    payload = _encode({**base.reading, "soak": number})
    return base.spoilt(base.key, payload, Reason.UNKNOWN_FIELD, payload)


def no_time(base: Base, number: int) -> Parcel:
    """Words where the time belongs."""
    payload = _encode({**base.reading, base.time: f"at {number}"})
    return base.spoilt(base.key, payload, Reason.WRONG_TYPE, payload)


def long_ago(base: Base, number: int) -> Parcel:
    """A clock that stands in 2009."""
    payload = _encode(base.at(LONG_AGO, number))
    return base.spoilt(base.key, payload, Reason.TOO_OLD, as_kept(base.kind, payload))


def far_ahead(base: Base, number: int) -> Parcel:
    """A clock that is ahead by decades."""
    payload = _encode(base.at(FAR_AHEAD, number))
    return base.spoilt(base.key, payload, Reason.IN_FUTURE, as_kept(base.kind, payload))


def too_large(base: Base, number: int) -> Parcel:
    """More bytes than are taken."""
    payload = b'[{"soak":%d}' % number + b" " * PAYLOAD_LIMIT_BYTES + b"]"
    return base.spoilt(base.key, payload, Reason.TOO_LARGE, payload)


def too_deep(base: Base, number: int) -> Parcel:
    """Brackets without end."""
    payload = b"[" * DEPTH
    return base.spoilt(_key(number), payload, Reason.TOO_DEEP, payload)


def empty(base: Base, number: int) -> Parcel:
    """An array of nothing."""
    return base.spoilt(_key(number), b"[]", Reason.EMPTY, b"[]")


def with_address(base: Base, number: int) -> Parcel:
    """The address of a device, of which nothing may be kept."""
    payload = _encode({**base.reading, "mac": "aa:bb:cc:dd:ee:ff"})
    return base.spoilt(_key(number), payload, Reason.UNKNOWN_FIELD, None)


def wrong_stream(base: Base, number: int) -> Parcel:
    """A reading on the topic of a sensor that belongs to another stream."""
    del number
    payload = _encode(base.reading)
    return base.spoilt(base.stranger, payload, Reason.WRONG_STREAM, as_kept(base.kind, payload))


def unknown_topic(base: Base, number: int) -> Parcel:
    """A topic that names no stream."""
    del base
    payload = b'{"soak":%d}' % number
    return Parcel(PREFIX + b"/nonsense/x", payload, refused=(Refused("unknown", Reason.UNKNOWN_TOPIC, None, payload),))


def among_good(base: Base, number: int) -> Parcel:
    """One bad reading in an array with a good one."""
    good, bad = _encode(base.reading), b'{"soak":%d}' % number
    whole = parcel(base.stream, base.key, good)
    refused = refusal(base.kind, Reason.UNKNOWN_FIELD, base.key, bad)
    return Parcel(whole.topic, b"[" + bad + b"," + good + b"]", whole.good, (refused,))


def conflict(base: Base) -> Parcel | None:
    """A reading that disagrees with one that is stored; none where every value is part of the key."""
    kind = base.kind
    before = parcel(base.stream, base.key, _encode(base.reading)).good[0].row
    for name in kind.units:
        if name in ("interval_s", *kind.key) or not base.reading.get(name):
            continue
        payload = _encode({**base.reading, name: base.reading[name] - 1})
        decoded = next(iter(kind.decode(payload)))
        if isinstance(decoded, kind.reading) and kind.row(decoded) != before:
            return base.spoilt(base.key, payload, Reason.CONFLICT, as_kept(kind, payload))
    return None


KINDS: tuple[Callable[[Base, int], Parcel], ...] = (
    cut_off,
    unknown_field,
    no_time,
    long_ago,
    far_ahead,
    too_large,
    too_deep,
    empty,
    with_address,
    wrong_stream,
    unknown_topic,
    among_good,
)


def as_kept(kind: Stream, payload: bytes) -> bytes:
    """Write a reading as quarantine keeps one that was decoded before it was refused."""
    return _encode(next(iter(kind.decode(payload))))


def _key(number: int) -> str:
    return f"soak.{number}"
