"""The shapes of answers, as OpenAPI describes them; large answers are written without passing through them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Units = dict[str, str]


class Problem(BaseModel):
    """Problem details (RFC 9457)."""

    type: str = Field(description="Link to the explanation of this kind of problem")
    title: str
    status: int
    detail: str = Field(description="What exactly is wrong, and how to mend it")
    instance: str = Field(description="Path that was asked for")
    errors: list[ProblemPart] = Field(default=[], description="What is wrong with which parameter or part")


class ProblemPart(BaseModel):
    """One parameter or part that does not fit."""

    name: str
    detail: str


class Values(BaseModel):
    """What every answer with values begins with."""

    units: Units = Field(description="Unit of every column that measures something (UCUM; 1 is a pure number)")
    as_of: datetime | None = Field(description="Newest time in the data; null where there are none")
    next: str | None = Field(description="Path of the next page; null on the last")


class Row(BaseModel):
    """One row; its further columns are named in `units` and in /v1/streams and /v1/indicators."""

    model_config = ConfigDict(extra="allow")

    simulated: bool = Field(description="Whether the value comes from a simulator, wholly or in part")


class ReadingRow(Row):
    """One reading."""

    sensor: str
    site: str
    observed_at: datetime


class LatestRow(ReadingRow):
    """Newest reading of one sensor."""

    stream: str


class IndicatorRow(Row):
    """Indicators of one sensor or site over one window."""

    site: str
    window_start: datetime


class Readings(Values):
    """Readings of one stream."""

    stream: str
    data: list[ReadingRow]


class Latest(BaseModel):
    """Newest reading of every sensor."""

    units: dict[str, Units] = Field(description="Units by stream")
    as_of: datetime | None
    next: None
    data: list[LatestRow]


class Indicators(Values):
    """Indicators of one family."""

    family: str
    bucket: str = Field(description="Width of the windows; `base` is the family's own")
    published: bool = Field(description="Whether these are the sums for the public instead of single sensors")
    data: list[IndicatorRow]


class Place(BaseModel):
    """What sites and sensors have in common."""

    key: str
    longitude: float | None
    latitude: float | None
    metadata: dict[str, Any] = Field(description="Further facts; names end in their unit")


class Site(Place):
    """A place whose sensors belong together."""

    kind: str
    name: str


class Sensor(Place):
    """A sensor of a stream at a site."""

    stream: str
    site: str
    configured: bool = Field(description="False: it reported before anybody described it")


class Sites(Values):
    """Sites."""

    data: list[Site]


class Sensors(Values):
    """Sensors."""

    data: list[Sensor]


class OneSensor(BaseModel):
    """One sensor."""

    units: Units
    data: Sensor


class StreamField(BaseModel):
    """One field of a stream's message."""

    name: str
    unit: str | None
    description: str
    required: bool
    type: str
    minimum: float | None
    maximum: float | None
    values: list[str] | None


class Stream(BaseModel):
    """One kind of sensor."""

    name: str
    title_en: str
    title_de: str
    topic: str
    open: bool = Field(description="Whether single readings are open data")
    retention_days: int
    fields: list[StreamField]
    families: list[str] = Field(description="Families of indicators computed from it")


class Streams(BaseModel):
    """Every kind of sensor."""

    data: list[Stream]


class Indicator(BaseModel):
    """One indicator of the catalogue."""

    column: str
    unit: str
    name_en: str
    name_de: str
    kernel: str
    source: str
    status: Literal["verified", "unverified", "own"]
    priority: Literal["must", "should", "later"]
    inputs: list[str] = Field(description="Values, or streams and families, it is computed from")
    window: str = Field(description="Width of its rows, and how far around them it reads")


class Family(BaseModel):
    """Indicators that are computed together."""

    name: str
    title_en: str
    title_de: str
    width_s: int
    buckets: list[str]
    open_buckets: list[str] = Field(description="Buckets that need no key")
    published_per: Literal["sensor", "site"] | None = Field(description="What an open row stands for")
    indicators: list[Indicator]


class Catalogue(BaseModel):
    """The catalogue of indicators."""

    data: list[Family]


class AccountRow(BaseModel):
    """What became of the readings of one stream in one bucket."""

    bucket_start: datetime
    stream: str
    received: int
    stored: int
    duplicate: int
    rejected: int
    mended: int = Field(description="Rejected once, since stored or duplicate by a re-drive")
    balanced: bool = Field(description="received = stored + duplicate + rejected")


class Accounts(Values):
    """The books of ingest."""

    bucket: Literal["minute", "hour", "day", "all"]
    data: list[AccountRow]


class HealthRow(BaseModel):
    """How one sensor reported in one bucket of receipt."""

    bucket_start: datetime
    readings: int = Field(description="Passed their checks, duplicates included")
    refused: int
    in_future: int = Field(description="Of the refused: timed ahead of the clock")
    too_old: int = Field(description="Of the refused: older than its stream is kept")
    latency_min_s: float | None = Field(description="Receipt minus latest moment, also of those refused for their time")
    latency_p50_s: float | None = Field(description="Exact to the width of its bucket, as p95")
    latency_p95_s: float | None
    latency_max_s: float | None
    latency_mean_s: float | None
    clock_ahead_at_least_s: float | None = Field(description="A reading cannot arrive before its moment")
    clock_behind_at_most_s: float | None = Field(
        description="All of the smallest latency, if none of it was on the way"
    )
    out_of_order_pct: float | None = Field(description="Older than one that the same worker took before it")
    repeated_pct: float | None = Field(
        description="Of the moment of the one before; null where many may share a moment"
    )
    first_received_at: datetime
    last_received_at: datetime


class Health(Values):
    """How a sensor reports."""

    sensor: str
    stream: str
    bucket: Literal["hour", "day", "all"]
    since: datetime = Field(description="Begin of the first bucket")
    until: datetime
    missing_share_pct: float | None = Field(description="Of the span from `since` to `until` by the readings' own time")
    expected_interval_s: float | None
    missing_basis: str = Field(description="What the missing share is measured by, or why it cannot be")
    data: list[HealthRow]


class WlanProfileRow(BaseModel):
    """One zone at one hour of one weekday, over all its hours that are shown."""

    site: str
    weekday: int = Field(description="1 is Monday, 7 is Sunday")
    hour: int = Field(description="Hour of the city's day, 0 to 23")
    simulated: bool
    clients_concurrent_avg: float | None = Field(description="Devices at once, mean; null where no hour is shown")
    clients_concurrent_max: float | None
    volume_bytes: float | None
    shown_hours: int
    suppressed_hours: int


class WlanProfile(Values):
    """How busy public WLAN usually is."""

    data: list[WlanProfileRow]


class Threshold(BaseModel):
    """A limit and the days it holds."""

    name: str
    scope: str
    value: float
    unit: str
    valid_from: date
    valid_to: date | None
    source: str
    status: str


class Thresholds(Values):
    """Limits."""

    data: list[Threshold]


class EmissionFactor(BaseModel):
    """An emission factor of one year, as published in one year."""

    energy_source: str
    year: int
    vintage: int
    g_per_kwh: float
    gas: str
    upstream_included: bool
    status: str
    source: str


class EmissionFactors(Values):
    """Emission factors."""

    data: list[EmissionFactor]


class Alive(BaseModel):
    """The process runs."""

    status: Literal["alive"]


class Ready(BaseModel):
    """The process can answer."""

    status: Literal["ready"]
    database: Literal["answers"]
    schema_: str = Field(alias="schema", description="How it was found to be up to date")
