"""The ledger: what was sent, and what of it the broker has acknowledged."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from emscher.store import copy
from emscher.store.copy import Column, Rows
from emscher.stream import Row
from soak.parcel import Parcel, Refused

FULL = 10_000


class Ledger:
    """Writes down every parcel under a number of its own, its readings as rows of their tables.

    Parameters
    ----------
    columns : mapping
        Stream to its table's columns, the first of them ``sensor_id``.
    """

    def __init__(self, columns: Mapping[str, Sequence[Column]]) -> None:
        self._dtypes = {name: np.dtype([("parcel", "i8"), *copy.dtype_of(of).descr]) for name, of in columns.items()}
        self._open: dict[str, list[Row]] = defaultdict(list)
        self._closed: dict[str, list[Rows]] = defaultdict(list)
        self._acknowledged = bytearray()
        self._refused: list[tuple[int, Refused]] = []
        self.sensors: dict[str, int] = {}
        self.sent: Counter[str] = Counter()
        self.readings_sent = 0

    def write(self, parcel: Parcel) -> int:
        """Write a parcel down before it is sent, and give its number."""
        number = len(self._acknowledged)
        self._acknowledged.append(0)
        for stream, key, row in parcel.good:
            self.sent[stream] += 1
            sensor = self.sensors.setdefault(key, len(self.sensors))
            self._open[stream].append((number, sensor, *row))
            if len(self._open[stream]) >= FULL:
                self._close(stream)
        for one in parcel.refused:
            self.sent[one.stream] += 1
            self._refused.append((number, one))
        self.readings_sent += parcel.readings
        return number

    def acknowledge(self, number: int) -> None:
        """Write down that the broker has taken a parcel over."""
        self._acknowledged[number] = 1

    @property
    def parcels(self) -> int:
        """How many parcels were sent."""
        return len(self._acknowledged)

    @property
    def acknowledged(self) -> npt.NDArray[np.bool_]:
        """Whether the broker has acknowledged it, by the parcel's number."""
        return np.frombuffer(bytes(self._acknowledged), np.bool_)

    def good(self, stream: str) -> Rows:
        """Give a stream's readings, with the parcel's number and the ledger's own number of the sensor."""
        self._close(stream)
        return np.concatenate(self._closed[stream])

    def refused(self) -> tuple[Counter[Refused], Counter[Refused]]:
        """Count what must stand in quarantine, and what may: its acknowledgement is missing."""
        must: Counter[Refused] = Counter()
        may: Counter[Refused] = Counter()
        for number, one in self._refused:
            (must if self._acknowledged[number] else may)[one] += 1
        return must, may

    def _close(self, stream: str) -> None:
        self._closed[stream].append(np.array(self._open.pop(stream, []), self._dtypes[stream]))
