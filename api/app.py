"""The application: routes, middleware and the connections to the store."""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

from api import (
    accounting,
    coordination,
    docs,
    errors,
    figures,
    greenit,
    health,
    indicators,
    latest,
    limits,
    live,
    openapi,
    readings,
    redrives,
    rejected,
    sensor_health,
    sensors,
    sites,
    streams,
    targets,
    web,
    wlan,
)
from api.ear import Ear, hearing
from api.hub import Hub
from api.newest import Newest
from api.observer import Observer
from api.parameters import only_known
from api.source import source
from api.suffix import Suffix
from emscher import __version__
from emscher.settings import Settings

GZIP_LEVEL = 1
"""Most of the gain for the least of the time: an answer is made anew for everyone."""
GZIP_FROM_BYTES = 1_000


def utc_now() -> datetime:
    """Give the time of day."""
    return datetime.now(UTC)


def _token() -> str:
    return secrets.token_hex(4)


def create(
    settings: Settings,
    clock: Callable[[], datetime] = utc_now,
    monotonic: Callable[[], float] = time.monotonic,
    token: Callable[[], str] = _token,
) -> FastAPI:
    """Build the application; its connections open when it starts.

    Parameters
    ----------
    settings : Settings
        Where the store is, and the key to internal data.
    clock : callable
        The time of day, with zone: where a span ends that is given no end.
    monotonic : callable
        Clock that never jumps [s], to time requests.
    token : callable
        Gives a name that no other process has, for the order of live events.
    """

    @asynccontextmanager
    async def connected(app: FastAPI) -> AsyncIterator[None]:
        async with source(settings) as opened:
            app.state.source = opened
            app.state.newest = {
                "public": Newest(opened, "public", "open_sensor"),
                "reader": Newest(opened, "reader", "sensor"),
            }
            app.state.hub = Hub(token(), settings.api_live_listeners)
            async with hearing(Ear(settings, opened, app.state.hub, clock)):
                yield

    app = FastAPI(
        title="Emscher",
        version=__version__,
        summary="A city's sensor streams and the indicators computed from them",
        description=openapi.DESCRIPTION,
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        docs_url=None,
        redoc_url=None,
        lifespan=connected,
        dependencies=[Depends(only_known)],
        generate_unique_id_function=_operation_id,
    )
    app.state.settings = settings
    app.state.clock = clock
    for noun in (
        *(streams, sites, sensors, readings, sensor_health, latest, indicators, coordination, live, wlan, greenit),
        *(figures, targets, limits),
        *(accounting, rejected, redrives, health),
    ):
        app.include_router(noun.router)
    for page in (web, docs):
        app.include_router(page.router, include_in_schema=False)
    errors.register(app)
    openapi.install(app)
    # The last one added sees a request first.
    app.add_middleware(GZipMiddleware, minimum_size=GZIP_FROM_BYTES, compresslevel=GZIP_LEVEL)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET"],
        allow_headers=["If-None-Match", "X-API-Key"],
        expose_headers=["ETag", "Link", "Retry-After"],
    )
    app.add_middleware(Suffix)
    app.add_middleware(Observer, monotonic=monotonic)
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name
