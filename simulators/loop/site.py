"""What a controller knows of a junction: what the city's description says, and nothing of the simulator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emscher import approach
from emscher.approach import Known
from emscher.city import City

KMH_PER_MS = 3.6
DEFAULT_KMH = 50.0


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane of a signal group: its detector channels, and how far before the stop line the advance detector lies."""

    group: int
    presence: int | None
    advance: int | None
    distance_m: float
    length_m: float
    speed_ms: float

    @property
    def travel_s(self) -> float:
        """From the advance detector to the stop line [s]."""
        return self.distance_m / self.speed_ms


@dataclass(frozen=True, slots=True)
class Feed:
    """From which signal group of another junction vehicles come to one of ours, and how long they drive [s]."""

    group: int
    site: str
    source: int
    travel_s: float


@dataclass(frozen=True, slots=True)
class Site:
    """A junction.

    Parameters
    ----------
    key, controller : str
        Keys of the site and its controller.
    groups : tuple of int
        Signal groups.
    on_foot : frozenset of int
        Those of pedestrians.
    stages : tuple of frozenset of int
        Groups that are green in each stage.
    yielding : tuple of frozenset of int
        Those of them that give way.
    stage_s : tuple of float
        Greens of the fixed plan [s].
    cycle_s : float
        Its cycle [s].
    lanes : tuple of Lane
        Lanes of all groups.
    feeds : tuple of Feed
        Where vehicles come from.
    """

    key: str
    controller: str
    groups: tuple[int, ...]
    on_foot: frozenset[int]
    stages: tuple[frozenset[int], ...]
    yielding: tuple[frozenset[int], ...]
    stage_s: tuple[float, ...]
    cycle_s: float
    lanes: tuple[Lane, ...]
    feeds: tuple[Feed, ...]


def sites_of(city: City) -> dict[str, Site]:
    """Read the junctions of a city, by key."""
    found = {}
    for place in city.sites:
        sensors = {one.key: Known(one.stream, one.metadata) for one in city.sensors if one.site == place.key}
        approaches, _ = approach.read(place.metadata, sensors)
        controllers = [key for key, one in sensors.items() if one.stream == "signal"]
        if len(controllers) == 1 and approaches:
            known = sensors[controllers[0]].metadata
            limit_kmh = float(place.metadata.get("speed_limit_kmh", DEFAULT_KMH))
            found[place.key] = Site(
                place.key,
                controllers[0],
                tuple(one.phase.signal_group for one in approaches),
                frozenset(one.phase.signal_group for one in approaches if one.phase.kind == "pedestrian"),
                tuple(frozenset(stage) for stage in known["stages"]),
                tuple(frozenset(stage) for stage in known["yielding"]),
                tuple(known["stage_s"]),
                float(known["cycle_s"]),
                tuple(lane for one in approaches for lane in _lanes(one, limit_kmh)),
                tuple(_feed(one) for one in known["feeds"]),
            )
    return found


def _lanes(one: approach.Approach, limit_kmh: float) -> list[Lane]:
    speed_ms = (one.phase.free_speed_kmh or limit_kmh) / KMH_PER_MS
    lanes = []
    for number, lane in enumerate(one.lanes, 1):
        presence = [detector for detector in one.of("presence") if detector.lane == number]
        advance = [detector for detector in one.of("advance") if detector.lane == number]
        lanes.append(
            Lane(
                one.phase.signal_group,
                presence[0].channel if presence else None,
                advance[0].channel if advance else None,
                (advance[0].distance_m or 0.0) if advance else 0.0,
                lane.length_m,
                speed_ms,
            )
        )
    return lanes


def _feed(one: Mapping[str, Any]) -> Feed:
    return Feed(one["signal_group"], one["site"], one["from"], one["travel_s"])
