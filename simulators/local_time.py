"""Times of a recording, as microseconds since 1970."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from emscher.errors import RecordingError
from emscher.stream import SECOND_US

QUARTER_HOUR_US = 900 * SECOND_US

Microseconds = NDArray[np.int64]

_UNIX_US = {"unix_s": SECOND_US, "unix_ms": 1000}


def to_utc(local_us: Microseconds, zone: ZoneInfo) -> Microseconds:
    """Turn times of a local clock into UTC; of an hour that comes twice, the first one is meant.

    Parameters
    ----------
    local_us : ndarray of int64, shape (n,)
        What the clock shows, as if it were UTC [us since 1970].
    zone : ZoneInfo
        Zone of the clock.
    """
    # Clocks are put forward and back at full quarters of an hour, so one answer serves for each.
    quarters, place = np.unique(local_us // QUARTER_HOUR_US, return_inverse=True)
    shown = (datetime.fromtimestamp(900 * int(quarter), UTC).replace(tzinfo=zone) for quarter in quarters)
    offsets_s = np.array([(one.utcoffset() or one - one).total_seconds() for one in shown])
    return np.asarray(local_us - (SECOND_US * offsets_s.astype(np.int64))[place])


def parse(columns: list[pa.ChunkedArray], form: str, zone: ZoneInfo) -> Microseconds:
    """Read times.

    Parameters
    ----------
    columns : list of pyarrow.ChunkedArray
        Parts of the time, joined by a space.
    form : str
        As in :class:`simulators.mapping.Time`.
    zone : ZoneInfo
        Zone of times that have none.

    Raises
    ------
    RecordingError
        A time is missing or does not have the form.
    """
    try:
        times, is_utc = _parsed(columns, form)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError) as exc:
        raise RecordingError(
            f"A time does not have the form {form!r}: {exc}.", "Mend time.format of the mapping."
        ) from exc
    if times.null_count:
        row = pc.index(pc.is_null(times), pa.scalar(True)).as_py() + 1
        raise RecordingError(f"Row {row} has no time.", "Mend the recording, or time.columns of the mapping.")
    found: Microseconds = times.to_numpy().astype(np.int64)
    return found if is_utc else to_utc(found, zone)


def _parsed(columns: list[pa.ChunkedArray], form: str) -> tuple[pa.ChunkedArray, bool]:
    """Give the times [us since 1970], and whether they are UTC."""
    if form in _UNIX_US:
        number = pc.multiply(columns[0].cast(pa.float64()), float(_UNIX_US[form]))
        return pc.round(number).cast(pa.int64()), True
    if form == "timestamp":
        if not pa.types.is_timestamp(columns[0].type):
            raise pa.ArrowInvalid(f"the column holds {columns[0].type}")
        return columns[0].cast(pa.timestamp("us", columns[0].type.tz), safe=False).cast(pa.int64()), columns[
            0
        ].type.tz is not None
    texts = [one.cast(pa.string()) for one in columns]
    text = texts[0] if len(texts) == 1 else pc.binary_join_element_wise(*texts, " ")
    if form == "rfc3339":
        return text.cast(pa.timestamp("us", "UTC")).cast(pa.int64()), True
    if form == "iso":
        return text.cast(pa.timestamp("us")).cast(pa.int64()), False
    return pc.strptime(text, format=form, unit="us").cast(pa.int64()), False
