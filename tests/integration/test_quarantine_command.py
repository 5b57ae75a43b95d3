"""The commands ``emscher quarantine``, as a person and as a program call them."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path

import pytest
from readings import RECEIVED_AT, Inlet, message
from typer.testing import CliRunner

from emscher.errors import OperatorError
from emscher.settings import PREFIX, Settings
from ingest.quarantine_command import quarantine_app


def run(store: Settings, *arguments: str) -> str:
    """Run a command on a store and give what it prints."""
    url = store.database_url.get_secret_value()
    done = CliRunner().invoke(quarantine_app, arguments, env={f"{PREFIX}DATABASE_URL": url})
    if done.exception is not None:
        raise done.exception
    return done.stdout


def refuse(store: Settings) -> None:
    """Have a reading of an unknown sensor and some bytes refused."""

    async def take() -> None:
        async with Inlet(store.model_copy(update={"ingest_unknown_sensor": "reject"}), RECEIVED_AT) as inlet:
            reading = {"end": "2026-01-05T07:01:00Z", "interval_s": 60}
            await inlet.take([message("traffic", "q.1", reading), message("traffic", "q.2", b"\xff\x00")])

    asyncio.run(take())


def test_listed_shown_exported(store: Settings, tmp_path: Path) -> None:
    """A table for people, JSON lines for programs; an export gives every payload back to the byte."""
    refuse(store)
    table = run(store, "list")
    assert "unknown_sensor" in table
    assert "malformed" in table
    assert "Nothing" in run(store, "list", "--sensor", "nobody")
    rows = [json.loads(line) for line in run(store, "list", "--json", "--reason", "malformed").splitlines()]
    assert [row["sensor"] for row in rows] == ["q.2"]
    assert "payload_base64  /wA=" in run(store, "show", str(rows[0]["id"]))
    file = tmp_path / "refused.jsonl"
    run(store, "export", "-o", str(file))
    written = {row["sensor"]: row for row in map(json.loads, file.read_text().splitlines())}
    assert base64.b64decode(written["q.2"]["payload_base64"]) == b"\xff\x00"
    assert json.loads(written["q.1"]["payload"])["interval_s"] == 60


def test_redriven_once(store: Settings) -> None:
    """A re-drive says what it stored and what is still refused; the next one stores nothing."""
    refuse(store)
    # By today's clock the reading is too old, unless history is taken.
    settings = {f"{PREFIX}DATABASE_URL": store.database_url.get_secret_value(), f"{PREFIX}HISTORY_DAYS": "36500"}
    first, second = (
        json.loads(CliRunner().invoke(quarantine_app, ["redrive", "--json"], env=settings).stdout) for _ in range(2)
    )
    assert first == {"tried": 2, "stored": 1, "duplicate": 0, "refused": {"malformed": 1}}
    assert second == {"tried": 1, "stored": 0, "duplicate": 0, "refused": {"malformed": 1}}
    assert "stored" in run(store, "list", "--state", "stored")


@pytest.mark.parametrize("arguments", [("show", "99"), ("list", "--from", "yesterday"), ("export", "-o", "/none/x")])
def test_mistake_is_told(store: Settings, arguments: tuple[str, ...]) -> None:
    """What a person can mend is an error of one line."""
    with pytest.raises(OperatorError) as caught:
        run(store, *arguments)
    assert len(str(caught.value).splitlines()) == 1
