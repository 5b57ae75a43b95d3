"""The commands ``emscher migrate`` and ``emscher city``."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from emscher import city, log, settings
from emscher.acl import Grant, document, grants
from emscher.city_check import check as complaints
from emscher.store.migrate import migrate as bring_up_to_date
from emscher.store.pool import connect, pool

EXIT_FAULTS = 2

city_app = typer.Typer(help="Sites and sensors of the city.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands of the store."""
    app.command("migrate")(migrate)
    app.add_typer(city_app, name="city")


def migrate() -> None:
    """Bring the database's schema up to date; run it once before anything else, and after every upgrade."""
    loaded = settings.load()
    log.configure(loaded, "migrate")
    flavour, applied = asyncio.run(bring_up_to_date(loaded))
    typer.echo(f"The schema is up to date ({flavour}); {len(applied)} migrations were applied.")


@city_app.command("load")
def load() -> None:
    """Read the city's sites and sensors from GeoJSON (EMSCHER_CITY) and write them to the store."""
    loaded = settings.load()
    log.configure(loaded, "city")

    described = city.read(loaded.city)
    if faults := sum(1 for _ in city.approach_faults(described.sites, described.sensors)):
        typer.echo(f"{faults} faults in approaches; `emscher city check` lists them, with their lines.", err=True)

    async def run() -> tuple[int, int]:
        async with pool(loaded, "writer", 1) as connections, connections.connection() as connection:
            return await city.write(connection, described)

    sites, sensors = asyncio.run(run())
    typer.echo(f"{sites} sites and {sensors} sensors are in the store.")


@city_app.command("acl")
def acl(
    reader: Annotated[
        str | None, typer.Option("--reader", help="User of ingest at the broker; EMSCHER_MQTT_USERNAME, else `ingest`.")
    ] = None,
) -> None:
    """Print Mosquitto's topic rules (acl_file): each configured sensor's device may write its own topic only."""
    loaded = settings.load()
    log.configure(loaded, "city")

    async def run() -> list[Grant]:
        async with await connect(loaded, "reader", autocommit=True) as connection:
            return await grants(connection)

    user = reader or loaded.mqtt_username or "ingest"
    typer.echo(document(asyncio.run(run()), loaded.mqtt_topic_prefix, user), nl=False)


@city_app.command("export")
def export() -> None:
    """Print the store's sites and sensors as GeoJSON, which `emscher city load` reads."""
    loaded = settings.load()
    log.configure(loaded, "city")

    async def run() -> str:
        async with await connect(loaded, "reader", autocommit=True) as connection:
            return await city.document(connection)

    typer.echo(asyncio.run(run()), nl=False)


@city_app.command("check")
def check(name: Annotated[str | None, typer.Argument(help="City or file; EMSCHER_CITY by default.")] = None) -> None:
    """List everything that is wrong with a city's description, with file and line; exit status 2 if anything is."""
    path = city.find(name or settings.load().city)
    found = complaints(path)
    for one in found:
        typer.echo(f"{path}:{one.line}: {one.text}")
    if found:
        raise typer.Exit(EXIT_FAULTS)
    typer.echo(f"{path}: nothing is wrong.")
