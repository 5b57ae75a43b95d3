"""The rate of a sensor: more readings than it can honestly have taken in the time they speak of.

Judged by the readings' own times, never by their arrival: after an outage a day's readings come within seconds, and a
replay at full speed, and every one of them is wanted. A detector that has gone mad and sends a thousand readings a
second says so itself, by times a millisecond apart (docs/decisions/0015-the-door.md).
"""

from __future__ import annotations

from emscher.settings import Settings
from emscher.stream import SECOND_US

SENSORS_LIMIT = 200_000
"""Sensors remembered at most; beyond it all begin anew, which refuses nobody who would not have been."""


class Rate:
    """A bucket of tokens per sensor that fills as its readings' own time passes, in either direction.

    Parameters
    ----------
    settings : Settings
        ``ingest_rate_per_s``, 0 for none, and ``ingest_rate_burst``.
    """

    def __init__(self, settings: Settings) -> None:
        self._per_us = settings.ingest_rate_per_s / SECOND_US
        self._burst = float(settings.ingest_rate_burst)
        self._buckets: dict[str, list[float]] = {}

    @property
    def limits(self) -> bool:
        """Whether there is a limit at all."""
        return self._per_us > 0

    def exceeds(self, sensor_key: str, observed_us: int) -> bool:
        """Take a reading into account, and say whether it is one too many.

        Parameters
        ----------
        sensor_key : str
            Whose reading it is.
        observed_us : int
            Its own time [us since 1970].
        """
        bucket = self._buckets.get(sensor_key)
        if bucket is None:
            if len(self._buckets) >= SENSORS_LIMIT:
                self._buckets.clear()
            self._buckets[sensor_key] = [observed_us, self._burst - 1]
            return False
        left = bucket[1] + abs(observed_us - bucket[0]) * self._per_us
        bucket[0] = observed_us
        if left < 1:
            bucket[1] = left
            return True
        bucket[1] = left - 1 if left < self._burst else self._burst - 1
        return False
