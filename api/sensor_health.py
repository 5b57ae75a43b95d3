"""Health of a sensor: how late, how orderly, how completely and by what clock it reports, as measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from api import examples, schemas, span
from api.answer import answer
from api.caller import Asking, Caller
from api.formats import Format
from api.openapi import ALWAYS, told
from api.sensors import Key, the_sensor
from api.sheet import UNITS, Sheet
from api.source import SQL, Relation
from api.span import From, Span, To
from emscher.latency import quantile_s
from emscher.stream import Stream
from emscher.streams import streams

router = APIRouter(prefix="/v1", tags=["readings"])

Bucket = Annotated[
    Literal["hour", "day", "all"],
    Query(description="Width of a row; a day is a day of the city; all is the whole span.", examples=["hour"]),
]
_BUCKETS = {"hour": "whole_hours", "day": "whole_days", "all": "whole_span"}


@dataclass(frozen=True, slots=True)
class Missing:
    """How much of a span is not there, and how that is known."""

    share_pct: float | None
    interval_s: float | None
    basis: str


def _asked(request: Request, begin: From = None, to: To = None) -> Span:
    """Read the span; by default a day, of which the sums are by the hour."""
    clock: Callable[[], datetime] = request.app.state.clock
    return span.read(begin, to, clock(), request.app.state.settings.time_zone, timedelta(days=1))


@router.get(
    "/sensors/{key}/health",
    summary="How late, how orderly and by what clock a sensor reports",
    response_model=schemas.Health,
    responses=told(examples.HEALTH, *ALWAYS, "unknown-name", "key-needed", "wrong-key", "no-key-set", "wrong-format"),
)
async def show_sensor_health(
    request: Request,
    caller: Asking,
    form: Annotated[str, Depends(Format(("json",)))],
    key: Key,
    asked: Annotated[Span, Depends(_asked)],
    bucket: Bucket = "all",
) -> Response:
    """Measured by ingest per hour of receipt, so a span begins with its hour; nothing is guessed.

    Latency is the receipt minus the latest moment a reading speaks of, and holds everything in between: the device's
    clock, its waiting, the way. It counts readings refused as `too_old` or `in_future`, too, for there the clock is the
    finding. A backlog after an outage, or a replay, is latency like any other. The missing share is of the readings'
    own time; where no cadence is known it is null and `missing_basis` says why.
    """
    await the_sensor(caller, key)
    number, name, cadence_s = (
        await caller.source.fetch(caller.role, SQL["sensor_of_key"].of(sensors=caller.sensors), {"key": key})
    )[0]
    stream = streams()[name]
    readings = await caller.source.existing(stream.table)
    if not caller.may_read(readings):
        raise caller.refusal(f"The health of a single sensor of the stream {name} is internal.")
    since = asked.since.replace(minute=0, second=0, microsecond=0)
    clock: Callable[[], datetime] = request.app.state.clock
    values = {"sensor_id": number, "since": since, "until": asked.until, "zone": caller.settings.time_zone}
    health = SQL["health"].of(
        bucket_start=SQL[_BUCKETS[bucket]].statement,
        health="sensor_health" if caller.internal else "open_sensor_health",
    )
    rows = await caller.source.fetch(caller.role, health, values)
    missing = await _missing(caller, stream, readings, {**values, "until": min(asked.until, clock())}, cadence_s)
    sheet = _sheet(stream, rows)
    head = {
        "sensor": key,
        "stream": name,
        "bucket": bucket,
        "since": since,
        "until": asked.until,
        "missing_share_pct": missing.share_pct,
        "expected_interval_s": missing.interval_s,
        "missing_basis": missing.basis,
    }
    units = sheet.units | {one: UNITS[one] for one in ("missing_share_pct", "expected_interval_s")}
    return answer(request, caller, form, [sheet], units=units, head=head, times=("last_received_at",))


async def _missing(
    caller: Caller, stream: Stream, readings: Relation, values: dict[str, Any], cadence_s: float | None
) -> Missing:
    """Measure what is missing between the first reading and the end of the span, less one interval under way."""
    has_intervals = stream.is_interval
    if not has_intervals and not cadence_s:
        return Missing(None, None, "no cadence is known: no interval_s in its readings, none in its metadata")
    query = SQL["covered" if has_intervals else "counted"].of(readings=readings.name)
    count, covered_s, first, usual_s, is_older = (await caller.source.fetch(caller.role, query, values))[0]
    basis = "interval_s of the readings" if has_intervals else "interval_s of its metadata"
    interval_s = float(usual_s) if usual_s else cadence_s
    if not count:
        if is_older:
            return Missing(100.0, interval_s, f"{basis}: there were readings before and none in this span")
        return Missing(None, interval_s, "no reading is stored of this span or of any time before it")
    begin = values["since"] if is_older else first
    expected_s = (values["until"] - begin).total_seconds() - (interval_s or 0.0)
    if expected_s <= 0:
        return Missing(None, interval_s, "the span since its first reading is shorter than an interval")
    there_s = covered_s if has_intervals else count * (cadence_s or 0.0)
    return Missing(max(0.0, 100 * (1 - there_s / expected_s)), interval_s, basis)


def _sheet(stream: Stream, rows: Sequence[Sequence[Any]]) -> Sheet:
    found = [_measured(stream, *row) for row in rows]
    sheet = Sheet()
    for name in schemas.HealthRow.model_fields:
        kind = "time" if name == "bucket_start" or name.endswith("_at") else "number"
        sheet.put(name, kind, [row[name] for row in found])  # type: ignore[arg-type] # one of the two
    return sheet


def _measured(
    stream: Stream,
    bucket_start: datetime,
    readings: int,
    refused: int,
    in_future: int,
    too_old: int,
    out_of_order: int,
    repeated: int,
    timed: int,
    *rest: Any,  # noqa: ANN401 - the others
) -> dict[str, object]:
    """Turn sums into measures; what is divided by nothing is null."""
    sum_s, lowest_s, highest_s, hours, first_at, last_at = rest
    counts = [sum(place) for place in zip(*(hours or ()), strict=True)]
    middle_s, late_s = (quantile_s(counts, share, lowest_s, highest_s) if timed else None for share in (0.5, 0.95))
    return {
        "bucket_start": bucket_start,
        "readings": readings,
        "refused": refused,
        "in_future": in_future,
        "too_old": too_old,
        "latency_min_s": lowest_s,
        "latency_p50_s": middle_s,
        "latency_p95_s": late_s,
        "latency_max_s": highest_s,
        "latency_mean_s": sum_s / timed if timed else None,
        "clock_ahead_at_least_s": max(0.0, -lowest_s) if timed else None,
        "clock_behind_at_most_s": max(0.0, lowest_s) if timed else None,
        "out_of_order_pct": 100 * out_of_order / readings if readings else None,
        "repeated_pct": 100 * repeated / readings if readings and not stream.key else None,
        "first_received_at": first_at,
        "last_received_at": last_at,
    }
