"""The command ``emscher dashboards``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dashboards import indicators
from dashboards.document import encode
from dashboards.pictures.command import render

FOLDER = Path(__file__).parent / "json"

app = typer.Typer(help="Grafana dashboards.", no_args_is_help=True)
app.command("render")(render)


def register(root: typer.Typer) -> None:
    """Add the commands of this folder."""
    root.add_typer(app, name="dashboards")


@app.callback()
def _root() -> None:
    """Grafana dashboards."""


@app.command("build")
def build(folder: Annotated[Path, typer.Argument(help="Where the JSON files go.")] = FOLDER) -> None:
    """Write every dashboard as JSON, as Grafana provisions it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "indicators.json"
    path.write_text(encode(indicators.build()), encoding="utf-8")
    typer.echo(f"{path} is written.")
