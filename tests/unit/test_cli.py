"""The command line: help everywhere, and one line with exit status 2 for what a person can mend."""

import json
import os
import subprocess
import sys

import pytest
import typer.main
from fix_broker import free_port
from typer.testing import CliRunner

from emscher.cli import build


def _commands() -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [()]

    def walk(group: object, path: tuple[str, ...]) -> None:
        for name, command in getattr(group, "commands", {}).items():
            found.append((*path, name))
            walk(command, (*path, name))

    walk(typer.main.get_command(build()), ())
    return found


@pytest.mark.parametrize("path", _commands(), ids=" ".join)
def test_every_command_has_help(path: tuple[str, ...]) -> None:
    """Each command and subcommand explains itself."""
    done = CliRunner().invoke(build(), [*path, "--help"])
    assert done.exit_code == 0
    assert "Usage" in done.output


@pytest.mark.parametrize("command", [("api",), ("migrate",), ("city", "load"), ("city", "acl")])
def test_database_that_is_not_there_is_one_line(command: tuple[str, ...]) -> None:
    """Without a database each process ends with one line that says what to do, exit status 2 and no traceback."""
    done = _run(*command, EMSCHER_DATABASE_URL="postgresql://127.0.0.1:1/none", EMSCHER_API_PORT=str(free_port()))
    assert done.returncode == 2
    assert "EMSCHER_DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("command", ["ingest", "process"])
def test_database_that_is_not_there_is_waited_for(command: str) -> None:
    """Ingest and processing say once that they wait, and end cleanly when they are told to."""
    environment = {**os.environ, "EMSCHER_DATABASE_URL": "postgresql://127.0.0.1:1/none", "EMSCHER_LOG_FORMAT": "json"}
    argv = [sys.executable, "-m", "emscher", command]
    with subprocess.Popen(argv, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert "the database is not there yet, trying again" in process.stderr.readline()
        process.terminate()
        rest = process.stderr.read()
    assert process.returncode == 0
    assert [json.loads(line)["event"] for line in rest.splitlines()] == ["stopped"]


def test_wrong_setting_is_one_line() -> None:
    """A wrong setting ends with one line and exit status 2."""
    done = _run("settings", EMSCHER_MQTT_PORT="none")
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (2, 1)


def _run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "emscher", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
