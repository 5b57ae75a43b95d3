"""SUMO in a child process, asked from an event loop that stays free."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from emscher.errors import OperatorError
from simulators.sumo.network import Answer, Network, Order
from simulators.sumo.worker import LENGTH, frame


class SumoError(OperatorError):
    """SUMO is not installed, or a scenario does not load."""


class Sumo:
    """A scenario in SUMO; used as an asynchronous context.

    Parameters
    ----------
    scenario : Path
        A ``.sumocfg``.
    seed : int
        Of SUMO's random numbers.
    """

    def __init__(self, scenario: Path, seed: int) -> None:
        self._scenario = scenario
        self._seed = seed
        self._process: asyncio.subprocess.Process | None = None
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the context
        self.network: Network

    async def __aenter__(self) -> Self:
        """Start the child and read the network.

        Raises
        ------
        SumoError
            SUMO is not installed, or the scenario is missing, does not load or has no signals.
        """
        check(self._scenario)
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "simulators.sumo.worker",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=self._said,
        )
        try:
            self.network = await self._read()
        except BaseException:
            await self._leave()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the child, whatever it is doing."""
        await self._leave()

    async def _read(self) -> Network:
        answer = await self._ask(Order(kind="read", scenario=str(self._scenario), seed=self._seed))
        if not answer.network or not answer.network.signals:
            raise SumoError(f"{self._scenario}: the network has no signals.", "Choose a scenario that has some.")
        return answer.network

    async def start(self, order: Order) -> None:
        """Begin the simulation; scenario and seed are filled in."""
        await self._ask(msgspec.structs.replace(order, kind="start", scenario=str(self._scenario), seed=self._seed))

    async def advance(self, until_s: float, states: Mapping[str, Sequence[tuple[float, str]]] | None = None) -> Answer:
        """Simulate up to a moment while signals show the states given."""
        shown = {key: tuple(values) for key, values in (states or {}).items()}
        return await self._ask(Order(kind="advance", until_s=until_s, states=shown))

    async def end(self) -> Answer:
        """End the simulation; the truth is written."""
        return await self._ask(Order(kind="end"))

    async def _ask(self, order: Order) -> Answer:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise RuntimeError("SUMO is asked before it runs")
        try:
            process.stdin.write(frame(order))
            await process.stdin.drain()
            head = await process.stdout.readexactly(LENGTH.size)
            payload = await process.stdout.readexactly(LENGTH.unpack(head)[0])
        except (asyncio.IncompleteReadError, ConnectionError) as exc:
            status = await process.wait()
            raise SumoError(f"{self._scenario}: SUMO ended (exit status {status}): {self._complaint()}") from exc
        answer = msgspec.msgpack.decode(payload, type=Answer)
        if answer.error:
            raise SumoError(f"{self._scenario}: {self._complaint() or answer.error}")
        return answer

    def _complaint(self) -> str:
        """What SUMO last complained of, in one line: the file and line are in it."""
        self._said.seek(0)
        lines = self._said.read().decode(errors="replace").splitlines()
        errors = [place for place, line in enumerate(lines) if line.startswith("Error")]
        if not errors:
            return ""
        # What follows the error and is set in tells where.
        last = errors[-1]
        rest = [line for line in lines[last + 1 : last + 3] if line.startswith((" ", "In ", "At "))]
        return " ".join(" ".join((lines[last].removeprefix("Error:"), *rest)).split())

    async def _leave(self) -> None:
        if self._process is not None:
            if self._process.returncode is None:
                self._process.kill()
            if self._process.stdin is not None:
                self._process.stdin.close()
            await self._process.wait()
        self._said.close()


def check(scenario: Path) -> None:
    """Refuse what cannot work before anything is started.

    Raises
    ------
    SumoError
        SUMO is not installed, or the scenario is no file of XML.
    """
    if importlib.util.find_spec("libsumo") is None:
        raise SumoError("SUMO is not installed.", "Install it with: pip install 'emscher[sumo]'")
    if not scenario.is_file():
        raise SumoError(f"{scenario} is not there, or is no file.", "Name a .sumocfg.")
    try:
        root = ET.parse(scenario).getroot()  # noqa: S314 - a file that the user names
    except ET.ParseError as exc:
        line, _ = exc.position
        raise SumoError(f"{scenario}:{line}: no XML: {exc}.") from exc
    except (OSError, ValueError) as exc:
        raise SumoError(f"{scenario} cannot be read: {exc}.") from exc
    if not any(one.tag in {"net-file", "net", "n"} for one in root.iter()):
        raise SumoError(f"{scenario}:1: names no `net-file`.", "Name a .sumocfg.")
