"""PUBLISH packets taken past paho: whatever comes, what arrives is what paho alone would have given.

These tests run paho itself on the same bytes. They fail when a release of paho understands a packet otherwise, or no
longer has the two private names leant on (``_sock`` and ``_packet_queue``).
"""

import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from ingest import publish_packets
from ingest.message import Message
from ingest.publish_packets import ReadAhead

PINGRESP = b"\xd0\x00"
SUBACK = {True: b"\x90\x04\x00\x07\x00\x01", False: b"\x90\x03\x00\x07\x01"}
PROPERTIES = [
    b"\x00",
    b"\x02\x01\x01",  # payload format
    b"\x05\x02\x00\x00\x00\x09",  # message expiry
    b"\x0b\x03\x00\x08text/csv",  # content type
    b"\x07\x26\x00\x01a\x00\x01b",  # user property
    b"\x02\x0b\x01",  # subscription identifier
    b"\x03\x23\x00\x01",  # topic alias, which we never allow
    b"\x02\x01\x07",  # a payload format that is none
    b"\x05\x11\x00\x00\x00\x01",  # session expiry, which no PUBLISH has
    b"\x02\x7f\x00",  # a property nobody knows
    b"\x03\x02\x00\x00",  # message expiry cut short
    b"\x81\x00\x01\x01",  # length in more bytes than it needs
    b"\x9b\x01" + 31 * b"\x26\x00\x00\x00\x00",  # length in two bytes
]


def length(size: int) -> bytes:
    """Encode a remaining length."""
    digits = b""
    while True:
        size, digit = divmod(size, 128)
        digits += bytes([digit | (0x80 if size else 0)])
        if not size:
            return digits


def publish(flags: int, topic: bytes, mid: int, properties: bytes, payload: bytes) -> bytes:
    """Make a PUBLISH; flags are the low half of its first byte."""
    number = struct.pack(">H", mid) if flags & 6 else b""
    body = struct.pack(">H", len(topic)) + topic + number + properties + payload
    return bytes([0x30 | flags]) + length(len(body)) + body


@dataclass
class End:
    """A paho client at the end of a socket pair, and what came of the bytes."""

    is_5: bool
    reads_ahead: bool
    seen: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        version = MQTTProtocolVersion.MQTTv5 if self.is_5 else MQTTProtocolVersion.MQTTv311
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="x", protocol=version)
        self.client.manual_ack_set(True)
        self.client.on_message = lambda _, __, one: self.seen.append(
            Message(one._topic, bytes(one.payload), one.mid, one.qos)  # noqa: SLF001 - as the consumer does
        )
        self.client.on_subscribe = lambda *rest: self.seen.append(f"subscribed {rest[2]}")
        self.broker, ours = socket.socketpair()
        ours.setblocking(False)
        self.socket = ReadAhead(ours, is_5=self.is_5, arrived=self.seen.append) if self.reads_ahead else ours
        self.client._sock = self.socket  # noqa: SLF001 - as the consumer does

    def feed(self, chunks: Sequence[bytes]) -> None:
        """Let chunks arrive and read, as aiomqtt reads, until there is no more or paho hangs up."""
        for chunk in chunks:
            if self.client._sock is None:  # noqa: SLF001 - paho has hung up
                return
            self.broker.sendall(chunk)
            self.read(len(chunk))

    def read(self, most: int) -> None:
        """Read what has come."""
        for _ in range(most + 1):
            if self.client.loop_read() != mqtt.MQTT_ERR_SUCCESS or self.client._sock is None:  # noqa: SLF001
                return
            if self.reads_ahead and not self.socket.pending():  # type: ignore[union-attr] # ReadAhead
                return

    def close(self) -> tuple[list[Any], bool]:
        """Hang up; give what was seen, and whether paho had hung up before."""
        hung_up = self.client._sock is None  # noqa: SLF001
        self.broker.close()
        self.socket.close()
        return self.seen, hung_up


def both(chunks: Sequence[bytes], *, is_5: bool) -> tuple[tuple[list[Any], bool], tuple[list[Any], bool]]:
    """What paho alone makes of the bytes, and what paho makes of them with the read-ahead before it."""
    alone, ahead = End(is_5, reads_ahead=False), End(is_5, reads_ahead=True)
    alone.feed(chunks)
    ahead.feed(chunks)
    return alone.close(), ahead.close()


def packets(*, is_5: bool) -> st.SearchStrategy[bytes]:
    """Packets that a broker sends, and some that none should."""
    some = st.sampled_from(PROPERTIES) | st.binary(max_size=6)
    plain = st.builds(
        publish,
        st.sampled_from([0x0, 0x1, 0x2, 0x3, 0xA, 0xB]),
        st.sampled_from([b"emscher/traffic/a", b"t", "ü".encode()]),
        st.integers(0, 65_535),
        st.sampled_from(PROPERTIES[:6]) if is_5 else st.just(b""),
        st.binary(max_size=300),
    )
    odd = st.builds(
        publish,
        st.integers(0, 15),
        st.binary(max_size=5),
        st.integers(0, 65_535),
        some if is_5 else st.just(b""),
        st.binary(max_size=20),
    )
    raw = st.builds(lambda first, body: bytes([first]) + length(len(body)) + body, st.integers(0x30, 0x3F), st.binary())
    # Other packets of a broker, but no CONNACK: paho would answer it.
    return plain | odd | raw | st.sampled_from([PINGRESP, SUBACK[is_5]])


