"""Everything that is wrong with a description of a city, with the line on which it stands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from emscher import located
from emscher.city import (
    OWN,
    Place,
    Point,
    Sensor,
    SensorFeature,
    Site,
    SiteFeature,
    approach_faults,
    disagreements,
)
from emscher.errors import CityError
from emscher.fault import Fault, convert
from emscher.located import Located
from emscher.section import section_faults, virtual_faults


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong on a line of the file."""

    line: int
    text: str


def check(path: Path) -> list[Complaint]:
    """List what is wrong with a description, by line.

    Parameters
    ----------
    path : Path
        A GeoJSON file.

    Raises
    ------
    CityError
        The file cannot be read.
    """
    try:
        found = located.located(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as exc:
        return [Complaint(exc.lineno, f"no JSON: {exc.msg}")]
    except (OSError, ValueError, RecursionError) as exc:
        raise CityError(f"{path} cannot be read: {exc}.") from exc
    complaints = {Complaint(found.line_of(fault.path), fault.text) for fault in _faults(found)}
    complaints |= {Complaint(line, f"`{where[-1]}` stands twice in one object") for where, line in found.repeated}
    return sorted(complaints, key=lambda one: (one.line, one.text))


def _faults(found: Located) -> Iterator[Fault]:
    """Find every fault of a document that is JSON."""
    features = found.value.get("features") if isinstance(found.value, dict) else None
    if not isinstance(features, list) or found.value.get("type") != "FeatureCollection":
        yield Fault((), "a city is a FeatureCollection with its `features`")
        return
    sites: list[Site] = []
    sensors: list[Sensor] = []
    where: dict[int, located.Path] = {}
    faults: list[Fault] = []
    for number, feature in enumerate(features):
        place = _place(feature, ("features", number), faults)
        if place is not None:
            where[id(place)] = ("features", number, "properties")
        if isinstance(place, Site):
            sites.append(place)
        elif isinstance(place, Sensor):
            sensors.append(place)
    yield from faults
    for place, what, mend in disagreements(sites, sensors):
        yield Fault(where[id(place)], f"{what}; {mend[:1].lower()}{mend[1:].removesuffix('.')}")
    for site, fault in approach_faults(sites, sensors):
        yield Fault((*where[id(site)], *fault.path), f"site {site.key}: {fault.text}")
    keys = {site.key for site in sites}
    for site in sites:
        for path, what in (*section_faults(site.metadata, keys), *virtual_faults(site.metadata, keys)):
            yield Fault((*where[id(site)], *path), f"site {site.key}: {_named(path)} {what}")


def _named(path: located.Path) -> str:
    """Name a place below a site as people count: section 1, part 2."""
    (name, *numbers) = path
    if not numbers:
        return f"`{name}`"
    what = "section" if name == "sections" else "virtual section"
    names = [f"{what} {int(numbers[0]) + 1}", *(f"part {int(number) + 1}" for number in numbers[2:])]
    return ", ".join(names)


def _place(feature: Any, path: located.Path, faults: list[Fault]) -> Place | None:  # noqa: ANN401 - as it was read
    """Read one feature; None where its properties do not fit."""
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        faults.append(Fault(path, "a feature is an object with `properties`"))
        return None
    try:
        geometry = msgspec.convert(feature.get("geometry"), Point | None)
    except msgspec.ValidationError as exc:
        faults.append(Fault((*path, "geometry"), f"`geometry` is no point: {exc}"))
        geometry = None
    longitude, latitude = geometry.coordinates if geometry else (None, None)
    where = (*path, "properties")
    metadata = {name: value for name, value in properties.items() if name not in OWN}
    if properties.get("type") == "site":
        site = convert(SiteFeature, properties, where, faults, also=None)
        return Site(site.key, longitude, latitude, metadata, site.kind, site.name) if site else None
    if properties.get("type") == "sensor":
        sensor = convert(SensorFeature, properties, where, faults, also=None)
        return Sensor(sensor.key, longitude, latitude, metadata, sensor.stream, sensor.site) if sensor else None
    faults.append(Fault(where, f"`type` {properties.get('type')!r} is none of site, sensor"))
    return None
