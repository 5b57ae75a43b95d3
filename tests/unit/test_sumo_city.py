"""What a scenario becomes: sites and sensors that the platform takes, and readings that it accepts."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from fix_sumo import network

from emscher.city_check import check
from emscher.rejection import RejectedError
from emscher.streams import streams
from simulators.sumo.description import geojson
from simulators.sumo.layout import lay_out
from simulators.sumo.name import name_of
from simulators.sumo.network import Answer, Interval, Loop, Passage, Switch
from simulators.sumo.readings import Reports

START = datetime(2026, 1, 5, 7, 0, tzinfo=UTC)


def test_nothing_is_wrong_with_the_city(tmp_path: Path) -> None:
    """The description passes the check that every city has to pass."""
    path = tmp_path / "x.geojson"
    path.write_bytes(geojson("x", network(), lay_out(network(), "x")))
    assert check(path) == []
    assert b'"conflicts":[[1,3],[2,3]]' in path.read_bytes()


def test_groups_are_the_lanes_of_an_edge_that_show_the_same() -> None:
    """Two lanes straight on, one that turns, one from the south; stages are greens without amber."""
    (one,) = lay_out(network(), "x")
    assert [group.lanes for group in one.groups] == [("w_0", "w_1"), ("w_2",), ("s_0",)]
    assert [one.green_groups(stage) for stage in one.stages] == [[1, 2], [2], [3]]


def test_every_lane_gets_a_loop_at_the_line_and_one_before_it() -> None:
    """The lane has 100 m: the advance loop lies 80 m before the line."""
    (one,) = lay_out(network(), "x")
    of_first = [found for found in one.detectors if found.loop.lane == "w_0"]
    assert [(found.function, found.distance_m) for found in of_first] == [("presence", 3.5), ("advance", 80.0)]


def test_loops_of_the_scenario_are_used_where_they_are() -> None:
    """No second one is laid beside them."""
    own = (Loop(key="own-a", lane="s_0", position_m=50.0), Loop(key="own-p", lane="s_0", position_m=95.0))
    (one,) = lay_out(network(loops=own), "x")
    assert [found.loop.key for found in one.detectors if found.loop.lane == "s_0"] == ["own-p", "own-a"]


def test_readings_pass_the_platforms_decoder() -> None:
    """Edges and switches are controller events, minutes are intervals; all of it is marked as simulated."""
    junctions = lay_out(network(), "x")
    reports = Reports(junctions, 0.0, START)
    answer = Answer(
        time_s=60.0,
        switches=(Switch(0.0, 0, "GGgr"), Switch(30.0, 0, "yygr"), Switch(33.0, 0, "rrGr")),
        passages=(Passage(5.04, 0, on=True), Passage(5.61, 0, on=False)),
        intervals=(Interval(60.0, 0, 1, 0.95, 13.9), Interval(60.0, 1, 1, 0.0, 13.9), Interval(60.0, 2, 0, 0.0, -1.0)),
    )
    found = list(reports.messages(answer))
    readings = [one for message in found for one in streams()[message.stream].decode(message.payload)]
    assert not [one for one in readings if isinstance(one, RejectedError)]
    assert all(one["simulated"] for message in found for one in message.readings)
    events = [(one["time"][17:23], one["code"], one["parameter"]) for one in found[0].readings]
    assert events == [
        ("00.000", 1, 1),
        ("00.000", 1, 2),
        ("00.000", 10, 3),
        ("05.000", 82, 1),
        ("05.600", 81, 1),
        ("30.000", 7, 1),
        ("30.000", 8, 1),
        ("33.000", 9, 1),
        ("33.000", 10, 1),
    ]
    assert [(one.key, one.readings[0].get("speed_kmh")) for one in found[1:]] == [
        ("x-01.d01", 50.0),
        ("x-01.a02", 50.0),
        ("x-01.d03", None),
    ]


def test_red_amber_is_told_as_a_state() -> None:
    """The enumeration has no code for it."""
    reports = Reports(lay_out(network(), "x"), 0.0, START)
    answer = Answer(switches=(Switch(0.0, 0, "rrrG"), Switch(1.0, 0, "uuur")))
    (message,) = reports.messages(answer)
    assert {"signal_group": 1, "state": "red_amber"}.items() <= message.readings[3].items()


@pytest.mark.parametrize(
    ("file", "name"),
    [("town.sumocfg", "town"), ("a b/ä_1.net.sumocfg", "1"), ("ü.sumocfg", "sumo"), ("x" * 80, "x" * 40)],
)
def test_keys_begin_with_the_name_of_the_file(file: str, name: str) -> None:
    """Whatever a key may not hold is left out."""
    assert name_of(Path(file)) == name
