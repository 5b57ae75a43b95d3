"""What cannot work is one line that says what and where; a scenario that works gives the same for a seed."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from simulators.command import register
from simulators.loop.trips import read
from simulators.sumo.child import Sumo, SumoError, check
from simulators.sumo.layout import lay_out
from simulators.sumo.network import Order, Passage
from simulators.sumo.publishing import total_s
from simulators.sumo.town.making import netconvert

NET = '<configuration><input><net-file value="{}"/></input></configuration>'


def run(*arguments: str) -> tuple[int, list[str]]:
    """Exit status and lines of standard error of the command."""
    done = subprocess.run([sys.executable, "-m", "emscher", *arguments], capture_output=True, text=True, check=False)
    return done.returncode, done.stderr.splitlines()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "is not there"),
        ("", ":1: no XML"),
        ("<configuration>\n<input>", ":2: no XML"),
        ("<configuration/>", ":1: names no `net-file`"),
    ],
)
def test_a_file_that_is_no_scenario_is_named_with_its_line(tmp_path: Path, content: str | None, said: str) -> None:
    """Before anything is started."""
    path = tmp_path / "a.sumocfg"
    if content is not None:
        path.write_text(content)
    with pytest.raises(SumoError, match=said) as caught:
        check(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_without_sumo_the_text_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line, with the extra's name."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(SumoError, match=r"emscher\[sumo\]"):
        check(tmp_path / "a.sumocfg")


@pytest.mark.parametrize("command", [["simulate", "sumo"], ["loop", "--controller", "fixed", "--seeds", "1"]])
def test_a_scenario_without_its_network_is_told_by_sumo(crossing: Path, tmp_path: Path, command: list[str]) -> None:
    """SUMO's own complaint is passed on, with the file it misses."""
    del crossing
    path = tmp_path / "a.sumocfg"
    path.write_text(NET.format("no.net.xml"))
    app = typer.Typer()
    register(app)
    caught = CliRunner().invoke(app, [*command, str(path)]).exception
    assert isinstance(caught, SumoError)
    assert "no.net.xml" in str(caught)
    assert "\n" not in str(caught)


def test_a_broken_network_is_named_with_file_and_line(crossing: Path, tmp_path: Path) -> None:
    """A network that is cut in the middle."""
    net = crossing.parent / "town.net.xml"
    (tmp_path / "cut.net.xml").write_text(net.read_text()[:4000])
    path = tmp_path / "a.sumocfg"
    path.write_text(NET.format("cut.net.xml"))
    status, said = run("simulate", "sumo", str(path))
    assert status == 2
    assert len(said) == 1
    assert "cut.net.xml" in said[0]
    assert "line" in said[0].lower()


async def test_the_same_seed_gives_the_same_passages(crossing: Path, tmp_path: Path) -> None:
    """Content and order, to the last digit; another seed another day."""
    found = [await _passages(crossing, tmp_path, seed) for seed in (1, 1, 2)]
    assert found[0] == found[1]
    assert found[0] != found[2]
    assert len(found[0]) > 50


async def test_the_truth_is_kept_apart(crossing: Path, tmp_path: Path) -> None:
    """Trips, lanes and queues are in files, none of them in what is published."""
    await _passages(crossing, tmp_path, 1)
    trips = read(tmp_path / "trips.xml")
    assert trips.vehicles > 20
    assert trips.delay_s > 0
    assert "queue_max_veh" in (tmp_path / "queues.csv").read_text()
    assert "timeLoss" in (tmp_path / "lanes.xml").read_text()


async def test_a_network_without_signals_is_refused(crossing: Path, tmp_path: Path) -> None:
    """There is nothing to publish of it."""
    nodes = crossing.parent / "town.nod.xml"
    plain = nodes.read_text().replace("traffic_light", "priority")
    (tmp_path / "a.nod.xml").write_text(plain)
    command = [netconvert(), "-n", "a.nod.xml", "-e", str(crossing.parent / "town.edg.xml"), "-o", "a.net.xml"]
    subprocess.run([*command, "--proj.utm"], cwd=tmp_path, check=True, capture_output=True)  # noqa: ASYNC221 - short
    path = tmp_path / "a.sumocfg"
    path.write_text(NET.format("a.net.xml"))
    with pytest.raises(SumoError, match="has no signals"):
        async with Sumo(path, 1):
            pass


async def _passages(scenario: Path, folder: Path, seed: int) -> tuple[Passage, ...]:
    async with Sumo(scenario, seed) as sumo:
        assert total_s(sumo, None, 1.0) == 3600
        (one,) = lay_out(sumo.network, "x")
        loops = tuple(found.loop for found in one.detectors)
        lanes = tuple(lane for group in one.groups for lane in group.lanes)
        order = Order(kind="start", folder=str(folder), loops=loops, signals=(one.signal.key,), watched=lanes)
        await sumo.start(order)
        answer = await sumo.advance(sumo.network.begin_s + 900)
        await sumo.end()
        return answer.passages
