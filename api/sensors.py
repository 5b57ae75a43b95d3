"""Sensors: what measures where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from api import examples, schemas
from api.answer import answer, headers_of, tagged
from api.caller import Asking, Caller
from api.formats import Format, to_json
from api.openapi import ALWAYS, told
from api.page import Names
from api.problem import ProblemError, bad_parameter, near
from api.sheet import Sheet, transposed
from api.sites import places, site_names
from api.source import SQL
from emscher.sensor_key import is_sensor_key
from emscher.streams import streams

router = APIRouter(prefix="/v1", tags=["city"])

SiteKey = Annotated[str | None, Query(alias="site", description="Only this site, by its key.", examples=["wall-01"])]
SensorKeys = Annotated[
    list[str] | None,
    Query(
        alias="sensor", description="Only this sensor, by its key; repeat it for several.", examples=[["wall-07.d01"]]
    ),
]
StreamName = Annotated[
    str | None, Query(alias="stream", description="Only this stream, by its name.", examples=["traffic"])
]
Configured = Annotated[
    bool | None, Query(description="false: only sensors that reported before anybody described them.", examples=[True])
]
Key = Annotated[str, Path(description="Key of the sensor.", examples=["wall-07.d01"])]

_COLUMNS = ("key", "stream", "site", "configured", "longitude", "latitude")


@router.get(
    "/sensors",
    summary="What measures where",
    response_model=schemas.Sensors,
    responses=told(examples.SENSORS, *ALWAYS, "wrong-format", others={"geojson": examples.geojson(examples.SENSORS)}),
)
async def list_sensors(
    request: Request,
    caller: Asking,
    form: Annotated[str, Depends(Format(("json", "geojson")))],
    stream: StreamName = None,
    site: SiteKey = None,
    configured: Configured = None,
) -> Response:
    """Every sensor that may be known of; with a key also meters and applications. Also as GeoJSON (`.geojson`)."""
    check_stream(stream)
    if site is not None:
        await site_names(caller, site)
    sheet = await _read(caller, None, stream, site, configured)
    return answer(request, caller, form, [sheet])


@router.get(
    "/sensors/{key}",
    summary="One sensor",
    response_model=schemas.OneSensor,
    responses=told(examples.SENSOR, *ALWAYS, "unknown-name", "wrong-format"),
)
async def show_sensor(
    request: Request, caller: Asking, form: Annotated[str, Depends(Format(("json",)))], key: Key
) -> Response:
    """A sensor by its key."""
    del form
    sheet = await the_sensor(caller, key)
    body = to_json({"units": sheet.units}, [sheet])
    # One sensor is an object, not an array of one.
    return tagged(request, body.replace(b'"data":[', b'"data":', 1)[:-2] + b"}", "application/json", headers_of(caller))


def check_stream(name: str | None) -> None:
    """Refuse a parameter that names no stream."""
    if name is not None and name not in streams():
        raise bad_parameter("stream", f"there is no stream {name!r}{near(name, streams())}; /v1/streams lists them")


async def the_sensor(caller: Caller, key: str) -> Sheet:
    """Give a sensor by the key in a path.

    Raises
    ------
    ProblemError
        This caller may know of none of that key.
    """
    sheet = await _read(caller, [key], None, None, None) if is_sensor_key(key) else Sheet()
    if not len(sheet):
        hint = "" if caller.internal else " Meters and applications are shown with X-API-Key only."
        raise ProblemError("unknown-name", f"There is no sensor {key[:64]!r}; /v1/sensors lists them.{hint}")
    return sheet


async def sensor_names(caller: Caller, names: Sequence[str], keys: Sequence[str] | None, site: str | None) -> Names:
    """Give the sensors of some streams by number.

    Parameters
    ----------
    caller : Caller
        Who asks.
    names : sequence of str
        Streams.
    keys : sequence of str or None
        Only these.
    site : str or None
        Only those of this site.

    Raises
    ------
    ProblemError
        There is no such site, or a sensor of these streams there is not.
    """
    if site is not None:
        await site_names(caller, site)
    keys = list(dict.fromkeys(keys)) if keys else None
    if odd := [key for key in keys or () if not is_sensor_key(key)]:
        raise bad_parameter("sensor", f"{odd[0][:64]!r} is no sensor's key; /v1/sensors lists them")
    rows = await caller.source.fetch(
        caller.role,
        SQL["sensor_names"].of(sensors=caller.sensors),
        {"streams": list(names), "keys": keys, "site": site},
    )
    found = named(rows)
    if missing := set(keys or ()) - set(found["sensor"].values()):
        where = f" at the site {site!r}" if site else ""
        listed = "/v1/sensors?stream=" + names[0]
        raise bad_parameter(
            "sensor", f"there is no {'/'.join(names)} sensor {min(missing)!r}{where}; {listed} lists them"
        )
    return found


def named(rows: Sequence[tuple[Sequence[int], str, str]]) -> Names:
    """Read what the query ``sensor_names`` gives: numbers, keys and the keys of their sites."""
    numbers, keys, sites = rows[0]
    return {
        "sensor": dict(zip(numbers, keys.split(), strict=True)),
        "site": dict(zip(numbers, sites.split(), strict=True)),
    }


async def _read(
    caller: Caller,
    keys: list[str] | None,
    stream: str | None,
    site: str | None,
    configured: bool | None,  # noqa: FBT001 - a filter
) -> Sheet:
    rows = await caller.source.fetch(
        caller.role,
        SQL["sensors"].of(sensors=caller.sensors),
        {"keys": keys, "stream": stream, "site": site, "configured": configured},
    )
    *columns, metadata = transposed(rows, 1 + len(_COLUMNS))
    return places(_COLUMNS, columns, metadata)
