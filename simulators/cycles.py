"""Recordings of signal cycles: a colour digit for each second becomes an event for each change of colour."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from emscher.errors import RecordingError
from emscher.stream import SECOND_US
from emscher.streams.signal import STATES
from simulators import table
from simulators.columns import Column, Columns
from simulators.mapping import FORM, Cycles, Mapping, stream_of

_NONE = Cycles(start="", end="", colors="", states={})


def read(path: Path, mapping: Mapping) -> Columns:
    """Read a recording whose rows are cycles.

    Parameters
    ----------
    path : Path
        CSV, also compressed, or Parquet.
    mapping : Mapping
        Has a table ``[cycles]``.

    Raises
    ------
    RecordingError
        Recording and mapping do not go together.
    """
    how = mapping.cycles or _NONE
    types: dict[str, pa.DataType | None] = {how.start: pa.int64(), how.end: pa.int64(), how.colors: pa.string()}
    types |= {column: pa.string() for _, column in table.pieces(mapping.sensor.key) if column}
    rows = table.read(path, mapping.csv, types)
    keys, sensor = table.keys(rows, mapping.sensor.key)
    order = np.lexsort((rows[how.start].to_numpy(), sensor.to_numpy()))
    thing = sensor.to_numpy()[order]
    start_s, end_s = rows[how.start].to_numpy()[order], rows[how.end].to_numpy()[order]
    length = pc.binary_length(rows[how.colors]).fill_null(0).to_numpy()[order]
    if (bad := np.flatnonzero(length != end_s - start_s)).size:
        raise RecordingError(
            f"Row {order[bad[0]] + 1}: {length[bad[0]]} colours for {(end_s - start_s)[bad[0]]} s.",
            "A cycle has one digit for each second.",
        )
    digits = np.frombuffer(
        "".join(rows[how.colors].take(pa.array(order)).to_pylist()).encode("latin-1", "replace"), np.uint8
    )
    colors = _states(how)[digits]
    if (bad := np.flatnonzero(colors < 0)).size:
        raise RecordingError(
            f"The colour {chr(digits[bad[0]])!r} has no state.", "Add it to [cycles.states] of the mapping."
        )
    begin = np.cumsum(length) - length
    changed = np.ones(digits.size, bool)
    changed[1:] = colors[1:] != colors[:-1]
    # The border of two cycles is no event in itself; another thing or a gap in time is one.
    apart = np.ones(begin.size, bool)
    apart[1:] = (thing[1:] != thing[:-1]) | (start_s[1:] != end_s[:-1])
    filled = length > 0
    changed[begin[filled & apart]] = True
    place = np.flatnonzero(changed)
    cycle = np.searchsorted(begin[filled], place, side="right") - 1
    states = np.array(STATES, object)[colors[place]]
    groups = np.full(place.size, how.signal_group)
    here = np.zeros(place.size, bool)
    return Columns(
        stream=stream_of(mapping.stream),
        keys=keys,
        sensor=thing[filled][cycle].astype(np.int64),
        latest_us=SECOND_US * (start_s[filled][cycle] + place - begin[filled][cycle]),
        interval_s=None,
        fields={"signal_group": Column(groups, here), "state": Column(states, here)},
        constants=mapping.constants,
    )


def _states(how: Cycles) -> NDArray[np.int64]:
    """Index of the state of every byte, -1 where the mapping names none."""
    found = np.full(256, -1)
    for digit, state in how.states.items():
        if len(digit) != 1 or not digit.isascii():
            raise RecordingError(f"The colour {digit!r} is not one character.", FORM)
        found[ord(digit)] = STATES.index(state)
    return found
