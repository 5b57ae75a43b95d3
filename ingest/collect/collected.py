"""What a collector takes from a meter: a sensor's key and its reading."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from emscher.streams.energy import EnergyReading

STREAM = "energy"


@dataclass(frozen=True, slots=True)
class Values:
    """What one meter says at one moment; None where it does not.

    Parameters
    ----------
    energy_wh : float, optional
        Counter [Wh].
    power_w : float, optional
        Power [W].
    power_avg_w, interval_s : float, int, optional
        Mean power of the interval that ends now [W], and its length [s].
    time : datetime, optional
        When it was measured, if the meter says so.
    """

    energy_wh: float | None = None
    power_w: float | None = None
    power_avg_w: float | None = None
    interval_s: int | None = None
    time: datetime | None = None

    @property
    def empty(self) -> bool:
        """Whether it says nothing that can be stored."""
        return self.energy_wh is None and self.power_w is None and self.power_avg_w is None


@dataclass(frozen=True, slots=True)
class Collected:
    """Values of one sensor."""

    key: str
    values: Values

    def payload(self, now: datetime, facts: Mapping[str, str]) -> bytes:
        """Write the canonical reading, checked as ingest will check it.

        Parameters
        ----------
        now : datetime
            When it was asked for, with zone; stands where the meter gives no time.
        facts : mapping of str to str
            What describes the sensor: ``measurement_point``, ``counter_kind``, ``origin``.

        Raises
        ------
        ValidationError
            A value is out of its range.
        """
        values = self.values if self.values.time else replace(self.values, time=now)
        named = {name: getattr(values, name) for name in Values.__slots__ if getattr(values, name) is not None}
        return msgspec.json.encode(msgspec.convert({**named, **facts}, EnergyReading))


def number(value: object) -> float | None:
    """Read a finite number; None for anything else, for a truth value too."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None
