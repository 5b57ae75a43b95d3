"""What the pretend city is made of: each sensor of a description with all that its generator needs.

The properties that a GeoJSON gives beside key, stream and site are the generator's parameters; their meaning stands
with the fields below.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta

from emscher import city
from emscher.city import City
from emscher.errors import CityError

Ratio = Annotated[float, Meta(ge=0, le=1)]
Positive = Annotated[float, Meta(gt=0)]
Tide = Literal["morning", "evening"]
Crowd = Literal["shopping", "commuters", "library", "park", "evening"]
Rhythm = Literal["office", "public", "night", "idle"]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all sensors of the pretend city."""

    key: str
    site: str


class Lane(Part, frozen=True, kw_only=True):
    """A detector lane: free speed [km/h], capacity and highest demand [veh/h], share of heavy vehicles [1].

    ``event_ratio`` is what an event brings at most, as a share of the highest demand [1].
    """

    tide: Tide
    free_speed_kmh: Annotated[float, Meta(ge=10, le=130)]
    capacity_veh_h: Positive
    peak_veh_h: Positive
    heavy_ratio: Ratio
    event_ratio: Ratio = 0.0


class Detected(msgspec.Struct, frozen=True, kw_only=True):
    """A lane whose vehicles the controller's detectors report.

    Its signal group, the lane that counts them, the advance detector's distance [m] and the speed there [m/s], and
    whether a detector behind the stop line reports who leaves.
    """

    signal_group: int
    lane: str
    distance_m: Annotated[float, Meta(ge=0)]
    speed_ms: Positive = 13.9
    exits: bool = False


class Controller(Part, frozen=True, kw_only=True):
    """A signal controller: its stages as lists of signal groups, cycle, offset, amber and clearance [s].

    ``detected`` are the lanes that it has detectors of, ``walks`` the signal groups with which pedestrians call; both
    for controllers that report events.
    """

    stages: Annotated[list[Annotated[list[int], Meta(min_length=1)]], Meta(min_length=2)]
    cycle_s: Annotated[int, Meta(ge=30, le=240)]
    offset_s: Annotated[int, Meta(ge=0)]
    amber_s: Annotated[int, Meta(ge=3, le=5)]
    clearance_s: Annotated[float, Meta(ge=1, le=10)]
    main_ratio: Ratio
    dialect: Literal["indiana", "state"]
    detected: list[Detected] = []
    walks: list[int] = []


class AccessPoint(Part, frozen=True, kw_only=True):
    """An access point: share of its zone's people [1], power without a device [W], the zone's crowd and its peak.

    ``fed_by`` is the junction over which people come: half of them come and stay away with its traffic.
    """

    crowd_ratio: Ratio
    idle_power_w: Positive
    crowd: Crowd
    people_peak: Positive
    fed_by: str = ""


class Application(Part, frozen=True, kw_only=True):
    """An application on a node: cores of the node, mean share of them [1], memory [GiB], operations per CPU second."""

    node: str
    application: str
    cores: Annotated[int, Meta(ge=1)]
    rhythm: Rhythm
    mean_ratio: Ratio
    memory_gib: Positive
    operations_per_cpu_s: Positive


class Meter(Part, frozen=True, kw_only=True):
    """An energy meter; the parameters that count depend on its measurement point.

    ``feed_ratio`` is the share of a node's power that comes over this feed [1]; a ``resettable`` counter of a node
    begins anew when the node does.
    """

    measurement_point: Literal["utility", "ups_out", "it_input", "cooling", "solar"]
    counter_kind: str
    origin: str
    node: str = ""
    cores: int = 1
    idle_power_w: float = 0.0
    peak_power_w: float = 0.0
    feed_ratio: Annotated[float, Meta(gt=0, le=1)] = 1.0
    base_power_w: float = 0.0
    cooling_ratio: Ratio = 0.0
    ups_efficiency_ratio: Annotated[float, Meta(gt=0, le=1)] = 1.0
    distribution_loss_ratio: Ratio = 0.0


@dataclass(frozen=True, slots=True)
class Scenery:
    """Every sensor of a city, by kind, in the order of the description."""

    lanes: tuple[Lane, ...] = ()
    controllers: tuple[Controller, ...] = ()
    access_points: tuple[AccessPoint, ...] = ()
    applications: tuple[Application, ...] = ()
    meters: tuple[Meter, ...] = ()


_Part = TypeVar("_Part", bound=Part)


def load(name: str) -> Scenery:
    """Read a city that ships, or a GeoJSON file, for the generators.

    Parameters
    ----------
    name : str
        Name of a city in ``simulators/city``, or a path.

    Raises
    ------
    CityError
        The description is missing or does not fit; the text names the sensor.
    """
    return build(city.read(name))


def build(described: City) -> Scenery:
    """Take from a city what the generators need.

    Raises
    ------
    CityError
        A sensor lacks a parameter or has one out of its range.
    """
    places = {site.key: site.metadata for site in described.sites}

    def parts(stream: str, kind: type[_Part]) -> tuple[_Part, ...]:
        return tuple(
            _part(kind, one.key, one.site, {**places[one.site], **one.metadata})
            for one in described.sensors
            if one.stream == stream
        )

    return Scenery(
        lanes=parts("traffic", Lane),
        controllers=parts("signal", Controller),
        access_points=parts("wlan", AccessPoint),
        applications=parts("workload", Application),
        meters=parts("energy", Meter),
    )


def _part(kind: type[_Part], key: str, site: str, metadata: Mapping[str, Any]) -> _Part:
    try:
        return msgspec.convert({**metadata, "key": key, "site": site}, kind)
    except msgspec.ValidationError as exc:
        raise CityError(
            f"The sensor {key} cannot be simulated: {exc}.", "Its properties are described in simulators/scenery.py."
        ) from exc
