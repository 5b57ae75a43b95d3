"""Indicators: what is computed from readings, per sensor, or per site where only sums are published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from api import examples, schemas
from api.answer import answer, document
from api.caller import Asking, Caller
from api.cursor import DEFAULT_LIMIT, After, Limit
from api.formats import Format
from api.openapi import ALWAYS, told
from api.page import Page
from api.problem import bad_parameter, near, unknown
from api.sensors import SensorKeys, SiteKey, sensor_names
from api.sheet import Sheet
from api.sites import site_names
from api.source import Relation
from api.span import AskedSpan, Span
from emscher.streams import streams
from processing.catalog import catalog
from processing.families import families
from processing.family import Family

router = APIRouter(prefix="/v1", tags=["indicators"])

PUBLISHED_BUCKETS: Mapping[str, str] = {"1h": "public", "1d": "public_1d"}
"""Of what is published only as a sum, nothing finer than an hour: relation of each bucket, by its ending."""
PUBLISHED_BUCKET = "1h"
"""What answers where no bucket is asked for."""
NEWEST_ROWS = 500
"""Most rows that are pushed at once."""

_WIDTHS: Mapping[int, str] = {60: "1min", 900: "15min", 3_600: "1h", 86_400: "1d"}
_TIME = "window_start"

Name = Annotated[str, Path(description="Name of the family.", examples=["traffic"])]
Bucket = Annotated[
    str | None,
    Query(
        description="Width of the windows: base (the family's own), 15min, 1h or 1d (a day of the city). "
        "Default: base, or the hour where only hourly sums are open.",
        examples=["1h"],
    ),
]


@dataclass(frozen=True, slots=True)
class _Choice:
    """Which relation answers, under which name of a bucket, and whether it is what is published instead."""

    relation: Relation
    bucket: str
    published: bool = False


@router.get(
    "/indicators",
    summary="Catalogue of indicators",
    response_model=schemas.Catalogue,
    responses=told(examples.CATALOGUE, *ALWAYS),
)
async def list_indicators(request: Request, caller: Asking) -> Response:
    """Every indicator with unit, names, kernel, the source of its formula and whether that source was verified."""
    return document(request, {"data": [await _described(caller, family) for family in families().values()]})


@router.get(
    "/indicators/{family}",
    summary="Indicators of a family",
    response_model=schemas.Indicators,
    responses=told(
        examples.INDICATORS,
        *ALWAYS,
        "unknown-name",
        "wrong-format",
        "key-needed",
        "wrong-key",
        "no-key-set",
        "too-slow",
        others={"csv": examples.INDICATORS_CSV, "parquet": None},
    ),
)
async def list_indicators_of_family(
    request: Request,
    caller: Asking,
    form: Annotated[str, Depends(Format(("json", "csv", "parquet")))],
    span: AskedSpan,
    family: Name,
    sensor: SensorKeys = None,
    site: SiteKey = None,
    bucket: Bucket = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Response:
    """Windows that begin in the span, by time and sensor; WLAN and energy are open as hourly sums per site."""
    meant = families().get(family)
    if meant is None:
        raise unknown("family", family, families(), "/v1/indicators")
    choice = await _choose(caller, meant, bucket)
    key = _key(choice.relation, meant)
    if key[0] == "site_id":
        if sensor:
            raise bad_parameter("sensor", f"these figures of {family} are per site; use `site`")
        names = await site_names(caller, site)
    else:
        names = await sensor_names(caller, _streams_of(meant), sensor, site)
    units = {one.column: one.unit for one in meant.indicators}
    sheet, following = await Page(choice.relation, _TIME, key, names, units, span, limit, after).read(caller)
    return answer(
        request,
        caller,
        form,
        [sheet],
        following=following,
        head={"family": family, "bucket": choice.bucket, "published": choice.published},
        times=("computed_at", _TIME),
    )


async def newest_rows(
    caller: Caller, family: Family, relation: Relation, site: str, span: Span, computed_after: datetime
) -> Sheet | None:
    """Read a site's newly computed rows, as the route gives them; None where they are more than :data:`NEWEST_ROWS`.

    Parameters
    ----------
    caller : Caller
        In whose rights.
    family : Family
        Whose rows.
    relation : Relation
        Its table, or what is published of it.
    site : str
        Key of the site.
    span : Span
        From when to when.
    computed_after : datetime
        Since when they are new.
    """
    key = _key(relation, family)
    if key[0] == "site_id":
        names = await site_names(caller, site)
    else:
        names = await sensor_names(caller, _streams_of(family), None, site)
    units = {one.column: one.unit for one in family.indicators}
    sheet, following = await Page(relation, _TIME, key, names, units, span, NEWEST_ROWS, None, computed_after).read(
        caller
    )
    return None if following else sheet


def _streams_of(family: Family) -> list[str]:
    """Name the streams that what a family reads comes from in the end."""
    while family.reads:
        family = families()[family.reads]
    return [stream.name for stream in streams().values() if any(due.family == family.queue for due in stream.due)]


def _key(relation: Relation, family: Family) -> tuple[str, ...]:
    """Key of a relation besides the time: the family's own, or of what is published the columns before the time."""
    own = tuple(one for one in family.key if one != _TIME)
    if set(own) <= set(relation.columns):
        return own
    columns = list(relation.columns)
    return tuple(columns[: columns.index(_TIME)])


