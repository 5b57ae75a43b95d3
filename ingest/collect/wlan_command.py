"""The commands ``emscher collect respondd|unifi|radius``: totals of access points, by the quarter hour."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import structlog
import typer

from emscher import log as logs
from emscher import settings
from emscher.errors import CollectError
from emscher.running import until_stopped
from emscher.settings import Settings
from ingest.collect import access_points, radius, respondd, unifi
from ingest.collect.outlet import Outlet
from ingest.collect.quarters import Poll, Quarters
from ingest.collect.rounds import needed

log: structlog.stdlib.BoundLogger = structlog.get_logger()

TIMEOUT_S = 10.0
STREAM = "wlan"
Decode = Callable[[bytes, Mapping[str, str]], dict[str, Poll]]

Url = Annotated[str, typer.Argument(help="Address of the JSON.")]
Points = Annotated[Path, typer.Option("--access-points", help="JSON: sensor key by the controller's identifier.")]
Every = Annotated[float, typer.Option("--every-s", min=1, max=300, help="Pause between two polls [s].")]
Authority = Annotated[Path | None, typer.Option("--ca", help="Certificate of its authority, PEM.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("respondd")(collect_respondd)
    app.command("unifi")(collect_unifi)
    app.command("radius")(collect_radius)


def collect_respondd(url: Url, points: Points, every_s: Every = 60.0, ca: Authority = None) -> None:
    """Read yanic's nodes; of each known one devices, bytes and uptime."""
    _polling(respondd.decode, url, points, every_s, ca)


def collect_unifi(url: Url, points: Points, every_s: Every = 60.0, ca: Authority = None) -> None:
    """Read totals of UniFi access points; clients are not looked at."""
    _polling(unifi.decode, url, points, every_s, ca)


def collect_radius(
    detail: Annotated[Path, typer.Argument(help="Detail file of RADIUS accounting, closed.")], points: Points
) -> None:
    """Sum a detail file by access point and quarter hour, publish the sums and end."""
    loaded, keys = _loaded(), access_points.read(points)
    try:
        with detail.open(encoding="utf-8", errors="replace") as lines:
            sums = radius.decode(lines, keys, datetime.now(UTC).timestamp())
    except OSError as exc:
        raise CollectError(f"{detail} cannot be read: {exc.strerror}.", "Check the path and the rights.") from exc
    except msgspec.ValidationError as exc:
        raise CollectError(f"{detail} sums up to what no access point does: {exc}.", "Look at its octets.") from exc
    if not sums:
        raise CollectError(f"{detail} has no session of a known access point.", "Are they in --access-points?")
    until_stopped(Outlet(loaded, stream=STREAM).publish(sums))


def _polling(decode: Decode, url: str, points: Path, every_s: float, ca: Path | None) -> None:
    needed("httpx")
    from ingest.collect import web  # noqa: PLC0415 - an extra

    loaded, keys = _loaded(), access_points.read(points)

    async def run() -> None:
        quarters, outlet = Quarters(), Outlet(loaded, stream=STREAM)
        async with web.client(url, loaded, TIMEOUT_S, ca) as get:
            while True:
                try:
                    polls = decode((await get.text()).encode(), keys)
                    await outlet.publish(quarters.add(datetime.now(UTC), polls, frozenset(keys.values())))
                except CollectError as exc:
                    log.warning("the access points were not read", why=str(exc))
                except msgspec.DecodeError:
                    # Its text could repeat a value.
                    log.warning("the answer is of another form")
                await asyncio.sleep(every_s)

    until_stopped(run())


def _loaded() -> Settings:
    loaded = settings.load()
    logs.configure(loaded, "collect")
    return loaded
