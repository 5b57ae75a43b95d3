"""The subcommand `emscher faults`."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import msgspec
import structlog
import typer
from rich.console import Console

from emscher import log as logs
from emscher import settings as settings_module
from emscher.running import until_stopped
from simulators.faults.check import check as run
from simulators.faults.inject import Record
from simulators.faults.kinds import KINDS
from simulators.faults.recipe import Recipe, load
from simulators.faults.sight import SIGNS, Account, Sight
from simulators.faults.verdict import HEAD, false_alarms, verdicts
from simulators.progress import shown
from simulators.replay_command import FAULT_LOG, FaultLog

faults_app = typer.Typer(help="Faults that can be put into what sensors send.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the subcommand."""
    app.add_typer(faults_app, name="faults")


@faults_app.command("check")
def check(
    recipe: Annotated[Path | None, typer.Argument(help="Recipe; by default one with every fault.")] = None,
    hours: Annotated[float, typer.Option("--hours", min=1, max=48, help="How long the city is watched.")] = 3.0,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**32 - 1, help="Seed of the city.")] = 1,
    fault_log: FaultLog = FAULT_LOG,
) -> None:
    """Put faults into the pretend city, run it through an embedded platform, and print what of them is detected.

    Database, broker, ingest and processing are the real ones, started for this and ended after it; their clock is
    moved, so three hours take some minutes. What the platform does not detect is in the table, too.
    """
    settings = settings_module.load()
    logs.configure(settings, "faults")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    read = load(recipe or Path(str(files("simulators.faults").joinpath("every-fault.yaml"))))

    async def work() -> None:
        with shown("Faults [min]", round(60 * hours) + 2, Console(stderr=True)) as advance:
            records, sight, books = await run(settings, read, hours, seed, advance)
        fault_log.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in records))
        _print(read, records, sight, books)

    until_stopped(work())


def _print(recipe: Recipe, records: Sequence[Record], sight: Sight, books: Sequence[Account]) -> None:
    rows = [one.cells for one in verdicts(recipe, records, sight)]
    for row in (HEAD, ("---",) * len(HEAD), *rows):
        typer.echo(f"| {' | '.join(row)} |")
    typer.echo(f"\n{len(records):,} readings met a fault. The books:")
    for one in books:
        typer.echo(
            f"- {one.stream}: received {one.received:,} = stored {one.stored:,} + duplicate {one.duplicate:,}"
            f" + rejected {one.rejected:,}"
        )
    alarms = false_alarms(records, sight)
    said = "; ".join(f"{sign}: {' '.join(sorted(keys))}" for sign, keys in alarms.items()) or "none"
    typer.echo(f"Signs of sensors without a fault: {said}.")
    typer.echo("\nThe signs:")
    for name, query in SIGNS.items():
        typer.echo(f"- {name}: {query.purpose}")


@faults_app.command("list")
def show() -> None:
    """List every fault with its parameters and their defaults."""
    for name, kind in KINDS.items():
        typer.echo(f"{typer.style(name, bold=True)}  {inspect.getdoc(kind)}")
