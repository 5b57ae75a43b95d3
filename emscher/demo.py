"""The command ``emscher demo``: the whole platform on this machine, with nothing to install but this package."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import Callable
from typing import Annotated

import typer

from emscher import settings
from emscher.embedded.folder import DataFolder
from emscher.embedded.platform import Platform
from emscher.embedded.port import require_free
from emscher.settings import Settings
from emscher.supervisor import Supervisor


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("demo")(demo)


def demo(
    fresh: Annotated[  # noqa: FBT002 - typer's way of a flag
        bool, typer.Option("--fresh", help="Delete what an earlier demo stored, and begin anew.")
    ] = False,
    empty: Annotated[  # noqa: FBT002 - typer's way of a flag
        bool, typer.Option("--empty", help="No pretend city: for benches that replay recordings of their own.")
    ] = False,
) -> None:
    """Run the whole platform on this machine, with an embedded database and broker, until Ctrl-C."""
    asyncio.run(run(settings.load(), fresh=fresh, empty=empty, say=_Terminal().say))


async def run(loaded: Settings, *, fresh: bool, empty: bool, say: Callable[[str], None]) -> None:
    """Start the platform, keep it running until SIGINT, SIGTERM or SIGHUP, end it.

    Parameters
    ----------
    loaded : Settings
        Folder, ports and what the user set besides.
    fresh : bool
        Delete what an earlier demo stored.
    empty : bool
        Start without the pretend city.
    say : callable
        Gets each line that a person should read.

    Raises
    ------
    OperatorError
        Something is in the way; nothing is left running.
    """
    began_s = time.monotonic()
    wanted_end = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, wanted_end.set)
    folder = DataFolder(loaded.data_dir)
    with folder.locked():
        # Entering ends leftovers of a killed demo, which may hold the ports.
        async with Supervisor(folder.path, say) as supervisor:
            require_free("127.0.0.1", loaded.mqtt_port, "EMSCHER_MQTT_PORT")
            require_free(loaded.api_host, loaded.api_port, "EMSCHER_API_PORT")
            platform = Platform(loaded, folder, supervisor, say, empty=empty, began_s=began_s)
            begun = asyncio.create_task(platform.begin(fresh=fresh))
            ended = asyncio.create_task(wanted_end.wait())
            try:
                await asyncio.wait({begun, ended}, return_when=asyncio.FIRST_COMPLETED)
                if begun.done():
                    begun.result()
                await ended
                say("ending")
            finally:
                for task in (begun, ended):
                    task.cancel()
                await asyncio.gather(begun, ended, return_exceptions=True)
        say("everything has ended; the data stay in " + str(folder.path))


class _Terminal:
    """Prints lines with the seconds since the start; a terminal that is gone is no reason to fail."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._watched = True

    def say(self, line: str) -> None:
        """Print a line, or a block of lines."""
        if not self._watched:
            return
        try:
            sys.stdout.write(f"{time.monotonic() - self._began:6.1f} s  {line}\n")
            sys.stdout.flush()
        except OSError:
            self._watched = False
