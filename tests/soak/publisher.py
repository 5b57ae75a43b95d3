"""The publisher: QoS 1 over a session that the broker keeps; what is not acknowledged is sent again, marked DUP."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable, Iterator
from itertools import islice

from bench.load import packet
from soak.ledger import Ledger
from soak.parcel import Parcel

WINDOW = 2000
"""Most messages without acknowledgement."""
AT_ONCE = 100
TRICKLE, TRICKLE_S = 25, 0.05
"""While a fault is at work: that many messages, then a pause [s]."""
PAUSE_S = 0.1
LAST_MID = 65_535
DUPLICATE = 0x08
PUBACK = 0x40
PUBACK_BYTES = 4
CONNECT_BODY = b"\x00\x04MQTT\x04\x00\x00\x00\x00\x0eemscher-sender"
CONNECT = bytes([0x10, len(CONNECT_BODY)]) + CONNECT_BODY
DISCONNECT = b"\xe0\x00"

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Publisher:
    """Sends parcels and writes every acknowledgement into the ledger.

    Parameters
    ----------
    port : int
        Port of a broker on loopback.
    ledger : Ledger
        Knows what was sent and what is acknowledged.
    """

    def __init__(self, port: int, ledger: Ledger) -> None:
        self._port = port
        self._ledger = ledger
        self._under_way: dict[int, tuple[int, bytes]] = {}
        self._connection: Connection | None = None
        self._changed = asyncio.Event()
        self._last_mid = 0
        self.again = 0

    async def publish(self, parcels: Iterator[Parcel], slowly: Callable[[], bool]) -> None:
        """Send all parcels and wait for every acknowledgement.

        Parameters
        ----------
        parcels : iterator of Parcel
            Made as they are sent.
        slowly : callable
            Whether to let them trickle, so that a fault meets traffic and they do not run out.
        """
        keeper = asyncio.create_task(self._keep_connected())
        try:
            while True:
                slow = slowly()
                if slow:
                    await asyncio.sleep(TRICKLE_S)
                some = list(islice(parcels, TRICKLE if slow else AT_ONCE))
                if not some:
                    break
                await self._until(lambda: self._connection is not None and len(self._under_way) < WINDOW - AT_ONCE)
                await self._send(some)
            await self._until(lambda: not self._under_way)
        finally:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
            if self._connection is not None:
                self._connection[1].write(DISCONNECT)
                self._connection[1].close()

    async def _send(self, parcels: list[Parcel]) -> None:
        packets = []
        for parcel in parcels:
            self._last_mid = self._last_mid % LAST_MID + 1
            made = packet(parcel.topic, parcel.payload, self._last_mid)
            self._under_way[self._last_mid] = (self._ledger.write(parcel), made)
            packets.append(made)
        if self._connection is not None:
            self._connection[1].write(b"".join(packets))
        # The generator of parcels never waits: let the others have their turn.
        await asyncio.sleep(0)

    async def _until(self, ready: Callable[[], bool]) -> None:
        while not ready():
            self._changed.clear()
            await self._changed.wait()

    async def _keep_connected(self) -> None:
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
                writer.write(CONNECT)
                await reader.readexactly(4)
                again = [made for _, made in self._under_way.values()]
                self.again += len(again)
                writer.write(b"".join(bytes([made[0] | DUPLICATE]) + made[1:] for made in again))
                self._connection = reader, writer
                self._changed.set()
                await self._take_acknowledgements(reader)
            except (OSError, asyncio.IncompleteReadError):
                self._connection = None
                await asyncio.sleep(PAUSE_S)

    async def _take_acknowledgements(self, reader: asyncio.StreamReader) -> None:
        rest = b""
        while data := await reader.read(65_536):
            rest += data
            whole = len(rest) - len(rest) % PUBACK_BYTES
            for kind, length, mid in struct.iter_unpack(">BBH", rest[:whole]):
                if (kind, length) != (PUBACK, 2):
                    raise RuntimeError(f"the broker sent {kind:#x} instead of an acknowledgement")
                number, _ = self._under_way.pop(mid)
                self._ledger.acknowledge(number)
            rest = rest[whole:]
            self._changed.set()
        raise ConnectionResetError
