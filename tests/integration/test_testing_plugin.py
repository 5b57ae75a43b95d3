"""The pytest plugin as somebody else's project uses it: the README's example, and that it costs nothing unused."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "README.md"
HEAVY = {"psycopg", "numpy", "aiomqtt", "pydantic", "msgspec", "ingest", "processing", "simulators"}

RECORDING = "\n".join(
    f'{{"stream":"traffic","sensor":"a.d1","end":"2024-07-01T08:{minute:02}:00Z","interval_s":60,"count":{minute % 7}}}'
    for minute in range(1, 31)
)
RECIPE = """
faults:
  - fault: loss
    probability: 1
    from: 10min
    to: 15min
"""
TEST = '''
from datetime import datetime, timezone

import pytest


def test_replay_now(emscher_platform):
    """A recording of years ago is replayed by the clock of the test, with what a recipe spoils."""
    emscher_platform.clock.set("2026-01-05T09:00:30Z")
    injected = emscher_platform.replay("recording.jsonl", shift="now", faults="faults.yaml")
    emscher_platform.settle()
    assert len(injected) == 5
    last = datetime(2026, 1, 5, 8, 59, tzinfo=timezone.utc)
    assert emscher_platform.rows("SELECT count(*), max(observed_at) FROM traffic_reading") == [(25, last)]


def test_each_test_has_a_store_of_its_own(emscher_platform, emscher_clock):
    """Nothing is left of the test before; what is in the future for the clock is refused."""
    assert emscher_platform.rows("SELECT count(*) FROM traffic_reading") == [(0,)]
    emscher_platform.publish("traffic", "x", {"end": "2026-01-05T09:00:00Z", "interval_s": 60, "count": 1})
    emscher_platform.settle()
    assert emscher_platform.rows("SELECT reason FROM rejected_message") == [("in_future",)]
    emscher_clock.move(3600)
    emscher_platform.publish("traffic", "x", {"end": "2026-01-05T09:00:00Z", "interval_s": 60, "count": 1}, b"{")
    emscher_platform.settle()
    assert emscher_platform.rows("SELECT count(*) FROM traffic_reading") == [(1,)]
    assert emscher_platform.readings_sent == 3


def test_what_is_wrong_is_told(emscher_platform):
    """A recording that does not fit is an error of the call."""
    from emscher.errors import RecordingError

    with pytest.raises(RecordingError, match="nowhere"):
        emscher_platform.replay("nowhere.jsonl")
'''


def example() -> str:
    """Give the README's example."""
    section = README.read_text(encoding="utf-8").split("## Test with it")[1].split("\n## ")[0]
    found = re.search(r"```python\n(.*?)```", section, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_example_of_the_readme_is_ten_lines_and_passes(pytester: pytest.Pytester) -> None:
    """What the README shows is a test that passes."""
    text = example()
    assert len([line for line in text.splitlines() if line.strip() and "import" not in line]) <= 10
    pytester.makepyfile(text)
    pytester.runpytest_subprocess("-p", "emscher.testing", "-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_replay_clock_and_faults(pytester: pytest.Pytester) -> None:
    """Tests that replay, spoil and move the clock pass, each on a store of its own."""
    pytester.makefile(".jsonl", recording=RECORDING)
    pytester.makefile(".yaml", faults=RECIPE)
    pytester.makepyfile(TEST)
    pytester.runpytest_subprocess("-p", "emscher.testing", "-p", "no:cacheprovider").assert_outcomes(passed=3)


def test_unused_it_imports_nothing_heavy() -> None:
    """Loading the plugin loads no driver, no NumPy and no other folder of the house."""
    code = f"import sys, emscher.testing; print(sorted({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
