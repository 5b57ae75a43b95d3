"""The course of a replay: shifts, passes, and times that never come too early."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from fix_replay import World, events

from emscher.errors import RecordingError
from emscher.stream import SECOND_US
from simulators import recording
from simulators.course import QUARTER_US, Course, course, duration_us
from simulators.play import play
from simulators.recording import Recording
from simulators.tape import Read

FIRST_US = 1_782_900_000 * SECOND_US
SPAN_US = (FIRST_US, FIRST_US + 3_000 * SECOND_US)
NOW_US = FIRST_US + 400 * 86_400 * SECOND_US + 17


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("1h30min", 5400), ("-7d", -604_800), ("0.5h", 1800), ("2d1h1min1s", 176_461)]
)
def test_durations(text: str, seconds: int) -> None:
    """Numbers with s, min, h and d add up."""
    assert duration_us(text) == seconds * SECOND_US


@pytest.mark.parametrize("text", ["", "-", "7", "7 d", "1h-3min", "d"])
def test_what_is_no_duration_is_told(text: str) -> None:
    """The text stands in the error."""
    with pytest.raises(RecordingError, match="is no duration"):
        duration_us(text)


@pytest.mark.parametrize("speed", [None, 100.0, 3.0, 1.0, 0.5])
@pytest.mark.parametrize("passes", [1, 3])
def test_shifted_to_now_no_reading_comes_before_its_time(speed: float | None, passes: int) -> None:
    """At any speed every reading is sent at or after its time, and the closest by less than a minute."""
    found = course("now", passes, {"traffic"}, SPAN_US, speed, NOW_US)
    behind = []
    for shift_us in found.shifts_us():
        for latest_us in SPAN_US:
            moved_us = latest_us + shift_us
            sent_us = NOW_US + (0 if speed is None else (moved_us - SPAN_US[0] - found.shift_us) / speed)
            behind.append(sent_us - moved_us)
    assert 0 <= min(behind) < 60 * SECOND_US


def test_wlan_moves_by_whole_quarter_hours() -> None:
    """With WLAN the shift and the way from pass to pass are quarter hours; what is none is refused."""
    found = course("now", 2, {"traffic", "wlan"}, SPAN_US, 1.0, NOW_US)
    assert found.shift_us % QUARTER_US == found.period_us % QUARTER_US == 0
    assert found.period_us >= SPAN_US[1] - SPAN_US[0]
    with pytest.raises(RecordingError, match="quarter hours"):
        course("7min", 1, {"wlan"}, SPAN_US, 1.0, NOW_US)
    assert course("7min", 1, {"energy"}, SPAN_US, 1.0, NOW_US).shift_us == 420 * SECOND_US


def test_for_ever_and_faster_than_time_reaches_into_the_future() -> None:
    """That is refused; at speed 1 it is what a test bench does."""
    with pytest.raises(RecordingError, match="future"):
        course("now", None, {"traffic"}, SPAN_US, None, NOW_US)
    assert course("now", None, {"traffic"}, SPAN_US, 1.0, NOW_US).passes is None


async def test_passes_follow_one_another_without_drift(tmp_path: Path) -> None:
    """Three passes of ten seconds at speed 1 begin a minute apart, to the instant, though each message takes time."""
    world = World()
    found = Read(events(tmp_path, [("a", 0), ("b", 4), ("a", 9.5)]))
    publish = world.publish

    async def slow(stream: str, key: str, payload: bytes) -> None:
        await publish(stream, key, payload)
        world.now_s += 0.3

    world.publish = slow  # type: ignore[method-assign] # a broker that takes its time
    plan = course("none", 3, found.streams, found.span_us, 1.0, 0)
    sent = await play(found, world, plan, 1.0, clock=world.clock, sleep=world.sleep)
    assert [at for at, _, _ in world.messages] == [50, 54, 59.5, 110, 114, 119.5, 170, 174, 179.5]
    assert (sent.readings, sent.late_max_s) == (9, 0.0)
    assert plan.reach_us(found.span_us)[1] - found.span_us[1] == 120 * SECOND_US


async def test_a_replay_is_the_same_every_time(tmp_path: Path) -> None:
    """Twice the same messages, byte by byte and in the same order; later passes carry later times."""
    found = Read(events(tmp_path, [("a", at) for at in range(7)] + [("b", 2), ("b", 2)]))

    async def messages() -> list[tuple[str, str, bytes]]:
        kept: list[tuple[str, str, bytes]] = []

        class Sink:
            async def publish(self, stream: str, key: str, payload: bytes) -> None:
                kept.append((stream, key, payload))

        await play(found, Sink(), Course(0, 60 * SECOND_US, 2), None, batch=3)
        return kept

    first = await messages()
    assert first == await messages()
    assert b"2026-07-01T10:01:06Z" in first[-2][2] + first[-1][2]
    # Each pass is nine readings, one of them a message of its own.
    assert sum(len(msgspec.json.decode(payload)) for _, _, payload in first if payload.startswith(b"[")) == 16


async def test_a_tape_that_breaks_says_how_much_was_sent(tmp_path: Path) -> None:
    """The error has the number of readings that were sent before."""
    world = World()

    class Torn(Read):
        async def parts(self) -> AsyncIterator[Recording]:
            yield self.recording
            raise RecordingError("the tape is torn.")

    found = Torn(events(tmp_path, [("a", 0), ("a", 1)]))
    with pytest.raises(RecordingError, match=r"broke off after 2 readings: the tape is torn\."):
        await play(found, world, Course(), None)


def many(folder: Path) -> Recording:
    """Make a recording of two streams."""
    lines = [
        '{"stream":"signal","sensor":"c","time":"2026-07-01T10:00:05Z","code":1,"parameter":2}',
        '{"stream":"traffic","sensor":"a","end":"2026-07-01T10:01:00Z","interval_s":60,"count":1}',
        '{"stream":"traffic","sensor":"b","end":"2026-07-01T10:00:00Z","interval_s":60,"count":2}',
    ]
    (folder / "r.jsonl").write_text("\n".join(lines))
    return recording.read(folder / "r.jsonl", None)


def test_lines_say_their_stream(tmp_path: Path) -> None:
    """Streams are told apart and mixed in order of time; what was chosen is kept, and an empty choice is told."""
    found = many(tmp_path)
    order = [(found.streams[one], found.keys[one]) for one in found.sensor[found.order]]
    assert order == [("traffic", "b"), ("signal", "c"), ("traffic", "a")]
    kept = found.of(["traffic"], ["a*"])
    assert [found.keys[one] for one in kept.sensor[kept.order]] == ["a"]
    with pytest.raises(RecordingError, match="--stream and --sensor"):
        found.of(["energy"], [])
    with pytest.raises(RecordingError, match="line 1 is of the stream signal, not of traffic"):
        recording.read(tmp_path / "r.jsonl", "traffic")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("r.jsonl", b"", r"r\.jsonl, line 1: the file holds no reading"),
        ("r.jsonl", b'{"sensor":"a","time":"2026-07-01T10:00:00Z"}', r"line 1 does not say its stream"),
        ("r.jsonl", b'{"stream":"x","sensor":"a","time":"2026-07-01T10:00:00Z"}', r"line 1: there is no stream 'x'"),
        ("r.jsonl", b'{"stream":"signal","sensor":"a","time":"2026-07-01T10:00:00Z"}\n{"str', r"r\.jsonl, line 2"),
        ("r.jsonl.gz", None, r"r\.jsonl\.gz, line \d+ cannot be read: Compressed file ended"),
    ],
)
def test_a_file_that_is_cut_or_empty_is_told_with_its_line(
    tmp_path: Path, name: str, content: bytes | None, told: str
) -> None:
    """One line with file and line number, before anything is sent."""
    if content is None:
        line = b'{"stream":"signal","sensor":"a","time":"2026-07-01T10:00:00Z","code":1,"parameter":%d}\n'
        content = gzip.compress(b"".join(line % number for number in range(5000)))[:-2000]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(RecordingError, match=told) as caught:
        recording.read(tmp_path / name, None)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "csv", "told"),
    [
        ("r.csv", b"", r"r\.csv, line 1 cannot be read"),
        ("r.csv", b"id,at,q\n1,01.07.2026 12:00,3\n1,01.07.2026 12:0", r"r\.csv, line 3 cannot be read"),
        ("r.csv", b"id,at,z\n1,01.07.2026 12:00,3\n", r"m\.toml, line 5: r\.csv has no column 'q'"),
    ],
)
def test_a_table_that_does_not_fit_is_told_with_its_line(tmp_path: Path, name: str, csv: bytes, told: str) -> None:
    """Of a column that is missing, the mapping and the line that names it; of a cut table, the line."""
    mapping = """
stream = "traffic"
sensor.key = "lane-{id}"
time = { columns = ["at"], format = "%d.%m.%Y %H:%M", interval_s = 60 }
fields.count = { column = "q" }
"""
    (tmp_path / "m.toml").write_text(mapping)
    (tmp_path / name).write_bytes(csv)
    with pytest.raises(RecordingError, match=told):
        recording.read(tmp_path / name, "traffic", str(tmp_path / "m.toml"))
