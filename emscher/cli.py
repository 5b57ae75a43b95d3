"""The command ``emscher``: ``settings``, and the subcommands that each folder brings along.

A folder registers its subcommands through the entry-point group ``emscher.commands`` (see ``pyproject.toml``), so
that this module, at the bottom of the house, imports none of them, and a process loads only its own.
"""

from __future__ import annotations

import sys
from importlib.metadata import entry_points
from typing import Annotated

import typer

from emscher import __version__, settings
from emscher.errors import OperatorError

GROUP = "emscher.commands"
EXIT_OPERATOR = 2
EXIT_INTERRUPTED = 130

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
    for row in settings.rows(settings.load()):
        typer.echo(f"{typer.style(row.name, bold=True)}={row.value}  ({row.source})\n    {row.description}")


def build(wanted: str | None = None) -> typer.Typer:
    """Give the command line.

    Parameters
    ----------
    wanted : str, optional
        Load only the folder that has this subcommand, all of them where none has.
    """
    if wanted == "settings":
        return app
    known = {entry.name: entry.value for entry in entry_points(group=GROUP)}
    # A folder that has several commands registers them all at once.
    values = {known[wanted]} if wanted in known else set(known.values())
    for entry in sorted(entry_points(group=GROUP)):
        if entry.value in values:
            values.remove(entry.value)
            entry.load()(app)
    return app


def main() -> None:
    """Run the command line; what an operator can mend is one line on standard error and exit status 2."""
    try:
        build(next(iter(sys.argv[1:]), None))()
    except OperatorError as exc:
        sys.stderr.write(f"emscher: {exc}\n")
        raise SystemExit(EXIT_OPERATOR) from None
    except KeyboardInterrupt:
        raise SystemExit(EXIT_INTERRUPTED) from None


if __name__ == "__main__":
    main()
