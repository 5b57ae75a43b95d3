"""The plan: how many readings, and how often each fault strikes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from soak.fault import FAULTS

MOST_READINGS = 3_000_000
"""More would be older than the streams are kept."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run does.

    Parameters
    ----------
    readings : int
        How many are sent.
    times : mapping
        How often each fault of :data:`soak.fault.FAULTS` strikes.
    """

    readings: int
    times: Mapping[str, int]

    @property
    def disk_bytes(self) -> int:
        """Size of the database's disk: its log before the first checkpoint is most of it."""
        return 768 * 2**20 + 3_000 * self.readings


LONG = Plan(1_000_000, MappingProxyType(dict(zip(FAULTS, (20, 5, 5, 10, 5, 1), strict=True))))
SHORT = Plan(50_000, MappingProxyType(dict.fromkeys(FAULTS, 1)))
