"""The command ``emscher dashboards``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dashboards.document import documents
from dashboards.pictures.command import render

FOLDER = Path(__file__).parent

app = typer.Typer(help="Grafana dashboards.", no_args_is_help=True)
app.command("render")(render)


def register(root: typer.Typer) -> None:
    """Add the commands of this folder."""
    root.add_typer(app, name="dashboards")


@app.callback()
def _root() -> None:
    """Grafana dashboards."""


@app.command("build")
def build(folder: Annotated[Path, typer.Argument(help="Where `json/` and `provisioning/` are.")] = FOLDER) -> None:
    """Write every dashboard in every language, and the alerts, as JSON that Grafana provisions."""
    count = 0
    for name, text in documents():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        count += 1
    typer.echo(f"{count} files are written to {folder}.")
