"""Dialects against recordings: the tables of the German traffic centres, and Hamburg's signals."""

import gzip
from itertools import islice
from pathlib import Path

import msgspec
import numpy as np
import pytest
from dua_table import Table, read

from emscher.stream import Reading
from emscher.streams import streams
from emscher.streams.signal import STATES
from emscher.streams.traffic import STATUS, TrafficReading
from ingest.dialects import dialects, sensorthings, tls
from processing.kernels.measured import decode

pytestmark = pytest.mark.reference

NAMES = {
    "qKfz": "count",
    "qLkw": "heavy_count",
    "vKfz": "speed_kmh",
    "vPkw": "car_speed_kmh",
    "vLkw": "heavy_speed_kmh",
    "b": "occupancy_pct",
    "sKfz": "speed_std_kmh",
}


def _taken(table: Table) -> tuple[int, int]:
    """Send each row as a TLS record; count those that come out as the kernels read them, and all."""
    names = [name for name in NAMES if name in table.header]
    code = np.stack([table.numbers(name, 0) for name in names])
    read_by_kernels = decode(code)
    right = 0
    for row in range(code.shape[1]):
        record = {"t_end": "2026-01-05T07:01:00Z", "T": 60, "qPkw": -1}
        record |= {name: float(code[n, row]) for n, name in enumerate(names) if not np.isnan(code[n, row])}
        (made,) = tls.decode(streams()["traffic"], msgspec.json.encode(record))
        if not isinstance(made, TrafficReading):
            # The tables hold contradictions on purpose; more heavy vehicles than vehicles is one we refuse.
            heavy, all_ = names.index("qLkw"), names.index("qKfz")
            right += code[heavy, row] > code[all_, row] >= 0
            continue
        right += all(
            (getattr(made, NAMES[name]) is None) == np.isnan(read_by_kernels.number[n, row])
            and getattr(made, NAMES[name]) in (None, read_by_kernels.number[n, row])
            and STATUS.index((made.status or {}).get(NAMES[name], "reported")) == read_by_kernels.status[n, row]  # type: ignore[call-overload] # a name of the literal
            for n, name in enumerate(names)
        )
    return right, code.shape[1]


@pytest.mark.parametrize(("name", "rows"), [("DUA13", 24), ("DUA15-1", 36), ("DUA51", 297)])
def test_tls_rows_come_out_as_the_kernels_read_them(recordings: Path, name: str, rows: int) -> None:
    """Each row of a table, sent as a TLS record, gives the values and the codes that the kernels read in it."""
    assert _taken(read(recordings / "dua" / f"{name}.csv")) == (rows, rows)


def test_hamburg_cycles_come_out_as_their_colours(recordings: Path) -> None:
    """Each second of 1,000 of Hamburg's cycles, sent as an observation, gives the state its digit stands for."""
    assert "sensorthings" in dialects()
    stream = streams()["signal"]
    wrong = seconds = 0
    with gzip.open(recordings / "hamburg_signals" / "signal_cycles.csv.gz", "rt") as file:
        for line in islice(file, 1, 1_001):
            for digit in line.rstrip().rpartition(",")[2]:
                seen = sensorthings.read(b'{"phenomenonTime":"2023-09-25T14:01:31Z","result":%s}' % digit.encode())
                made = stream.make({"time": seen.end, "signal_group": 1, "state": seen.derived["state"]})
                seconds += 1
                wrong += not isinstance(made, Reading) or getattr(made, "state", "") != (*STATES, "dark")[int(digit)]
    assert seconds > 60_000
    assert wrong == 0
