"""PUBLISH packets, taken off the connection in bulk before paho sees them, and acknowledged in bulk.

paho spends some 40 us on a PUBLISH (a table of properties, a matcher of callbacks, log lines nobody reads), more than
it takes to decode and store the reading. Everything else stays paho's: connection, session, keep-alive, subscriptions,
TLS, and every packet that is not a plain PUBLISH of QoS 0 or 1, the malformed ones among them.
docs/decisions/0010-publish-packets.md says why, and what holds it true.

Source: OASIS MQTT 5.0 and 3.1.1, sections 2.1 (fixed header), 3.3 (PUBLISH) and 3.4 (PUBACK).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import repeat
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import MessageType, MQTTErrorCode
from paho.mqtt.exception import MQTTException
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from ingest.message import Message

READ_AHEAD_BYTES = 131_072
ENDLESS = 1 << 62
_QOS_1 = 0x02
_KIND = 0xF4
"""Bits of the first byte that tell a PUBLISH of QoS 0 or 1 from everything else; DUP and RETAIN are free."""
_MORE = 0x80
"""Bit of a length's byte that says another one follows."""
_SHORT_BYTES = 2
"""So many bytes of length have packets under 16 KiB; longer ones are few, and paho streams them."""
_LENGTH_BYTES = 4
_PUBACK = struct.Struct(">HH").pack
_PUBACK_HEAD = MessageType.PUBACK << 8 | 2


class ReadAhead:
    """A socket that reads ahead of paho, keeps the PUBLISH packets and leaves paho the rest.

    paho and aiomqtt go on reading while :meth:`pending` says that something is there, as they do for TLS.

    Parameters
    ----------
    sock : socket
        Connected and not blocking.
    is_5 : bool
        Whether the connection speaks MQTT 5, whose packets have properties.
    arrived : callable
        Is given each message, in the order they came.
    """

    def __init__(self, sock: Any, *, is_5: bool, arrived: Callable[[Message], None]) -> None:  # noqa: ANN401 - plain or TLS
        self._sock = sock
        self._is_5 = is_5
        self._arrived = arrived
        self._data = b""
        self._position = 0
        self._paho_bytes = 0
        """So much of the packet at hand is paho's and not yet given; may be more than has arrived."""
        self._is_partial = False
        """Whether what is left has been looked at and is the beginning of a packet."""

    def recv(self, size: int) -> bytes:
        """Give up to that many bytes of a packet that is paho's; the PUBLISH packets before it are taken.

        Raises
        ------
        BlockingIOError, ssl.SSLWantReadError
            There is nothing for paho until more comes.
        """
        if self._paho_bytes == 0 or self._position == len(self._data):
            if (self._is_partial or self._position == len(self._data)) and not self._read():
                return b""
            if self._paho_bytes == 0:
                self._take()
            if self._paho_bytes == 0:
                raise BlockingIOError
        given = self._data[self._position : self._position + min(size, self._paho_bytes)]
        self._position += len(given)
        self._paho_bytes -= len(given)
        return given

    def pending(self) -> int:
        """Number of bytes that can be had without waiting."""
        below = self._sock.pending() if hasattr(self._sock, "pending") else 0
        return int(below) + (0 if self._is_partial else len(self._data) - self._position)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the socket has
        return getattr(self._sock, name)

    def _read(self) -> bool:
        """Read what has come; says whether the connection still is."""
        read = self._sock.recv(READ_AHEAD_BYTES)
        self._data, self._position, self._is_partial = self._data[self._position :] + read, 0, False
        return bool(read)

    def _take(self) -> None:
        """Take whole PUBLISH packets, up to the first packet that is paho's or has not all come."""
        data, position, end = self._data, self._position, len(self._data)
        self._is_partial = True
        while position + 1 < end:
            first, length, body = data[position], data[position + 1], position + 2
            if length >= _MORE:
                size = _length(data, position + 1)
                if size is None:
                    break
                length, body = size
            after = body + length
            if first & _KIND == MessageType.PUBLISH and body - position <= 1 + _SHORT_BYTES:
                if after > end:
                    break
                message = _message(data, first, body, after, is_5=self._is_5)
                if message is not None:
                    self._arrived(message)
                    position = after
                    continue
            self._paho_bytes, self._is_partial = after - position, False
            break
        self._position = position


def acknowledge(client: Client, mids: Iterable[int]) -> MQTTErrorCode:
    """Queue the acknowledgements of messages of QoS 1 as one piece; paho sends it, as a whole and in its turn.

    Parameters
    ----------
    client : Client
        Connected.
    mids : iterable of int
        In the order the messages came.
    """
    # Success without properties is the same four bytes in MQTT 3.1.1 and 5.
    packets = b"".join(map(_PUBACK, repeat(_PUBACK_HEAD), mids))
    return client._packet_queue(MessageType.PUBACK, packets, 0, 1)  # noqa: SLF001 - paho has no other way to send several


def _length(data: bytes, position: int) -> tuple[int, int] | None:
    """Decode a remaining length and say where it ends; None if it has not all come."""
    length = 0
    for number in range(_LENGTH_BYTES):
        if position + number == len(data):
            return None
        byte = data[position + number]
        length |= (byte & ~_MORE) << 7 * number
        if byte < _MORE:
            return length, position + number + 1
    # Behind a length that never ends nothing can be understood: paho sees it and hangs up.
    return ENDLESS, position


def _message(data: bytes, first: int, body: int, after: int, *, is_5: bool) -> Message | None:
    """Make a message of a packet's body; None if it is for paho to understand, or to refuse."""
    if body + 2 > after:
        return None
    start = body + 2
    end = start + (data[body] << 8 | data[body + 1])
    payload, mid = end, 0
    if first & _QOS_1:
        payload += 2
        if payload > after:
            return None
        mid = data[end] << 8 | data[end + 1]
    if is_5:
        if payload >= after:
            return None
        properties = payload
        payload += 1 + data[properties]
        if payload > after or (payload - properties > 1 and not _is_plain(data[properties:payload])):
            return None
    if payload > after or end == start:
        return None
    return Message(data[start:end], data[payload:after], mid, first >> 1 & 1)


@lru_cache(maxsize=4096)
def _is_plain(properties: bytes) -> bool:
    """Say whether paho would take these properties, which nothing here reads; it keeps the length in one byte."""
    if properties[0] >= _MORE:
        return False
    try:
        _, size = Properties(PacketTypes.PUBLISH).unpack(properties)  # type: ignore[no-untyped-call] # paho annotates it in part
    except (MQTTException, struct.error, LookupError, ValueError):
        return False
    return bool(size == len(properties))
