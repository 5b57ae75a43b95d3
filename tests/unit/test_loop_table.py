"""Metric, table, faults."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulators.loop.lossy import Lossy
from simulators.loop.table import lines
from simulators.loop.trips import Trips, read
from simulators.sumo.readings import OFF, ON, Message

TRIPS = """<tripinfos>
<tripinfo id="a" depart="1" departDelay="4" arrival="60" timeLoss="20"/>
<tripinfo id="b" depart="5" departDelay="0" arrival="-1" timeLoss="30"/>
<tripinfo id="c" depart="-1" departDelay="66" arrival="-1" timeLoss="0"/>
</tripinfos>"""


def test_all_vehicles_count_finished_or_not(tmp_path: Path) -> None:
    """Time loss and departure delay: 24, 30 and 66 s."""
    (tmp_path / "trips.xml").write_text(TRIPS)
    assert read(tmp_path / "trips.xml") == Trips(40.0, 3, 1, 1)


def test_the_table_compares_medians() -> None:
    """Half of fixed, and no comparison with itself or with what was not run."""
    results = {
        ("x", "fixed"): [Trips(40.0, 10, 10, 0), Trips(42.0, 10, 10, 1), Trips(90.0, 10, 10, 0)],
        ("x", "emscher"): [Trips(21.0, 10, 10, 0)],
    }
    assert lines(results)[2:] == [
        "| x | fixed | 3 | 42.0 s | 40.0..90.0 |  |  | 1 of 30 |",
        "| x | emscher | 1 | 21.0 s | 21.0..21.0 | -50 % |  | 0 of 10 |",
    ]


def message(number: int) -> Message:
    """A message with edges of two channels."""
    at = f"2026-01-05T07:00:{number % 60:02}.000Z"
    return Message("signal", "j.ctl", [{"time": at, "code": ON, "parameter": one} for one in (1, 2)])


@pytest.mark.parametrize("ratio", [0.1, 0.5])
def test_messages_are_lost_by_lot(ratio: float) -> None:
    """About the share that was asked for, and the same ones for a seed."""
    kept = [len(Lossy(ratio, 7)([message(number) for number in range(2000)])) for _ in range(2)]
    assert kept[0] == kept[1]
    assert abs(kept[0] / 2000 - (1 - ratio)) < 0.05


def test_a_loop_that_hangs_goes_on_once_and_never_off() -> None:
    """The other channel of the controller is left alone."""
    hangs = Lossy(stuck=("j.ctl", 1))
    found = [one for number in range(5) for part in hangs([message(number)]) for one in part.readings]
    assert [one["code"] for one in found if one["parameter"] == 1] == [ON]
    assert len([one for one in found if one["parameter"] == 2]) == 5
    assert OFF not in [one["code"] for one in found]
