"""The demo as a process of its own, on ports and in a folder of its own."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fix_broker import free_port

PATIENCE_S = 240.0
"""A demo that says nothing for so long has failed; it says nothing about speed [s]."""


class Demo:
    """A running `emscher demo`.

    Parameters
    ----------
    folder : Path
        Its data.
    arguments : str
        For instance ``--empty``.
    """

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.api_port = free_port()
        self.environment = {
            **os.environ,
            "EMSCHER_DATA_DIR": str(folder),
            "EMSCHER_MQTT_PORT": str(free_port()),
            "EMSCHER_API_PORT": str(self.api_port),
            "PYTHONUNBUFFERED": "1",
        }
        self.folder = folder
        self.lines: list[str] = []
        self._process = subprocess.Popen(
            [sys.executable, "-m", "emscher", "demo", *arguments],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def until(self, said: str) -> str:
        """Wait until it has said something, and give the line."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            found = [line for line in self.lines if re.search(said, line)]
            if found:
                return found[0]
            if self._process.poll() is not None:
                break
            time.sleep(0.05)
        pytest.fail(f"the demo did not say {said!r} but:\n" + "".join(self.lines))

    def get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """Ask its API."""
        key = (self.folder / "api-key").read_text().strip()
        request = urllib.request.Request(f"http://127.0.0.1:{self.api_port}{path}", headers={"X-API-Key": key})
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - the same
            return json.load(answer)

    def command(self, *arguments: str) -> str:
        """Run a command as another shell would, with the environment the demo wrote down."""
        lines = (self.folder / "demo.env").read_text().splitlines()
        written = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
        unquoted = {name: value.strip("'\"") for name, value in written.items()}
        done = subprocess.run(
            [sys.executable, "-m", "emscher", *arguments],
            env={**self.environment, **unquoted},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def end(self) -> int:
        """Press Ctrl-C, and give the exit status."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        return self.wait()

    def wait(self) -> int:
        """Wait until it ends by itself, and give the exit status."""
        status = self._process.wait()
        self._reader.join()
        if self._process.stdout is not None:
            self._process.stdout.close()
        return status

    def _read(self) -> None:
        for line in self._process.stdout or ():
            self.lines.append(line)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Callable[..., Demo]]:
    """Start demos that end with the test."""
    started: list[Demo] = []

    def start(*arguments: str) -> Demo:
        started.append(Demo(tmp_path / "data", *arguments))
        return started[-1]

    yield start
    for one in started:
        one.end()
