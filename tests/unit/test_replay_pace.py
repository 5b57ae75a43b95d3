"""Order, batches and pace of a replay, and its command."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer
from fix_replay import World, events
from structlog.testing import capture_logs
from typer.testing import CliRunner

from emscher import log as logs
from emscher import settings
from emscher.errors import BrokerMissingError, RecordingError
from emscher.streams import streams
from simulators import command
from simulators.age import age
from simulators.replay import Schedule, Sent, at_full_speed, at_speed, summary

START_S = 1_782_900_000


async def test_at_a_speed_each_instant_is_sent_at_its_time(tmp_path: Path) -> None:
    """At speed 10, ten seconds of the recording are one; readings of one sensor and instant travel together."""
    world = World()
    found = events(tmp_path, [("b", 20), ("a", 0), ("a", 0), ("b", 0), ("a", 5)])
    counted = await at_speed(found, world, Schedule(50, found.span_us[0], 10), world.clock, world.sleep)
    assert world.messages == [(50.0, "b", 1), (50.0, "a", 2), (50.5, "a", 1), (52.0, "b", 1)]
    assert counted == Sent(5, 4)


async def test_a_late_replay_does_not_wait(tmp_path: Path) -> None:
    """A reading whose time has passed is sent at once, and the next one is on time again."""
    world = World()

    async def slow(stream: str, key: str, payload: bytes) -> None:
        await World.publish(world, stream, key, payload)
        world.now_s += 3 if len(world.messages) == 1 else 0

    world.publish = slow  # type: ignore[method-assign] # a broker that is slow once
    found = events(tmp_path, [("a", 0), ("a", 1), ("a", 10)])
    counted = await at_speed(found, world, Schedule(50, found.span_us[0], 1), world.clock, world.sleep)
    assert [at for at, _, _ in world.messages] == [50.0, 53.0, 60.0]
    assert (counted.late_max_s, counted.late_last_s) == (2.0, 0.0)


async def test_at_full_speed_messages_hold_up_to_a_batch(tmp_path: Path) -> None:
    """Seven readings of one sensor in batches of three are three messages, and blocks go forward in time."""
    world = World()
    found = events(tmp_path, [("a", at) for at in range(7)] + [("b", 6.5)])
    done: list[int] = []
    assert await at_full_speed(found, world, batch=3, advance=done.append) == Sent(8, 4)
    assert [(key, count) for _, key, count in world.messages] == [("a", 3), ("a", 3), ("a", 1), ("b", 1)]
    assert sum(done) == 8


async def test_a_message_above_the_limit_is_sent_in_halves(tmp_path: Path) -> None:
    """No message is larger than the platform takes, as long as a single reading is not."""
    world = World()
    found = events(tmp_path, [("a", at) for at in range(8)])
    await at_full_speed(found, world, payload_limit_bytes=150)
    assert [count for _, _, count in world.messages] == [2, 2, 2, 2]


def test_a_range_is_half_open(tmp_path: Path) -> None:
    """--from is included and --to is not; a range without a reading is an error."""
    found = events(tmp_path, [("a", at) for at in range(10)])
    first_us = START_S * 1_000_000
    part = found.between(first_us + 3_000_000, first_us + 5_000_000)
    assert (part.latest_us[part.order] - first_us).tolist() == [3_000_000, 4_000_000]
    with pytest.raises(RecordingError, match="--from"):
        found.between(first_us + 60_000_000, None)


def test_an_old_recording_is_announced(tmp_path: Path) -> None:
    """Older than the stream is kept is too old, unless history_days covers it; a private stream knows no such mercy."""
    oldest_us = events(tmp_path, [("a", 0)]).span_us[0]
    now_s = START_S + 20 * 86_400
    signal, wlan = streams()["signal"], streams()["wlan"]
    assert age(oldest_us, signal, settings.load(), now_s).is_too_old
    assert not age(oldest_us, signal, settings.load({"history_days": 21}), now_s).is_too_old
    assert age(oldest_us, wlan, settings.load({"history_days": 900}), now_s + 86_400 * 20).is_too_old


def test_the_summary_is_one_line(tmp_path: Path) -> None:
    """Readings, messages, seconds, first and last time stand in one line."""
    line = summary(Sent(2_000, 10), 0.5, events(tmp_path, [("a", 1), ("a", 2)]).span_us)
    assert line == "2,000 readings in 10 messages in 0.5 s (4,000/s), 2026-07-01T10:00:01Z to 2026-07-01T10:00:02Z"


@pytest.fixture
def app() -> typer.Typer:
    """Give a command line with the subcommands of the simulators."""
    line = typer.Typer()
    command.register(line)
    return line


@pytest.mark.parametrize("name", ["simulate", "replay", "export"])
def test_every_command_explains_itself(app: typer.Typer, name: str) -> None:
    """Each subcommand has a help text with an example."""
    told = CliRunner().invoke(app, [name, "--help"], env={"NO_COLOR": "1", "COLUMNS": "200"})
    assert told.exit_code == 0
    assert f"emscher {name} " in told.output


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--speed", "fast"], "'fast' is no speed"),
        (["--speed", "0"], "'0' is no speed"),
        (["--from", "2026-07-01"], "--from '2026-07-01' is no time"),
        (["--to", "noon"], "--to 'noon' is no time"),
        (["--mapping", "berlin-lanes"], "--mapping"),
    ],
)
def test_wrong_options_are_told(
    app: typer.Typer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], told: str
) -> None:
    """An option that makes no sense is a RecordingError that shows it."""
    monkeypatch.setattr(logs, "configure", lambda *_: None)
    events(tmp_path, [("a", 0)])
    result = CliRunner().invoke(app, ["replay", str(tmp_path / "r.jsonl"), "--stream", "signal", *options])
    assert isinstance(result.exception, RecordingError)
    assert re.search(told, str(result.exception))


def test_the_command_warns_of_age_before_it_looks_for_the_broker(
    app: typer.Typer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One warning names EMSCHER_HISTORY_DAYS and too_old; then the missing broker is told."""
    monkeypatch.setattr(logs, "configure", lambda *_: None)
    monkeypatch.setenv("EMSCHER_MQTT_PORT", "1")
    path = tmp_path / "r.jsonl"
    path.write_text('{"sensor":"a","time":"2001-07-01T10:00:00Z","code":1,"parameter":1}\n')
    with capture_logs() as lines:
        result = CliRunner().invoke(app, ["replay", str(path), "--stream", "signal"])
    assert isinstance(result.exception, BrokerMissingError)
    (warning,) = [line["event"] for line in lines if line["log_level"] == "warning"]
    assert "EMSCHER_HISTORY_DAYS" in warning
    assert "too_old" in warning
