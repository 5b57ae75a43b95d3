"""The command ``emscher report``."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from dashboards.report.document import Report, encode, fingerprint
from dashboards.report.frozen import freeze
from dashboards.report.gather import SQL
from dashboards.report.html import html
from dashboards.report.made import made
from dashboards.report.periods import quarter as quarter_of
from dashboards.report.sheet import sheet
from dashboards.report.target import Plan, read
from emscher import log, settings
from emscher.settings import Settings
from emscher.store import version
from emscher.store.pool import connect

app = typer.Typer(help="Reports to the council, and the targets they are held against.", no_args_is_help=True)


def register(root: typer.Typer) -> None:
    """Add the commands of this folder."""
    root.add_typer(app, name="report")


@app.callback()
def _root() -> None:
    """Reports to the council, and the targets they are held against."""


@app.command("targets")
def targets(file: Annotated[Path, typer.Argument(help="TOML; dashboards/report/dortmund.toml is an example.")]) -> None:
    """Write targets and measures to the store, in place of those that are there; frozen reports keep theirs."""
    loaded = settings.load()
    log.configure(loaded, "report")
    plan = read(file)
    asyncio.run(write(loaded, plan))
    typer.echo(f"{len(plan.target)} targets and {len(plan.measure)} measures are in the store.")


@app.command("greenit")
def greenit(
    quarter: Annotated[str, typer.Option("--quarter", metavar="2026Q4", help="Quarter of the city's calendar.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the files.")] = Path(),
    number: Annotated[str, typer.Option("--number", help="Number of the council's paper.")] = "",
    office: Annotated[str, typer.Option("--office", help="Office that reports.")] = "",
    frozen: Annotated[  # noqa: FBT002 - typer reads the default
        bool, typer.Option("--freeze", help="Keep it for good, with its SHA-256; once per quarter.")
    ] = False,
) -> None:
    """Write the report of a quarter as HTML, which prints on A4, and every figure as CSV and JSON."""
    loaded = settings.load()
    log.configure(loaded, "report")
    report, content = asyncio.run(make(loaded, quarter, datetime.now(UTC), number, office, frozen=frozen))
    for path in save(report, content, out, loaded.time_zone):
        typer.echo(f"{path} is written.")
    typer.echo(f"{'Frozen' if report.frozen_at else 'Draft'}, SHA-256 of the JSON: {fingerprint(content)}")


async def write(loaded: Settings, plan: Plan) -> None:
    """Put targets and measures into the store, in place of those that are there."""
    async with await connect(loaded, "writer") as connection:
        await version.check(connection)
        await connection.execute(SQL["clear_targets"].statement)
        await connection.execute(SQL["clear_measures"].statement)
        for name, rows in (("add_target", plan.target), ("add_measure", plan.measure)):
            for one in rows:
                fields = {field: getattr(one, field) for field in one.__struct_fields__}
                await connection.execute(SQL[name].statement, {**fields, "simulated": plan.simulated})


async def make(
    loaded: Settings, quarter: str, now: datetime, number: str = "", office: str = "", *, frozen: bool = False
) -> tuple[Report, bytes]:
    """Make a report and give it with its JSON; where it is to be frozen, keep it first.

    Parameters
    ----------
    loaded : Settings
        Where the store is.
    quarter : str
        As ``2026Q4``.
    now : datetime
        The time of the report.
    number, office : str
        Number of the council's paper, and who reports.
    frozen : bool
        Whether it is kept for good.
    """
    period = quarter_of(quarter, loaded.time_zone)
    async with await connect(loaded, "reader", autocommit=True) as connection:
        await version.check(connection)
        report = await made(connection, period, now, number, office)
    if not frozen:
        return report, encode(report)
    async with await connect(loaded, "writer", autocommit=True) as connection:
        return await freeze(connection, report, period, now)


def save(report: Report, content: bytes, folder: Path, zone: str) -> list[Path]:
    """Write the three files of a report."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"greenit-{report.quarter}"
    files = {
        "html": html(report, fingerprint(content), zone).encode(),
        "csv": sheet(report).encode(),
        "json": content,
    }
    paths = []
    for suffix, written in files.items():
        path = folder / f"{stem}.{suffix}"
        path.write_bytes(written)
        paths.append(path)
    return paths
