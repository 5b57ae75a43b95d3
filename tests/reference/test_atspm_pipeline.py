"""The pipeline's own families over three recorded junctions against the tables another program made of them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.reference

ROOT = Path(__file__).parents[2]


def test_the_pipeline_gives_the_expected_tables(recordings: Path) -> None:
    """As printed: all counts are equal, and of shares and occupancies all but the rows that the table explains."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.junctions", str(recordings / "atspm")],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    print(done.stdout)  # noqa: T201 - the table is what -s is for
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in done.stdout.splitlines()[2:]]
    assert {name: (int(compared), int(equal)) for name, compared, equal, _ in rows} == {
        "arrivals on green: arrivals": (96, 96),
        "arrivals on green: share": (96, 88),
        "split failures: GOR and ROR5": (180, 177),
        "split failures: failures above 79 % (UDOT)": (180, 174),
        "split failures: failures from 80 % on": (180, 180),
        "terminations": (334, 334),
        "actuations": (1235, 1235),
    }
    for _, compared, equal, why in rows:
        assert why or compared == equal
