"""Run the soak: progress on standard error, the table on standard output, exit status 1 if the claim does not hold."""

from __future__ import annotations

import asyncio
import logging
import secrets
import sys
import time
from typing import Annotated

import structlog
import typer

from emscher.embedded.mosquitto import executable
from soak.disk import enter_namespace
from soak.failure import SoakError
from soak.plan import LONG, MOST_READINGS, SHORT, Plan
from soak.run import run

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    *,
    short: Annotated[bool, typer.Option(help="Every fault once, fewer readings.")] = False,
    readings: Annotated[int, typer.Option(help="How many; 0 for the plan's.", min=0, max=MOST_READINGS)] = 0,
    seed: Annotated[int | None, typer.Option(help="What to repeat; none draws one.", min=0)] = None,
) -> None:
    """Send readings of every stream while everything between them and the store is sawn at, then account for each."""
    if executable() is None:
        typer.echo("The soak needs Mosquitto; it is not installed.", err=True)
        raise typer.Exit(2)
    enter_namespace("soak", sys.argv[1:])
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    plan = SHORT if short else LONG
    began_s = time.monotonic()

    def say(line: str) -> None:
        typer.echo(f"{time.monotonic() - began_s:7.1f} s  {line}", err=True)

    try:
        outcome = asyncio.run(
            run(Plan(readings or plan.readings, plan.times), secrets.randbits(32) if seed is None else seed, say)
        )
    except SoakError as exc:
        typer.echo(f"The soak did not get to its end: {exc}", err=True)
        raise typer.Exit(1) from exc
    typer.echo(outcome.text)
    if not outcome.holds:
        typer.echo(f"The end of ingest's log:\n{outcome.log}", err=True)
        raise typer.Exit(1)


app()
