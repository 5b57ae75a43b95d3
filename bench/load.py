"""A load of QoS 1 messages that costs little: packets made beforehand, one socket, a window of them under way."""

from __future__ import annotations

import itertools
import os
import select
import socket
import struct
import sys
import time
from collections.abc import Sequence
from typing import Self

WINDOW = 2000
_NUMBERS = itertools.count()


def packet(topic: bytes, payload: bytes, mid: int) -> bytes:
    """Make an MQTT 3.1.1 PUBLISH with QoS 1."""
    body = struct.pack(">H", len(topic)) + topic + struct.pack(">H", mid) + payload
    size, length = len(body), b""
    while True:
        size, digit = divmod(size, 128)
        length += bytes([digit | (0x80 if size else 0)])
        if not size:
            return b"\x32" + length + body


class Load:
    """A connection that publishes, to be closed when everything has arrived.

    Parameters
    ----------
    port : int
        Port of a broker on loopback.
    """

    def __init__(self, port: int) -> None:
        self._client = socket.create_connection(("127.0.0.1", port))
        self._client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # A broker throws out the older of two connections of one name.
        name = f"load-{os.getpid()}-{next(_NUMBERS)}".encode()
        body = b"\x00\x04MQTT\x04\x02\x00\x00" + struct.pack(">H", len(name)) + name
        self._client.sendall(b"\x10" + bytes([len(body)]) + body)
        if self._client.recv(4)[3:] != b"\0":
            sys.exit("the broker refuses the load")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._client.setblocking(True)
        self._client.sendall(b"\xe0\x00")
        self._client.close()

    def publish(self, messages: Sequence[tuple[bytes, bytes]], rate_per_s: float = 0.0) -> float:
        """Publish messages and wait for every acknowledgement.

        Parameters
        ----------
        messages : sequence of (topic, payload)
            Sent in order.
        rate_per_s : float
            Messages per second; 0 for as fast as the broker acknowledges.

        Returns
        -------
        float
            Time from the first message to the last acknowledgement [s].
        """
        packets = [packet(topic, payload, n % 65535 + 1) for n, (topic, payload) in enumerate(messages)]
        self._client.setblocking(False)
        sent = acknowledged = received = 0
        waiting = b""
        start = time.perf_counter()
        while acknowledged < len(packets):
            allowed = min(len(packets), acknowledged + WINDOW)
            if rate_per_s:
                allowed = min(allowed, int((time.perf_counter() - start) * rate_per_s) + 1)
            if not waiting and sent < allowed:
                step = min(allowed, sent + 200)
                waiting = b"".join(packets[sent:step])
                sent = step
            idle_s = 0.0005 if rate_per_s else 0.05
            readable, writable, _ = select.select([self._client], [self._client] if waiting else [], [], idle_s)
            if writable:
                waiting = waiting[self._client.send(waiting) :]
            if readable:
                received += len(self._client.recv(65536))
                acknowledged = received // 4
        return time.perf_counter() - start
