"""What `emscher city check` finds: everything, with the line on which it stands."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from emscher import approach, city
from emscher.approach import ADVICE, ALL, Known
from emscher.city_check import check
from emscher.located import located

HEAD = '{"type": "FeatureCollection", "features": [\n'
CONTROLLER = Known("signal", {"signal_groups": [2, 4, 12], "detector_channels": [1, 2, 3], "stages": [[2, 12], [4]]})
SENSORS = {"j1.ctl": CONTROLLER, "j1.d1": Known("traffic", {}), "j1.m": Known("energy", {})}
EAST: dict[str, Any] = {
    "key": "east",
    "signal_group": 2,
    "lanes": [{"length_m": 90}],
    "detectors": [{"function": "presence", "channel": 1, "lane": 1}, {"function": "count", "sensor": "j1.d1"}],
}


def _faults(*approaches: object, **site: object) -> list[str]:
    return [fault.text for fault in approach.read({"approaches": list(approaches), **site}, SENSORS)[1]]


def _detector(**values: object) -> dict[str, Any]:
    return {**EAST, "detectors": [{"function": "presence", **values}]}


def test_configuration_without_fault_is_read() -> None:
    """An approach is read with its only controller, its lanes, and its detectors by function."""
    (one,), faults = approach.read({"approaches": [EAST]}, SENSORS)
    assert (one.controller, one.phase.signal_group, one.lanes[0].length_m, faults) == ("j1.ctl", 2, 90, [])
    assert [(len(one.of("presence")), one.of("count")[0].sensor)] == [(1, "j1.d1")]
    assert not one.faulty


@pytest.mark.parametrize(
    ("one", "text"),
    [
        (_detector(sensor="j1.d9"), "the detector j1.d9 does not exist at this site"),
        (_detector(channel=9), "the detector channel 9 does not exist at j1.ctl"),
        (_detector(channel=1, lane=2), "the detector names lane 2, which the approach does not have"),
        (_detector(), "a detector has either `channel` or `sensor`"),
        (_detector(channel=1, sensor="j1.d1"), "a detector has either `channel` or `sensor`"),
        (_detector(sensor="j1.m", function="count"), "the detector j1.m is no sensor of the stream traffic"),
        (_detector(sensor="j1.d1"), "a sensor that counts intervals cannot tell presence; its function is count"),
        (_detector(channel=1, function="advance"), "an advance detector needs `distance_m`"),
        (_detector(channel=1, function="smell"), "`function` 'smell' is none of presence, advance, count, yellow_red"),
        (_detector(channel="one"), "`channel` 'one': Expected `int | null`, got `str`"),
        ({**EAST, "detectors": []}, "approach east has no detectors"),
        ({**EAST, "lanes": []}, "approach east has no lanes"),
        ({**EAST, "lanes": [{"length_m": 0}]}, "`length_m` 0: Expected `float` > 0"),
        ({**EAST, "lanes": 2}, "`lanes` is no array"),
        ({**EAST, "signal_group": 3}, "approach east names the signal group 3, which j1.ctl does not have"),
        ({**EAST, "controller": "j2.ctl"}, "approach east names the controller 'j2.ctl'; the site has j1.ctl"),
        ({**EAST, "free_speed": 50}, "`free_speed` is no property of it; perhaps `free_speed_kmh` is meant"),
        ({"key": "east"}, "`signal_group` is missing"),
        ("east", "is no object"),
    ],
)
def test_fault_is_named(one: object, text: str) -> None:
    """Each fault is named in words that say what to look for."""
    assert any(said.startswith(text) for said in _faults(one)), _faults(one)


def test_overlaps_are_found() -> None:
    """One signal group in two approaches, one key, one detector, one lane counted twice, and conflicting greens."""
    twice = {**EAST, "key": "west"}
    assert "approaches east and west overlap: both are signal group 2 of j1.ctl" in _faults(EAST, twice)
    assert "the approach east stands there twice" in _faults(EAST, {**EAST, "signal_group": 4})
    assert "channel 1 belongs to approach east too with the function presence" in _faults(
        EAST, {**EAST, "key": "west", "signal_group": 4}
    )
    counts = [{"function": "count", "channel": number, "lane": 1} for number in (1, 2)]
    assert "lane 1 of approach east is counted twice" in _faults({**EAST, "detectors": counts})
    assert _faults(EAST, conflicts=[[2, 4], [2, 12]]) == [
        "signal groups 2 and 12 are in conflict but green together in stage 1 of j1.ctl"
    ]
    assert _faults(conflicts=[[2, 7], [4, 4]]) == [
        "no controller of the site has the signal group 7",
        "signal group 4 is in conflict with itself",
    ]


def test_a_fault_spoils_no_more_than_it_must() -> None:
    """A detector that is not there spoils its function, an overlap both approaches, a conflict the advice."""
    (one,), _ = approach.read({"approaches": [_detector(channel=9)]}, SENSORS)
    assert (one.faulty, one.is_faulty("count"), one.is_faulty("presence")) == (frozenset({"presence"}), False, True)
    (one,), _ = approach.read({"approaches": [EAST, {**EAST, "key": "west"}]}, SENSORS)
    assert ALL in one.faulty
    assert one.is_faulty("count")
    (one,), _ = approach.read({"approaches": [EAST], "conflicts": [[2, 12]]}, SENSORS)
    assert one.faulty == {ADVICE}


def test_every_fault_of_a_file_is_listed_with_its_line(tmp_path: Path) -> None:
    """Faults of features, approaches and JSON objects are all there, each with its line, and the exit status is 2."""
    path = tmp_path / "town.geojson"
    path.write_text(
        HEAD
        + '{"properties": {"type": "site", "key": "j1", "kind": "junction", "name": "Wall", "name": "Ring",\n'
        + '  "approaches": [\n'
        + '    {"key": "east", "signal_group": 2,\n'
        + '     "lanes": [{"length_m": 90},\n'
        + '               {"length_m": 0}],\n'
        + '     "detectors": [{"function": "presence", "channel": 1},\n'
        + '                   {"function": "count", "sensor": "j1.d7"}]},\n'
        + '    {"key": "south", "signal_group": 4, "lanes": [{"length_m": 40}]}]}},\n'
        + '{"properties": {"type": "sensor", "key": "j1.ctl", "stream": "signal", "site": "j1"}},\n'
        + '{"properties": {"type": "sensor", "key": "j1.x", "stream": "smell", "site": "j2"}},\n'
        + '{"properties": {"type": "site", "key": "a b"}}]}'
    )
    assert [(one.line, one.text.split(";")[0]) for one in check(path)] == [
        (2, "`name` stands twice in one object"),
        (6, "site j1: `length_m` 0: Expected `float` > 0.0"),
        (8, "site j1: the detector j1.d7 does not exist at this site"),
        (9, "site j1: approach south has no detectors"),
        (11, "sensor j1.x names the site 'j2', which is not there"),
        (11, "sensor j1.x names the stream 'smell'"),
        (12, "`key` 'a b': Expected `str` matching regex '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'"),
        (12, "`kind` is missing"),
        (12, "`name` is missing"),
    ]
    command = [sys.executable, "-m", "emscher", "city", "check", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, len(done.stdout.splitlines()), done.stderr) == (2, 9, "")
    assert done.stdout.startswith(f"{path}:2: ")


@pytest.mark.parametrize(
    ("content", "line", "text"),
    [
        ('{"type":\n"FeatureCollection",\n"features": [}', 3, "no JSON"),
        ("[]", 1, "a city is a FeatureCollection"),
        ('{"type": "FeatureCollection", "features": [\n1]}', 2, "a feature is an object"),
        (HEAD + '{"properties": {"type": "river"}}]}', 2, "`type` 'river' is none of site, sensor"),
    ],
)
def test_file_that_is_no_city_says_so(tmp_path: Path, content: str, line: int, text: str) -> None:
    """What is no JSON, or no city, is one complaint with its line."""
    path = tmp_path / "town.geojson"
    path.write_text(content)
    (one,) = check(path)
    assert one.line == line
    assert one.text.startswith(text)


def test_located_reads_what_json_reads() -> None:
    """The city that ships is read to the same values as by the standard library, and has no fault."""
    path = city.find("dortmund")
    assert located(path.read_text()).value == json.loads(path.read_text())
    assert check(path) == []


def test_faults_of_road_sections_are_listed_with_their_line(tmp_path: Path) -> None:
    """A part without length, one whose site does not exist, and a section without parts, each on its line."""
    path = tmp_path / "city.geojson"
    place = '{"type": "Feature", "geometry": null, "properties": '
    site = place + '{"type": "site", "key": "road", "kind": "road", "name": "",'
    path.write_text(
        HEAD
        + site
        + """ "sections": [
  {"parts": [
    {"site": "road", "bearing_deg": 90, "length_m": 0},
    {"site": "nowhere", "bearing_deg": 90, "length_m": 5}]},
  {"parts": []}],
 "virtual_sections": [
  {"parts": [{"site": "gone", "bearing_deg": 90}], "speed_of": 2}]}}]}""",
        encoding="utf-8",
    )
    assert [(one.line, one.text) for one in check(path)] == [
        (4, "site road: section 1, part 1 has a length of 0 m"),
        (5, "site road: section 1, part 2 names the site 'nowhere', which is not there"),
        (6, "site road: section 2 has no list of `parts`"),
        (8, "site road: virtual section 1 takes the speed of part 2, of 1"),
        (8, "site road: virtual section 1, part 1 names the site 'gone', which is not there"),
    ]
