"""The subcommand `emscher simulate town`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from simulators.sumo.child import SumoError
from simulators.sumo.town.making import make
from simulators.sumo.town.town import dortmund


def town(folder: Annotated[Path, typer.Argument(help="Folder to write the SUMO files to.")]) -> None:
    """Write a SUMO town of our own, like Dortmund: wall ring and B1, 29 signals; morning, incident, football evening.

    For example:

      emscher simulate town town

      emscher simulate sumo town/dortmund-morning.sumocfg --load-city --speed 10
    """
    try:
        scenarios = make(dortmund(), folder)
    except OSError as exc:
        raise SumoError(f"{folder} cannot be written: {exc}.") from exc
    for scenario in scenarios:
        typer.echo(str(scenario))
