"""The same time of an earlier week by the city's clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from emscher.stream import HOUR_S, SECOND_US
from processing.kernels.group import Ints

ZONE = ZoneInfo("Europe/Berlin")
_HOUR_US = HOUR_S * SECOND_US


def weeks_before(time_us: Ints, weeks: int) -> Ints:
    """Give the times whole weeks before, at the same local time.

    Parameters
    ----------
    time_us : integer array, any shape
        Times [us since 1970].
    weeks : int
        How many weeks.

    Returns
    -------
    integer array, same shape
        At most an hour off whole weeks. An hour that summer time skipped is the one that followed; of an hour that
        came twice it is the first.
    """
    hours, place = np.unique(time_us // _HOUR_US, return_inverse=True)
    earlier = np.array([_hour_before(hour, weeks) for hour in hours.tolist()], np.int64)
    moved: Ints = earlier[place].reshape(time_us.shape) * _HOUR_US + time_us % _HOUR_US
    return moved


@lru_cache(maxsize=4096)
def _hour_before(hour: int, weeks: int) -> int:
    """Do it for an hour since 1970; the offset of this zone is whole hours, and so are its changes."""
    local = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(hours=hour)).astimezone(ZONE)
    return round((local - timedelta(weeks=weeks)).timestamp()) // HOUR_S
