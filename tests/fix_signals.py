"""Controller events of the recordings as the arrays that kernels take."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
import pytest

from processing.kernels.group import Ints
from processing.kernels.number import numbered, within
from processing.kernels.presence import Presences, merged, presences
from processing.kernels.signal_state import Changes, changes
from processing.kernels.timeline import Timeline, timeline

QUARTER_US = 900_000_000
HOUR_US = 3_600_000_000
DETECTOR_OFF, DETECTOR_ON = 81, 82
Table = dict[tuple[int, ...], tuple[float, ...]]


def read(path: Path) -> dict[str, npt.NDArray[np.generic]]:
    """Columns of a Parquet file; times in microseconds."""
    table = pq.read_table(path)
    columns = {name: table[name].to_numpy() for name in table.column_names}
    columns["TimeStamp"] = columns["TimeStamp"].astype("M8[us]").astype(np.int64)
    return columns


@dataclass(frozen=True)
class Log:
    """A controller log, sorted by controller and time, each event once; and which detector is for what."""

    controller: Ints
    time_us: Ints
    code: Ints
    parameter: Ints
    detectors: list[tuple[int, int, str, int]]

    @property
    def until_us(self) -> int:
        """End of the last quarter hour."""
        return int(self.time_us.max()) // QUARTER_US * QUARTER_US + QUARTER_US

    def changes(self) -> Changes:
        """Changes of state."""
        return changes(self.controller, self.time_us, self.code, self.parameter)

    def timeline(self, longest_us: int = HOUR_US) -> Timeline:
        """Intervals of state."""
        return timeline(self.changes(), longest_us)

    def actuations(self, function: str) -> tuple[Ints, Ints]:
        """Signal group, -1 for none, and time of each actuation of detectors that are for this."""
        shown = self.changes()
        on = self.code == DETECTOR_ON
        chosen = [one for one in self.detectors if one[2] == function]
        rows, signals = [], []
        for controller, phase, _, detector in chosen:
            (row,) = np.nonzero(on & (self.controller == controller) & (self.parameter == detector))
            signal = within(np.array([controller]), np.array([phase]), shown.controller_of, shown.group_of)
            rows.append(row)
            signals.append(np.full(len(row), signal[0]))
        row = np.concatenate(rows)
        return np.concatenate(signals), self.time_us[row]

    def approaches(self, function: str, longest_us: int = HOUR_US) -> Presences:
        """Times on, merged by signal group."""
        shown = self.changes()
        (row,) = np.nonzero((self.code == DETECTOR_ON) | (self.code == DETECTOR_OFF))
        number, controller_of, detector_of = numbered(self.controller[row], self.parameter[row])
        order = np.argsort(number, kind="stable")
        found = presences(
            number[order],
            self.time_us[row][order],
            self.code[row][order] == DETECTOR_ON,
            self.until_us,
            2_000_000,
            longest_us,
        )
        signal_of = np.full(len(controller_of), -1)
        for controller, phase, what, detector in self.detectors:
            mine = (controller_of == controller) & (detector_of == detector)
            if what == function:
                signal_of[mine] = within(
                    np.array([controller]), np.array([phase]), shown.controller_of, shown.group_of
                )[0]
        return merged(found, signal_of[found.detector])


def log(events: Path, detectors: list[tuple[int, int, str, int]]) -> Log:
    """Read a log."""
    columns = read(events)
    rows = np.unique(
        np.stack([columns[name].astype(np.int64) for name in ("DeviceId", "TimeStamp", "EventId", "Parameter")]),
        axis=1,
    )
    return Log(rows[0], rows[1], rows[2], rows[3], detectors)


@pytest.fixture(scope="session")
def three_signals(recordings: Path) -> Log:
    """Three signals over three hours: 246,413 events, of which 496 come twice."""
    table = pq.read_table(recordings / "atspm" / "configs_test_data.parquet").to_pylist()
    detectors = [(one["DeviceId"], one["Phase"], one["Function"], one["Parameter"]) for one in table]
    return log(recordings / "atspm" / "hires_test_data.parquet", detectors)


@pytest.fixture(scope="session")
def expected(recordings: Path) -> Path:
    """Folder of the expected tables of the three signals."""
    return recordings / "atspm" / "expected"
