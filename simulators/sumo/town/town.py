"""Read the description of the town."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Annotated

import msgspec
from msgspec import Meta

Point = tuple[float, float]
Share = Annotated[float, Meta(ge=0)]


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the centre lies [degrees]."""

    longitude: float
    latitude: float


class Road(msgspec.Struct, frozen=True, array_like=True):
    """A road, both ways: from, to, lanes each way, speed [km/h], name."""

    start: str
    end: str
    lanes: Annotated[int, Meta(ge=1, le=4)]
    speed_kmh: Annotated[float, Meta(gt=0)]
    name: str


class Roads(msgspec.Struct, frozen=True):
    """All roads."""

    all: list[Road]


class Blocked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A lane that is blocked for a time after the beginning [s]."""

    road: tuple[str, str]
    lane: int
    from_s: float
    to_s: float


class Demand(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"origins": "from", "targets": "to"}):
    """An hour's trips: when it begins [s of the day], how many, and the weights of quarters, origins and targets."""

    begin_s: float
    trips_h: float
    quarters: tuple[Share, Share, Share, Share]
    origins: dict[str, Share]
    targets: dict[str, Share]
    blocked: Blocked | None = None


class Town(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The town: places in metres from its centre."""

    place: Place
    signals: dict[str, Point]
    gates: dict[str, Point]
    roads: Roads
    demand: dict[str, Demand]


def dortmund() -> Town:
    """Read the town that ships."""
    text = files("simulators.sumo.town").joinpath("dortmund.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), Town)