async def _choose(caller: Caller, family: Family, bucket: str | None) -> _Choice:
    """Find what answers: the family's table or roll-up, or what is published of it to those without a key."""
    wanted = "base" if bucket in (None, _WIDTHS.get(family.resolution_s)) else bucket
    known = ["base", *family.buckets]
    published = await _published(caller, family)
    if wanted not in known and bucket not in published:
        raise bad_parameter("bucket", f"{family.name} has {', '.join(known)}, not {bucket!r}{near(str(bucket), known)}")
    own = await caller.source.relation(family.table if wanted == "base" else f"{family.table}_{wanted}")
    if own is not None and caller.may_read(own):
        return _Choice(own, str(wanted))
    if not published:
        raise caller.refusal(f"The indicators of {family.name} are internal.")
    if bucket is not None and bucket not in published:
        raise caller.refusal(
            f"Single {family.name} indicators are internal; bucket={' or '.join(published)} is open, as sums per site."
        )
    return _Choice(published[bucket or PUBLISHED_BUCKET], bucket or PUBLISHED_BUCKET, published=True)


async def _published(caller: Caller, family: Family) -> dict[str, Relation]:
    """Find what everyone may read of a family that is published only as sums, by bucket."""
    found = {
        bucket: await caller.source.relation(f"{family.name}_{ending}") for bucket, ending in PUBLISHED_BUCKETS.items()
    }
    return {bucket: one for bucket, one in found.items() if one is not None and one.open}


async def _described(caller: Caller, family: Family) -> dict[str, Any]:
    own = await caller.source.existing(family.table)
    published = await _published(caller, family)
    buckets = ["base", *family.buckets]
    open_buckets, per = [], None
    if own.open:
        open_buckets, per = buckets, "site" if "site_id" in family.key else "sensor"
    elif published:
        open_buckets, per = list(published), "site"
    return {
        "name": family.name,
        "title_en": family.title_en,
        "title_de": family.title_de,
        "width_s": family.resolution_s,
        "buckets": buckets,
        "open_buckets": open_buckets,
        "published_per": per,
        "indicators": [
            {
                "column": one.column,
                "unit": one.unit,
                "name_en": one.name_en,
                "name_de": one.name_de,
                "kernel": one.kernel,
                "source": one.source,
                "status": one.status,
                "priority": one.priority,
                "inputs": list(entry.inputs),
                "window": entry.window,
            }
            for entry in catalog()
            if entry.family is family
            for one in [entry.indicator]
        ],
    }
