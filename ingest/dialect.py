"""What a dialect is: another way to say a reading, told from ours by its topic.

There are two kinds. One is spoken on our own topics, ``<prefix>/<stream>/<sensor key>/<dialect>``, where stream and
sensor are known. The other comes from a system with topics of its own, which a bridge puts under
``<prefix>/<dialect>/``; which sensor it means is said by the sensor's :class:`~emscher.source.Source`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from emscher.rejection import RejectedError
from emscher.stream import Reading, Stream


@dataclass(frozen=True, slots=True)
class Spoken:
    """A dialect of our own topics.

    Parameters
    ----------
    name : str
        Last level of the topic.
    decode : callable
        Takes the stream and the payload apart into readings and rejections; raises nothing.
    streams : frozenset of str, optional
        Streams it can be spoken on, all without it.
    """

    name: str
    decode: Callable[[Stream, bytes], Iterable[Reading | RejectedError]]
    streams: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What a foreign message says, before anybody knows of which sensor.

    Parameters
    ----------
    end : datetime
        Its moment, or the end of its interval.
    values : mapping
        What it holds, by its own names.
    kept : bytes
        As much of the message as is needed to read it again, to be kept if it is refused: nothing about gateways.
    start : datetime, optional
        Start of its interval.
    derived : mapping
        More names for what it holds.
    simulated : bool
        It says so itself.
    """

    end: datetime
    values: Mapping[str, Any]
    kept: bytes
    start: datetime | None = None
    derived: Mapping[str, Any] = field(default_factory=dict)
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Foreign:
    """A dialect of another system's topics.

    Parameters
    ----------
    name : str
        First level of the topic below our prefix.
    topic : re.Pattern
        The rest of the topic; its groups, with a stroke between them, are the source's name.
    read : callable
        Reads a payload; raises :class:`RejectedError`, :class:`msgspec.DecodeError`, ValueError or RecursionError.
    """

    name: str
    topic: re.Pattern[str]
    read: Callable[[bytes], Seen]
