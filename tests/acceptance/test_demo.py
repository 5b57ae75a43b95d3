"""`emscher demo`, as a new user meets it."""

import os
from collections.abc import Callable
from pathlib import Path

from fix_demo import Demo

from emscher.streams import streams


def _processes_of(folder: Path) -> list[str]:
    """Command lines of the processes that know the folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                environment = (entry / "environ").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if str(folder) in command or f"EMSCHER_DATA_DIR={folder}" in environment:
                found.append(command)
    return found


def test_demo_shows_the_city_ends_cleanly_and_keeps_its_data(demo: Callable[..., Demo]) -> None:
    """A day of history of all streams is there, the books balance, Ctrl-C leaves no process, and the data are kept."""
    first = demo()
    first.until("first indicator")
    first.until("history whole")

    newest = first.get("/v1/latest")
    assert {row["stream"] for row in newest["data"]} == set(streams())
    assert all(row["simulated"] for row in newest["data"])

    books = {row["stream"]: row for row in first.get("/v1/accounting?bucket=all")["data"]}
    assert set(books) == set(streams())
    for row in books.values():
        assert row["balanced"]
        assert row["received"] == row["stored"] + row["duplicate"] + row["rejected"]
        assert row["stored"]
        assert not row["rejected"]

    assert _processes_of(first.folder)
    assert first.end() == 0
    assert _processes_of(first.folder) == []

    second = demo("--empty")
    second.until("Emscher is up")
    kept = {row["stream"]: row["stored"] for row in second.get("/v1/accounting?bucket=all")["data"]}
    assert all(kept[name] >= row["stored"] for name, row in books.items())


def test_second_demo_in_one_folder_is_refused(demo: Callable[..., Demo]) -> None:
    """A folder that another demo uses is an error of one line, exit status 2."""
    first = demo("--empty")
    first.until("Emscher is up")
    second = demo("--empty")
    assert second.wait() == 2
    assert len(second.lines) == 1
    assert "Traceback" not in second.lines[0]
