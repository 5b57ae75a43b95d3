"""The command ``emscher``: its own subcommands, and those that each folder brings along.

A folder registers its subcommands through the entry-point group ``emscher.commands`` (see ``pyproject.toml``), so
that this module, at the bottom of the house, imports none of them.
"""

from __future__ import annotations

import sys
from importlib.metadata import entry_points
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from emscher import __version__, demo, settings
from emscher.errors import OperatorError
from emscher.store import command as store_command

GROUP = "emscher.commands"
EXIT_OPERATOR = 2

app = typer.Typer(
    name="emscher",
    help="A city's sensor and traffic data: MQTT to TimescaleDB to NumPy indicators to an HTTP API and Grafana.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it so
    if wanted:
        typer.echo(f"emscher {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[  # noqa: FBT002 - typer reads the default
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    del version


@app.command("settings")
def show_settings() -> None:
    """Print every setting, its value, where it comes from and what it does; secrets are masked."""
    table = Table("setting", "value", "source", "what it does", show_lines=False)
    for row in settings.rows(settings.load()):
        table.add_row(row.name, row.value, row.source, row.description)
    Console().print(table)


def build() -> typer.Typer:
    """Give the whole command line, with the subcommands of every folder that is installed."""
    store_command.register(app)
    demo.register(app)
    for entry in sorted(entry_points(group=GROUP), key=lambda one: one.name):
        entry.load()(app)
    return app


def main() -> None:
    """Run the command line; what an operator can mend is one line on standard error and exit status 2."""
    try:
        build()()
    except OperatorError as exc:
        sys.stderr.write(f"emscher: {exc}\n")
        raise SystemExit(EXIT_OPERATOR) from None


if __name__ == "__main__":
    main()
