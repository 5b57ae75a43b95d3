"""The command ``emscher greenit``: what figures need besides meters, from a file into the store."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from emscher import log, settings
from emscher.errors import EntryError
from emscher.settings import Settings
from emscher.store import version
from emscher.store.pool import Connection, connect
from emscher.store.query import queries
from processing.figures.entries import Entries, FactorEntry, read
from processing.figures.intensity_file import Steps
from processing.figures.quantity import CITY

_SQL = queries("processing", "entries.sql")

app = typer.Typer(help="What the figures of Green IT need besides meters.", no_args_is_help=True)


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.add_typer(app, name="greenit")


@app.callback()
def _root() -> None:
    """What the figures of Green IT need besides meters."""


@app.command("load")
def load(file: Annotated[Path, typer.Argument(help="TOML; processing/figures/dortmund.toml is an example.")]) -> None:
    """Write contracts and quantities in place of those that are there, and add factors and the grid's intensity."""
    loaded = settings.load()
    log.configure(loaded, "greenit")
    entries, intensities = read(file)
    asyncio.run(write(loaded, entries, intensities))
    said = [
        f"{len(rows)} {name}"
        for name, rows in (
            ("contracts", entries.contract),
            ("quantities", entries.quantity),
            ("factors", entries.factor),
        )
        if rows is not None
    ]
    steps = sum(len(one.begin_at) for one in intensities)
    typer.echo(f"{', '.join(said)} and {steps} steps of intensity are in the store.")


async def write(loaded: Settings, entries: Entries, intensities: Sequence[Steps]) -> None:
    """Put entries into the store, all of them or none.

    Raises
    ------
    EntryError
        A site is unknown, or a factor is there with another value.
    """
    async with await connect(loaded, "writer") as connection:
        await version.check(connection)
        await _known_sites(connection, entries)
        for clear, add, rows in (
            ("clear_contracts", "add_contract", entries.contract),
            ("clear_quantities", "add_quantity", entries.quantity),
        ):
            if rows is not None:
                await connection.execute(_SQL[clear].statement)
                for one in rows:
                    fields = {name: getattr(one, name) for name in one.__struct_fields__}
                    await connection.execute(_SQL[add].statement, fields)
        for factor in entries.factor:
            await _add(connection, factor)
        for said, steps in zip(entries.intensity, intensities, strict=True):
            row = {"grid": said.grid, "width_s": said.width_s, "source": said.source}
            arrays = {"begin_at": steps.begin_at, "g_per_kwh": steps.g_per_kwh}
            await connection.execute(_SQL["add_intensity"].statement, {**row, **arrays})


async def _known_sites(connection: Connection, entries: Entries) -> None:
    known = {key for (key,) in await (await connection.execute(_SQL["site_keys"].statement)).fetchall()}
    named = [one.site for one in (*(entries.contract or ()), *(entries.quantity or ()))]
    for site in named:
        if site not in (None, CITY) and site not in known:
            raise EntryError(f"there is no site {site!r}.", "Load the city first, or correct the key.")


async def _add(connection: Connection, factor: FactorEntry) -> None:
    fields = {name: getattr(factor, name) for name in factor.__struct_fields__}
    row = await (await connection.execute(_SQL["known_factor"].statement, fields)).fetchone()
    if row is not None and row[0] != factor.g_per_kwh:
        raise EntryError(
            f"{factor.energy_source} {factor.year}, vintage {factor.vintage}, is in the store with {row[0]:g} g/kWh.",
            "A revised factor has a later vintage; what was published stays.",
        )
    await connection.execute(_SQL["add_factor"].statement, fields)
