"""The command ``emscher dashboards render``."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from emscher import log, settings
from emscher.errors import PictureError


def render(
    folder: Annotated[Path, typer.Argument(help="Where the pictures go.")],
    language: Annotated[Literal["de", "en"], typer.Option("--language", help="Of the words on them.")] = "de",
    form: Annotated[Literal["png", "svg", "both"], typer.Option("--format", help="PNG, SVG or both.")] = "both",
    at: Annotated[
        datetime | None, typer.Option("--at", formats=["%Y-%m-%dT%H:%M:%S%z"], help="Moment they show; default: now.")
    ] = None,
) -> None:
    """Draw the main figures as pictures, without Grafana, from what everyone may see.

    For example:

      emscher dashboards render pictures --language en --format png
    """
    try:
        from dashboards.pictures.album import album  # noqa: PLC0415 - only this command needs Matplotlib
    except ModuleNotFoundError as exc:
        raise PictureError(f"This needs {exc.name}, which is not installed.", "Install emscher[pictures].") from exc
    loaded = settings.load()
    log.configure(loaded, "dashboards")
    pictures = asyncio.run(album(loaded, at or datetime.now(UTC), language))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for picture in pictures:
            for path in picture.save(folder, ("png", "svg") if form == "both" else (form,)):
                typer.echo(f"{path} is written.")
    except OSError as exc:
        raise PictureError(f"{folder} cannot be written to: {exc.strerror}.") from exc
