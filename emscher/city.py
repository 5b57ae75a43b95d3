"""The city: sites and sensors, read from GeoJSON and written to the store.

A FeatureCollection of points. A site has the properties ``type: "site"``, ``key``, ``kind`` and ``name``; a sensor has
``type: "sensor"``, ``key``, ``stream`` and ``site``, and ``source`` where it speaks a dialect on a topic of its own
(:mod:`emscher.source`). Every other property is kept as metadata; the ``approaches`` of a junction are among them
(:mod:`emscher.approach`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import msgspec
from psycopg.types.json import Jsonb

from emscher import approach
from emscher.approach import Known
from emscher.errors import CityError
from emscher.fault import Fault
from emscher.sensor_key import SensorKey
from emscher.source import Source, sources_of
from emscher.store.pool import Connection
from emscher.store.query import queries
from emscher.streams import streams

_SQL = queries("emscher", "city.sql")
OWN = {"type", "key", "kind", "name", "stream", "site"}
"""Properties that are no metadata."""


class Point(msgspec.Struct):
    """Where a feature lies: longitude and latitude in degrees (WGS 84)."""

    type: Literal["Point"]
    coordinates: tuple[float, float]


class SiteFeature(msgspec.Struct, tag="site", tag_field="type"):
    """What a feature says that describes a site."""

    key: SensorKey
    kind: str
    name: str


class SensorFeature(msgspec.Struct, tag="sensor", tag_field="type"):
    """What a feature says that describes a sensor."""

    key: SensorKey
    stream: str
    site: SensorKey
    source: Source | list[Source] | None = None


class _Feature(msgspec.Struct):
    properties: SiteFeature | SensorFeature
    geometry: Point | None = None


class _Collection(msgspec.Struct):
    type: Literal["FeatureCollection"]
    features: list[_Feature]


@dataclass(frozen=True, slots=True)
class Place:
    """A site or a sensor as the store keeps it: position in degrees (WGS 84), None where it has none."""

    key: str
    longitude: float | None
    latitude: float | None
    metadata: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Site(Place):
    """A place whose sensors belong together."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Sensor(Place):
    """A sensor of a stream at a site."""

    stream: str
    site: str


@dataclass(frozen=True, slots=True)
class City:
    """Sites and sensors of one description."""

    sites: Sequence[Site]
    sensors: Sequence[Sensor]


def find(name: str) -> Path:
    """Find a description by the name it ships under, or by path.

    Raises
    ------
    CityError
        There is none; the text names those that ship.
    """
    # Data of another folder, found by its place; no code of it is imported.
    shipped = Path(str(files("simulators").joinpath("city")))
    for path in (shipped / f"{name}.geojson", Path(name)):
        if path.is_file():
            return path
    known = ", ".join(sorted(path.stem for path in shipped.glob("*.geojson")))
    raise CityError(
        f"There is no city {name!r}.", f"Set EMSCHER_CITY to one of {known}, or to the path of a GeoJSON file."
    )


def read(name: str) -> City:
    """Read a description and check it.

    Parameters
    ----------
    name : str
        Name of a city that ships, or path of a GeoJSON file.

    Raises
    ------
    CityError
        The file is missing or does not fit; the text says where.
    """
    path = find(name)
    return parse(path.read_bytes(), path)


def parse(content: bytes, path: Path | str) -> City:
    """Check a description.

    Parameters
    ----------
    content : bytes
        GeoJSON.
    path : Path or str
        Where it is from, for the text of an error.

    Raises
    ------
    CityError
        It does not fit; the text says where.
    """
    try:
        collection = msgspec.json.decode(content, type=_Collection)
        raw = json.loads(content)["features"]
    except (msgspec.DecodeError, ValueError, RecursionError) as exc:
        raise CityError(f"{path} is no description of a city: {exc}.", "See emscher/city.py for its form.") from exc
    sites, sensors = [], []
    for feature, as_read in zip(collection.features, raw, strict=True):
        longitude, latitude = feature.geometry.coordinates if feature.geometry else (None, None)
        metadata = {name: value for name, value in as_read["properties"].items() if name not in OWN}
        one = feature.properties
        if isinstance(one, SiteFeature):
            sites.append(Site(one.key, longitude, latitude, metadata, one.kind, one.name))
        else:
            sensors.append(Sensor(one.key, longitude, latitude, metadata, one.stream, one.site))
    for _, what, mend in disagreements(sites, sensors):
        raise CityError(f"{path}: {what}.", mend)
    return City(sites, sensors)