def cut(data: bytes, places: Sequence[int]) -> list[bytes]:
    """Cut bytes at some places."""
    at = sorted({0, len(data), *(one % (len(data) + 1) for one in places)})
    return [data[start:end] for start, end in pairwise(at)]


@settings(max_examples=400)
@given(st.data(), st.booleans(), st.lists(st.integers(0, 10_000), max_size=12))
def test_what_arrives_is_what_paho_alone_would_give(data: st.DataObject, is_5: bool, places: list[int]) -> None:  # noqa: FBT001 - hypothesis
    """Messages and other packets are the same, in the same order, wherever the bytes are cut; so is hanging up."""
    stream = b"".join(data.draw(st.lists(packets(is_5=is_5), max_size=8)))
    alone, ahead = both(cut(stream, places), is_5=is_5)
    assert ahead == alone


@settings(max_examples=200)
@given(st.binary(max_size=40), st.booleans(), st.lists(st.integers(0, 100), max_size=5))
@example(b"\x30\xff\xff\xff\xff\x01", True, [1, 2, 3, 4, 5])
@example(b"\x32\x80\x80\x80\x80\x80\x00", False, [])
def test_garbage_is_what_paho_makes_of_it(garbage: bytes, is_5: bool, places: list[int]) -> None:  # noqa: FBT001 - hypothesis
    """Bytes that are no packets end the connection exactly when paho ends it."""
    stream = publish(2, b"a", 1, b"\x00" if is_5 else b"", b"{}") + b"\x3f" + garbage
    alone, ahead = both(cut(stream, places), is_5=is_5)
    assert ahead == alone


@pytest.mark.parametrize("is_5", [True, False])
@pytest.mark.parametrize("size", [100, 127, 128, 16_350, 16_383, 16_384, 300_000])
def test_packets_of_every_length_come_whole(size: int, is_5: bool) -> None:  # noqa: FBT001 - parametrised
    """Short packets are taken, long ones left to paho; both come whole and in order."""
    properties = b"\x00" if is_5 else b""
    stream = b"".join(publish(2, b"t", mid, properties, bytes([mid]) * (size if mid == 2 else 9)) for mid in (1, 2, 3))
    end = End(is_5, reads_ahead=True)
    end.feed([stream[at : at + 50_000] for at in range(0, len(stream), 50_000)])
    seen, hung_up = end.close()
    assert ([(one.mid, len(one.payload)) for one in seen], hung_up) == ([(1, 9), (2, size), (3, 9)], False)


def test_plain_messages_never_reach_paho() -> None:
    """The point of it: the common packets are not paho's work; one whose topic is an alias is."""
    taken: list[Message] = []
    broker, ours = socket.socketpair()
    with broker, ours:
        ours.setblocking(False)
        ahead = ReadAhead(ours, is_5=True, arrived=taken.append)
        alias = publish(2, b"", 9, PROPERTIES[6], b"{}")
        common = [publish(2, b"t", mid, one, b"{}") for mid, one in enumerate(PROPERTIES[:6])]
        broker.sendall(b"".join(common) + publish(0, b"t", 0, b"\x00", b"") + PINGRESP)
        assert ahead.recv(9) == PINGRESP
        assert [(one.mid, one.qos) for one in taken] == [*((mid, 1) for mid in range(6)), (0, 0)]
        broker.sendall(alias)
        assert ahead.recv(len(alias)) == alias
        with pytest.raises(BlockingIOError):
            ahead.recv(1)
        assert (ahead.pending(), ahead.fileno()) == (0, ours.fileno())


def test_the_end_of_a_connection_is_passed_on() -> None:
    """When the other side has closed, what is paho's comes first, then nothing."""
    broker, ours = socket.socketpair()
    with ours:
        ahead = ReadAhead(ours, is_5=True, arrived=print)
        broker.sendall(PINGRESP + b"\x30")
        broker.close()
        assert (ahead.recv(1), ahead.pending(), ahead.recv(9)) == (b"\xd0", 2, b"\x00")
        with pytest.raises(BlockingIOError):
            ahead.recv(1)
        assert ahead.recv(1) == b""


@pytest.mark.parametrize("is_5", [True, False])
def test_acknowledgements_are_the_bytes_paho_sends(is_5: bool) -> None:  # noqa: FBT001 - parametrised
    """A batch is acknowledged with the bytes of one acknowledgement after the other, whole even if sent in parts."""
    mids = [*range(1, 65_536), *range(1, 30_000)]
    theirs, ours = End(is_5, reads_ahead=False), End(is_5, reads_ahead=True)
    for mid in mids[:100]:
        theirs.client.ack(mid, 1)
    publish_packets.acknowledge(ours.client, mids)
    got = b""
    ours.broker.setblocking(False)
    while len(got) < 4 * len(mids):
        ours.client.loop_write()
        got += ours.broker.recv(8192)
    expected = theirs.broker.recv(8192)
    assert got[:400] == expected
    assert got == b"".join(b"\x40\x02" + struct.pack(">H", mid) for mid in mids)
    assert not ours.client.want_write()
    theirs.close()
    ours.close()
