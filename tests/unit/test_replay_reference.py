"""The mappings that ship against the recordings they are for."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import msgspec
import pytest

from emscher.rejection import RejectedError
from emscher.streams import streams
from simulators import recording
from simulators.replay import at_full_speed

DATA = Path(__file__).parents[3] / "shared" / "data"

pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"the recordings are not in {DATA}"),
]


class Sink:
    """Counts what arrives, as the platform would take it."""

    def __init__(self) -> None:
        self.accepted = 0
        self.rejected: list[str] = []
        self.keys: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()

    async def publish(self, stream: str, key: str, payload: bytes) -> None:
        """Decode a message."""
        for one in streams()[stream].decode(payload):
            self.keys[key] += 1
            if isinstance(one, RejectedError):
                self.rejected.append(str(one))
            else:
                self.accepted += 1
                self.statuses.update((getattr(one, "status", None) or {}).keys())


async def replayed(file: str, stream: str, mapping: str) -> tuple[Sink, recording.Recording]:
    """Send a whole recording at full speed."""
    sink = Sink()
    found = recording.read(DATA / file, stream, mapping)
    await at_full_speed(found, sink)
    return sink, found


async def test_berlin_lane_hours_are_all_sent() -> None:
    """57,298 lane-hours of 309 lanes; every speed of -1 has become a status; the first hour is local midnight."""
    sink, found = await replayed("berlin/det_val_hr_2024_01.csv.gz", "traffic", "berlin-lanes")
    assert (sink.accepted, len(sink.rejected), len(sink.keys)) == (57_298, 0, 309)
    assert sink.statuses == {"speed_kmh": 1_749, "car_speed_kmh": 1_990, "heavy_speed_kmh": 12_545}
    assert found.observed_us.min() == 1_704_063_600_000_000


async def test_all_cells_of_metr_la_are_sent() -> None:
    """207 detectors x 2016 intervals are 417,312 readings, none of them without a speed."""
    sink, found = await replayed("metr_la/los_speed.csv", "traffic", "metr-la")
    assert (sink.accepted, len(sink.rejected)) == (417_312, 0)
    assert set(sink.keys.values()) == {2_016}
    assert not sink.statuses
    assert (found.latest_us.max() - found.latest_us.min()) // 1_000_000 == 2_015 * 300


async def test_all_controller_events_are_sent_with_their_repeats() -> None:
    """246,413 events, 245,917 of them different; four have no parameter and say -1."""
    sink, found = await replayed("atspm/hires_test_data.parquet", "signal", "controller-events")
    assert (sink.accepted, sink.rejected) == (246_413, [])
    assert set(sink.keys) == {"controller.227", "controller.452", "controller.454"}
    events = zip(found.sensor[found.order].tolist(), found.readings.at(found.order), strict=True)
    assert len({(sensor, msgspec.json.encode(one)) for sensor, one in events}) == 245_917


async def test_hamburg_cycles_become_their_changes_of_colour() -> None:
    """36 million seconds of 1,561 signal groups are 1,163,952 changes of colour."""
    sink, found = await replayed("hamburg_signals/signal_cycles.csv.gz", "signal", "hamburg-cycles")
    assert (sink.accepted, len(sink.rejected), len(sink.keys)) == (1_163_952, 0, 1_561)
    assert len(found.keys) == 1_561
