"""A crossing of four roads in SUMO, made by netconvert; and the same without SUMO, as the survey would give it."""

import importlib.util
import os
from pathlib import Path

import pytest

from simulators.sumo.network import Lane, Network, Phase, Signal
from simulators.sumo.town.making import make
from simulators.sumo.town.town import Demand, Place, Road, Roads, Town

ARMS = {"north": (0.0, 300.0), "east": (300.0, 0.0), "south": (0.0, -300.0), "west": (-300.0, 0.0)}
LANE = {"length_m": 100.0, "speed_ms": 13.9, "end": (0.0, 0.0), "begin": (-0.001, 0.0)}


@pytest.fixture(scope="session")
def crossing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scenario with one signal; in CI SUMO must be there, elsewhere its absence skips the test."""
    if importlib.util.find_spec("libsumo") is None:
        if os.environ.get("CI"):
            pytest.fail("SUMO is not installed")
        pytest.skip("SUMO is not installed (pip install 'emscher[sumo]')")
    shares = dict.fromkeys(ARMS, 1.0)
    shares["west"] = 4.0
    demand = Demand(25_200, 900, (1, 1, 1, 1), shares, dict.fromkeys(ARMS, 1.0))
    roads = Roads([Road(arm, "middle", 1, 50, arm) for arm in ARMS])
    town = Town(Place(7.4653, 51.5136), {"middle": (0.0, 0.0)}, ARMS, roads, {"peak": demand})
    return make(town, tmp_path_factory.mktemp("crossing"))[0]


def network(*, loops: tuple[object, ...] = ()) -> Network:
    """Two roads that cross: from the west two lanes and a turn, from the south one lane."""
    links = (("w_0", "e_0", "s"), ("w_1", "e_1", "s"), ("w_2", "n_0", "l"), ("s_0", "n_0", "s"))
    phases = tuple(
        Phase(state=state, duration_s=duration_s, min_s=duration_s, max_s=duration_s)
        for state, duration_s in (
            ("GGgr", 30.0),
            ("yygr", 3.0),
            ("rrGr", 6.0),
            ("rryr", 3.0),
            ("rrrr", 2.0),
            ("rrrG", 20.0),
            ("rrry", 3.0),
            ("rrrr", 2.0),
        )
    )
    lanes = {name: Lane(edge=name[0], targets=("x",), **LANE) for name in ("w_0", "w_1", "w_2", "s_0")}  # type: ignore[arg-type]
    return Network(
        begin_s=0.0,
        end_s=3600.0,
        step_s=1.0,
        lanes=lanes,
        signals=(Signal(key="middle", links=links, phases=phases, place=(7.4, 51.5)),),
        loops=loops,  # type: ignore[arg-type]
    )
