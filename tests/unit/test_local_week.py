"""The same local time of an earlier week, over the changes of summer time."""

from datetime import UTC, datetime

import numpy as np
import pytest

from emscher.stream import SECOND_US
from processing.local_week import weeks_before


@pytest.mark.parametrize(
    ("time", "weeks", "before"),
    [
        ("2026-02-11T06:35", 2, "2026-01-28T06:35"),
        ("2026-04-01T05:10", 1, "2026-03-25T06:10"),
        ("2026-10-28T06:10", 1, "2026-10-21T05:10"),
        ("2026-10-28T06:10", 4, "2026-09-30T05:10"),
        ("2026-04-05T00:30", 1, "2026-03-29T01:30"),
        ("2026-11-01T01:30", 1, "2026-10-25T00:30"),
    ],
    ids=["no change", "spring", "autumn", "four weeks", "skipped hour", "hour that came twice"],
)
def test_local_time_is_kept(time: str, weeks: int, before: str) -> None:
    """Half past seven stays half past seven, whatever UTC says."""

    def us(said: str) -> int:
        return round(datetime.fromisoformat(said).replace(tzinfo=UTC).timestamp()) * SECOND_US

    assert weeks_before(np.array([[us(time)]]), weeks).tolist() == [[us(before)]]
