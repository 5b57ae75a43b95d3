"""SML: what a smart meter sends through its optical port, frame by frame.

References
----------
.. [1] OBIS 1.8.0 imported energy in Wh (DLMS unit 30), 16.7.0 active power in W (unit 27), negative when feeding in.
   Checked with recordings of eleven kinds of meters.
"""

from __future__ import annotations

from collections.abc import Iterator

from smllib.errors import SmlLibException
from smllib.reader import SmlStreamReader

from ingest.collect.collected import Values, number

FACTS = {"origin": "sml", "counter_kind": "monotone"}
IMPORTED, ACTIVE = "0100010800ff", "0100100700ff"
WH, W = 30, 27


class Decoder:
    """Turns bytes into values, one per good frame; a damaged frame is counted and gives none."""

    def __init__(self) -> None:
        self._stream = SmlStreamReader()
        self.damaged_count = 0

    def feed(self, data: bytes) -> Iterator[Values]:
        """Take bytes in and give the values of the frames that they complete."""
        self._stream.add(data)
        while True:
            try:
                frame = self._stream.get_frame()
                entries = None if frame is None else frame.get_obis()
            except (SmlLibException, ValueError, IndexError, TypeError):
                # A frame whose checksum is right can still hold less than its form asks for.
                self.damaged_count += 1
                continue
            if entries is None:
                return
            found = {(str(one.obis), one.unit): number(one.get_value()) for one in entries}
            values = Values(energy_wh=found.get((IMPORTED, WH)), power_w=found.get((ACTIVE, W)))
            if not values.empty:
                yield values
