"""Health: whether the process lives, whether it can answer, and what it has done so far."""

from __future__ import annotations

import psycopg
from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from psycopg_pool import PoolTimeout
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api import examples, schemas
from api.openapi import told
from api.problem import ProblemError
from api.source import SQL, Source
from emscher.store import version
from emscher.streams import streams
from processing.families import families

router = APIRouter(tags=["operation"])

RETRY_AFTER_S = 5

_FRESH = {"Cache-Control": "no-store"}


@router.get(
    "/healthz",
    summary="Whether the process lives",
    response_model=schemas.Alive,
    responses=told(examples.ALIVE, "fault"),
)
async def show_health() -> Response:
    """Answers as long as the process does; says nothing of the database."""
    return JSONResponse({"status": "alive"}, headers=_FRESH)


@router.get(
    "/readyz",
    summary="Whether the server can answer",
    response_model=schemas.Ready,
    responses=told(examples.READY, "not-ready", "fault"),
)
async def show_readiness(request: Request) -> Response:
    """Answers 200 when the database answers and its schema is up to date, else 503 and what is missing."""
    source: Source = request.app.state.source
    try:
        how, missing = await _schema(source)
    except (psycopg.Error, PoolTimeout, TimeoutError) as exc:
        raise _not_ready({"database": f"does not answer ({type(exc).__name__})"}) from exc
    if missing:
        raise _not_ready({"schema": missing})
    return JSONResponse({"status": "ready", "database": "answers", "schema": how}, headers=_FRESH)


@router.get(
    "/metrics",
    summary="Metrics for Prometheus",
    response_class=Response,
    responses=told(examples.METRICS, "fault", media_type="text/plain"),
)
async def show_metrics() -> Response:
    """Requests and their durations by route; nothing by client."""
    return Response(generate_latest(), headers={**_FRESH, "Content-Type": CONTENT_TYPE_LATEST})


def _not_ready(errors: dict[str, str]) -> ProblemError:
    said = "; ".join(f"the {name} {what}" for name, what in errors.items())
    return ProblemError("not-ready", f"Not ready: {said}.", errors, {"Retry-After": str(RETRY_AFTER_S)})


async def _schema(source: Source) -> tuple[str, str]:
    """Say how the schema was found to be up to date, and what is missing if it is not."""
    there, visible = (await source.fetch("reader", SQL["migrations_visible"].statement))[0]
    if not there:
        return "", "is not there; run `emscher migrate`"
    if visible:
        return _compared(await source.fetch("reader", SQL["migrations"].statement))
    return await _looked_at(source)


def _compared(applied: list[tuple[int, str, str, str]]) -> tuple[str, str]:
    """Compare the book of migrations with those this version brings."""
    if not applied:
        return "", "has no migration; run `emscher migrate`"
    if missing := version.lacking(applied):
        return "", f"lacks {', '.join(missing)}; run `emscher migrate`"
    if version.is_newer(applied):
        return "", "is newer than this version of Emscher; upgrade it"
    return f"{len(applied)} migrations of {applied[-1][3]}, up to date", ""


async def _looked_at(source: Source) -> tuple[str, str]:
    """Where the book is not to be read in the reader's rights: see that every table has the columns it is read by."""
    wanted = {stream.table: ("sensor_id", *stream.columns) for stream in streams().values()}
    wanted |= {
        family.table: (*family.key, *(one.column for one in family.indicators)) for family in families().values()
    }
    lacking = []
    for name, columns in wanted.items():
        relation = await source.relation(name)
        lacking += [f"{name}.{one}" for one in columns if relation is None or one not in relation.columns]
    if lacking:
        return "", f"lacks {', '.join(lacking[:10])}; run `emscher migrate`"
    return f"{len(wanted)} tables have the columns this version reads", ""
