"""The subcommand `emscher faults`."""

from __future__ import annotations

import inspect

import typer

from simulators.faults.kinds import KINDS

faults_app = typer.Typer(help="Faults that can be put into what sensors send.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the subcommand."""
    app.add_typer(faults_app, name="faults")


@faults_app.command("list")
def show() -> None:
    """List every fault with its parameters and their defaults."""
    for name, kind in KINDS.items():
        typer.echo(f"{typer.style(name, bold=True)}  {inspect.getdoc(kind)}")
