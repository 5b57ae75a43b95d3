"""The proof by saw, in short: every fault once while readings of every stream are sent."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from emscher.embedded.mosquitto import executable
from emscher.streams import streams

TESTS = Path(__file__).parents[1]


@pytest.mark.mosquitto
def test_nothing_is_lost_or_doubled_whatever_breaks() -> None:
    """With every fault once, each acknowledged reading is stored once or refused with its reason, and the books add up.

    It runs as a process of its own, because it mounts a disk to fill where nobody else sees it.
    """
    if executable() is None:
        if os.environ.get("CI"):
            pytest.fail("Mosquitto is not installed")
        pytest.skip("Mosquitto is not installed")
    path = os.pathsep.join([str(TESTS.parent), str(TESTS), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-m", "soak", "--short"],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "lost 0, doubled 0, wrong 0" in done.stdout, said
    cells = {row[0]: row[1:] for line in done.stdout.splitlines() if (row := line.strip("| ").split(" | "))}
    # Every stream was sent, something of each was refused, and no fault was forgotten.
    assert all(int(cells[name][2].replace(",", "")) for name in streams()), said
    for fault in ("ingest killed (SIGKILL)", "broker restarted", "database stopped and started"):
        assert cells[fault][0] == "1", said
    for fault in ("connection cut in mid-COPY", "answer to a COMMIT lost"):
        assert cells[fault][0] == "1", said
    assert cells["database's disk full"][0] == "1" or "the disk will not be full" in done.stderr, said