async def write(connection: Connection, described: City) -> tuple[int, int]:
    """Insert or update sites and sensors; what the description no longer names stays.

    Parameters
    ----------
    connection : Connection
        In the writer's role.
    described : City
        What :func:`read` gave.

    Returns
    -------
    sites, sensors : int
        How many were written.

    Raises
    ------
    CityError
        A sensor is already there under another stream.
    """
    async with connection.transaction(), connection.cursor() as cursor:
        await cursor.executemany(
            _SQL["upsert_site"].statement,
            [
                {
                    "key": one.key,
                    "kind": one.kind,
                    "name": one.name,
                    "longitude": one.longitude,
                    "latitude": one.latitude,
                    "metadata": Jsonb(one.metadata),
                }
                for one in described.sites
            ],
        )
        for one in described.sensors:
            await cursor.execute(
                _SQL["upsert_sensor"].statement,
                {
                    "key": one.key,
                    "stream": one.stream,
                    "site": one.site,
                    "longitude": one.longitude,
                    "latitude": one.latitude,
                    "metadata": Jsonb(one.metadata),
                },
            )
            if not cursor.rowcount:
                raise CityError(
                    f"Sensor {one.key} is in the store under another stream than {one.stream}.", "Rename it."
                )
    return len(described.sites), len(described.sensors)


async def document(connection: Connection) -> str:
    """Write the store's configured sites and sensors as GeoJSON, a feature a line, in the order of their numbers."""
    sites = await (await connection.execute(_SQL["sites"].statement)).fetchall()
    sensors = await (await connection.execute(_SQL["sensors"].statement)).fetchall()
    features = [
        _feature(longitude, latitude, {"type": "site", "key": key, "kind": kind, "name": name, **metadata})
        for key, kind, name, longitude, latitude, metadata in sites
    ]
    features += [
        _feature(longitude, latitude, {"type": "sensor", "key": key, "stream": stream, "site": site, **metadata})
        for key, stream, site, longitude, latitude, metadata in sensors
    ]
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in features)
    return f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n'


def _feature(longitude: float | None, latitude: float | None, properties: dict[str, Any]) -> dict[str, Any]:
    point = None if longitude is None else {"type": "Point", "coordinates": [longitude, latitude]}
    return {"type": "Feature", "geometry": point, "properties": properties}


def disagreements(sites: Sequence[Site], sensors: Sequence[Sensor]) -> Iterator[tuple[Place, str, str]]:
    """Find what does not fit together.

    Yields
    ------
    place, what, mend : Place, str, str
        The site or sensor, what is wrong with it, and what to do.
    """
    known = {site.key for site in sites}
    seen: set[str] = set()
    for place in (*sites, *sensors):
        kind = "site" if isinstance(place, Site) else "sensor"
        if f"{kind} {place.key}" in seen:
            yield place, f"the {kind} {place.key} stands there twice", "Keys are unique."
        seen.add(f"{kind} {place.key}")
    for sensor in sensors:
        if sensor.stream not in streams():
            what = f"sensor {sensor.key} names the stream {sensor.stream!r}"
            yield sensor, what, f"Streams are {', '.join(streams())}."
        else:
            fields = {one.name for one in streams()[sensor.stream].fields}
            for name in (name for one in sources_of(sensor.metadata) for name in (*one.fields, *one.constants)):
                if name not in fields:
                    what = f"the source of sensor {sensor.key} names the field {name!r}"
                    yield sensor, what, f"Fields of {sensor.stream} are {', '.join(sorted(fields))}."
        if sensor.site not in known:
            yield sensor, f"sensor {sensor.key} names the site {sensor.site!r}, which is not there", "Add it."


def approach_faults(sites: Sequence[Site], sensors: Sequence[Sensor]) -> Iterator[tuple[Site, Fault]]:
    """Find what is wrong with the approaches of sites."""
    for site in sites:
        if "approaches" in site.metadata or "conflicts" in site.metadata:
            known = {one.key: Known(one.stream, one.metadata) for one in sensors if one.site == site.key}
            for fault in approach.read(site.metadata, known)[1]:
                yield site, fault
