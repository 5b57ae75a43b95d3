"""`emscher replay` of real recordings into a fresh platform."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fix_demo import Demo

CASES = [
    # recording, stream, mapping, readings in the file, of them exact repeats
    ("berlin/det_val_hr_2024_01.csv.gz", "traffic", "berlin-lanes", 57_298, 0),
    ("metr_la/los_speed.csv", "traffic", "metr-la", 417_312, 0),
    ("atspm/hires_test_data.parquet", "signal", "controller-events", 246_413, 496),
]


def _books(platform: Demo, stream: str) -> tuple[int, int, int, int]:
    rows = {row["stream"]: row for row in platform.get("/v1/accounting?bucket=all")["data"]}
    row = rows.get(stream, dict.fromkeys(("received", "stored", "duplicate", "rejected"), 0))
    return row["received"], row["stored"], row["duplicate"], row["rejected"]


def _wait(platform: Demo, stream: str, received: int) -> tuple[int, int, int, int]:
    while _books(platform, stream)[0] < received:
        pass
    return _books(platform, stream)


@pytest.mark.reference
def test_recordings_are_stored_whole_and_once(demo: Callable[..., Demo], recordings: Path) -> None:
    """Every reading of three recordings is stored once, repeats are duplicates, and a second replay stores nothing."""
    platform = demo("--empty")
    platform.until("Emscher is up")
    sent = {"traffic": 0, "signal": 0}
    stored = {"traffic": 0, "signal": 0}
    for again in (False, True):
        for file, stream, mapping, readings, repeats in CASES:
            before = _books(platform, stream)
            platform.command(
                "replay", str(recordings / file), "--stream", stream, "--mapping", mapping, "--speed", "max"
            )
            sent[stream] += readings
            after = _wait(platform, stream, sent[stream])
            gained = tuple(now - then for now, then in zip(after, before, strict=True))
            if again:
                assert gained == (readings, 0, readings, 0)
            else:
                assert gained == (readings, readings - repeats, repeats, 0)
                stored[stream] += readings - repeats
    assert {stream: _books(platform, stream)[1] for stream in stored} == stored
