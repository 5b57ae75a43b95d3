"""Make the town's SUMO files: the network by netconvert, the trips by lot."""

from __future__ import annotations

import importlib.util
import math
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from simulators.sumo.child import SumoError
from simulators.sumo.town.town import Blocked, Demand, Road, Town

SEED = 44135
"""The trips are always the same; what differs between runs is SUMO's seed."""
KMH_PER_MS = 3.6
QUARTER_S = 900
METRES_PER_DEGREE = 111_320
HEAVY_RATIO = 0.06
POCKET_M = 70
"""Length of the lane for turning left [m]."""
NETCONVERT = (
    ("--proj.utm", "true"),
    ("--tls.default-type", "static"),
    ("--tls.cycle.time", "90"),
    ("--tls.yellow.time", "3"),
    ("--tls.allred.time", "2"),
    ("--no-turnarounds", "true"),
    ("--junctions.corner-detail", "0"),
    ("--output.street-names", "true"),
)


def make(town: Town, folder: Path) -> list[Path]:
    """Write the network and a scenario for each demand; the same files whenever it is asked.

    Parameters
    ----------
    town : Town
        The description.
    folder : Path
        Where to write.

    Returns
    -------
    list of Path
        The scenarios.

    Raises
    ------
    SumoError
        netconvert is not there, or does not like the description.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "town.nod.xml").write_text("\n".join(_nodes(town)) + "\n")
    (folder / "town.edg.xml").write_text("\n".join(_edges(town)) + "\n")
    _convert(folder)
    return [_scenario(town, name, one, folder) for name, one in town.demand.items()]


def netconvert() -> str:
    """Find the program that makes networks.

    Raises
    ------
    SumoError
        It is not installed.
    """
    program = shutil.which("netconvert") or _beside_library()
    if program is None:
        raise SumoError("netconvert is not installed.", "Install it with: pip install 'emscher[sumo]'")
    return program


def _convert(folder: Path) -> None:
    command = [netconvert(), "-n", "town.nod.xml", "-e", "town.edg.xml", "-o", "town.net.xml"]
    command += [part for option in NETCONVERT for part in option]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    if done.returncode:
        said = next((line for line in done.stderr.splitlines() if line.startswith("Error")), done.stderr)
        raise SumoError(f"netconvert: {' '.join(said.split())}")


def _beside_library() -> str | None:
    """Find the program where its wheel puts it, if its folder is not on the PATH."""
    found = importlib.util.find_spec("sumo")
    if found is None or found.origin is None:
        return None
    program = Path(found.origin).parent / "bin" / "netconvert"
    return str(program) if program.exists() else None


def _nodes(town: Town) -> Iterator[str]:
    north = 1 / METRES_PER_DEGREE
    east = north / math.cos(math.radians(town.place.latitude))
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<nodes>'
    for kind, places in (("traffic_light", town.signals), ("priority", town.gates)):
        for key, (x, y) in places.items():
            longitude, latitude = town.place.longitude + x * east, town.place.latitude + y * north
            yield f'<node id="{key}" x="{longitude:.7f}" y="{latitude:.7f}" type="{kind}"/>'
    yield "</nodes>"


def _edges(town: Town) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<edges>'
    for road in town.roads.all:
        for start, end in ((road.start, road.end), (road.end, road.start)):
            # A lane more before a signal, for those who turn left.
            pocket = end in town.signals
            own = " ".join(str(lane) for lane in range(road.lanes))
            yield (
                f'<edge id="{start}-{end}" from="{start}" to="{end}" numLanes="{road.lanes + pocket}"'
                f' speed="{road.speed_kmh / KMH_PER_MS:.2f}" priority="{_priority(road)}" name="{road.name}">'
            )
            if pocket:
                yield f'<split pos="0" lanes="{own}"/>\n<split pos="-{POCKET_M}" lanes="{own} {road.lanes}"/>'
            yield "</edge>"
    yield "</edges>"


def _priority(road: Road) -> int:
    return 3 * road.lanes


def _scenario(town: Town, name: str, demand: Demand, folder: Path) -> Path:
    trips = folder / f"{name}.rou.xml"
    trips.write_text("\n".join(_routes(town, demand)) + "\n")
    begin_s = round(demand.begin_s)
    path = folder / f"dortmund-{name}.sumocfg"
    path.write_text(
        f"""<configuration>
    <input>
        <net-file value="town.net.xml"/>
        <route-files value="{trips.name}"/>
    </input>
    <time>
        <begin value="{begin_s}"/>
        <end value="{begin_s + 3600}"/>
    </time>
    <routing>
        <device.rerouting.probability value="0.5"/>
        <device.rerouting.period value="120"/>
    </routing>
</configuration>
"""
    )
    return path


def _routes(town: Town, demand: Demand) -> Iterator[str]:
    """Draw trips quarter by quarter, origins and targets by their weights, nobody back to where he came from."""
    draw = random.Random(SEED)  # noqa: S311 - no secret
    road_of = {gate: next(road for road in town.roads.all if gate in {road.start, road.end}) for gate in town.gates}
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<routes>'
    yield '<vType id="car" speedDev="0.1"/>\n<vType id="lorry" vClass="truck" length="10" accel="1.3" maxSpeed="25"/>'
    trips: list[tuple[float, str, str, str, str]] = []
    whole = sum(demand.quarters)
    for quarter, weight in enumerate(demand.quarters):
        for _ in range(round(demand.trips_h * weight / whole)):
            at_s = demand.begin_s + QUARTER_S * (quarter + draw.random())
            origin = draw.choices(list(demand.origins), list(demand.origins.values()))[0]
            others = {gate: share for gate, share in demand.targets.items() if gate != origin}
            target = draw.choices(list(others), list(others.values()))[0]
            kind = "lorry" if draw.random() < HEAVY_RATIO else "car"
            way = _way(road_of[origin], origin, out=True), _way(road_of[target], target, out=False)
            trips.append((at_s, kind, "best", *way))
    stop = ""
    if demand.blocked is not None:
        trips.append(_broken_down(demand, demand.blocked))
        lane = f"{trips[-1][3]}_{demand.blocked.lane}"
        stop = f'<stop lane="{lane}" endPos="200" until="{demand.begin_s + demand.blocked.to_s:.1f}"/>'
    for number, (at_s, kind, place, origin, target) in enumerate(sorted(trips)):
        yield (
            f'<trip id="{number}" type="{kind}" depart="{at_s:.1f}" departLane="{place}" departSpeed="max"'
            f' from="{origin}" to="{target}">{stop if origin == target else ""}</trip>'
        )
    yield "</routes>"


def _way(road: Road, gate: str, *, out: bool) -> str:
    """The edge on which a gate's traffic begins, or ends."""
    other = road.end if road.start == gate else road.start
    return f"{gate}-{other}" if out else f"{other}-{gate}"


def _broken_down(demand: Demand, blocked: Blocked) -> tuple[float, str, str, str, str]:
    """A lorry's trip that does not leave its edge: it stops on the lane and stays."""
    edge = "-".join(blocked.road)
    return demand.begin_s + blocked.from_s - 30, "lorry", str(blocked.lane), edge, edge
