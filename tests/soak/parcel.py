"""A parcel: one message, with what must have become of each of its readings at the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from emscher.rejection import Reason
from emscher.stream import Row, Stream
from emscher.streams import streams

PREFIX = b"emscher"


class Good(NamedTuple):
    """A reading that must be stored: the values of its stream's columns."""

    stream: str
    sensor_key: str
    row: Row


class Refused(NamedTuple):
    """A reading that must stand in quarantine, by what may be kept of it; of a private stream only the reason."""

    stream: str
    reason: str
    sensor_key: str | None
    payload: bytes | None


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message.

    Parameters
    ----------
    topic, payload : bytes
        As published.
    good : tuple of Good
        Readings to be stored.
    refused : tuple of Refused
        Readings, or the whole message, to be refused.
    """

    topic: bytes
    payload: bytes
    good: tuple[Good, ...] = ()
    refused: tuple[Refused, ...] = ()

    @property
    def readings(self) -> int:
        """How many readings the books count for it."""
        return len(self.good) + len(self.refused)


def topic(stream: str, key: str) -> bytes:
    """Give the topic of a sensor."""
    return b"/".join((PREFIX, stream.encode(), key.encode()))


def refusal(stream: Stream, reason: Reason, key: str, payload: bytes | None) -> Refused:
    """Say what is kept of a refused reading.

    Parameters
    ----------
    stream : Stream
        On whose topic it came.
    reason : Reason
        Why it is refused.
    key : str
        The topic's sensor key.
    payload : bytes or None
        What is kept; None where content may not be.
    """
    if stream.private:
        return Refused(stream.name, reason, None, None)
    # With the content goes the key, which may hold the same.
    return Refused(stream.name, reason, None if payload is None else key, payload)


def parcel(stream: str, key: str, payload: bytes) -> Parcel:
    """Wrap readings that are all good, as one message."""
    kind = streams()[stream]
    good = tuple(Good(stream, key, kind.row(one)) for one in kind.decode(payload))
    return Parcel(topic(stream, key), payload, good)
