"""Several workers on a real broker and a real database: the same rows as one would write, however they are shared."""

import asyncio
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiomqtt
import pytest
from readings import Inlet, message

from emscher.embedded import EmbeddedBroker
from emscher.settings import PREFIX, Settings
from emscher.store.pool import connect

PATIENCE_S = 120.0
SENSORS = 20
COPIES = 4
NEWEST = datetime.now(UTC).replace(second=0, microsecond=0)


def reading(number: int) -> bytes:
    """Payload of a lane's reading, some minutes ago."""
    end = NEWEST - timedelta(minutes=number // SENSORS)
    return json.dumps({"end": end.isoformat(), "interval_s": 60, "count": number % 60}).encode()


def shuffled(count: int, chance: random.Random) -> list[tuple[str, bytes]]:
    """Topics and payloads of readings, each several times, in no order."""
    numbers = [number for number in range(count) for _ in range(COPIES)]
    chance.shuffle(numbers)
    return [(f"emscher/traffic/w.{number % SENSORS}", reading(number)) for number in numbers]


@asynccontextmanager
async def ingest(settings: Settings, broker: EmbeddedBroker, *arguments: str) -> AsyncIterator[tuple[int, Path]]:
    """Run `emscher ingest` beside the test, listening; give its number and its log."""
    environment = {
        **os.environ,
        f"{PREFIX}DATABASE_URL": settings.database_url.get_secret_value(),
        f"{PREFIX}MQTT_PORT": str(broker.port),
        f"{PREFIX}DATA_DIR": str(broker.data_dir / "ingest"),
        f"{PREFIX}LOG_FORMAT": "json",
    }
    log = broker.data_dir / f"ingest{''.join(arguments)}.log"
    expected = int(arguments[-1]) if arguments else 1
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "emscher", "ingest", *arguments, env=environment, stderr=output
        )
    try:
        async with asyncio.timeout(PATIENCE_S):
            while log.read_text().count('"listening"') < expected:
                assert process.returncode is None, log.read_text()
                await asyncio.sleep(0.1)
        yield process.pid, log
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
    assert process.returncode == 0, log.read_text()


async def publish(broker: EmbeddedBroker, messages: list[tuple[str, bytes]]) -> None:
    """Send messages at QoS 1, all acknowledged by the broker in the end."""
    async with aiomqtt.Client("127.0.0.1", broker.port, max_inflight_messages=200) as client:
        client.pending_calls_threshold = len(messages) + 1
        await asyncio.gather(*(client.publish(topic, payload, qos=1) for topic, payload in messages))


async def count(settings: Settings, query: str) -> int:
    """Ask the store for a number."""
    async with await connect(settings, "owner") as connection:
        row = await (await connection.execute(query.encode())).fetchone()
    assert row is not None
    return int(row[0])


async def until(settings: Settings, query: str, wanted: int) -> None:
    """Wait until a number of the store is reached."""
    async with asyncio.timeout(PATIENCE_S):
        while await count(settings, query) < wanted:
            await asyncio.sleep(0.1)


def children(pid: int) -> list[int]:
    """Workers of a supervising process."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[1]) == pid and b"ingest" in (stat.parent / "cmdline").read_bytes():
                found.append(int(stat.parent.name))
    return found


ROWS = "select count(*) from traffic_reading"
RECEIVED = "select coalesce(sum(received), 0) from ingest_account"


@pytest.mark.mosquitto
async def test_four_workers_that_are_killed_write_what_one_would(store: Settings, broker: EmbeddedBroker) -> None:
    """Shuffled duplicates shared among four workers, killed again and again: each reading once, the books balance."""
    chance = random.Random(44135)  # noqa: S311 - a test's own
    total = 3000
    messages = shuffled(total, chance)
    part = len(messages) // 5
    async with ingest(store, broker, "--workers", "4") as (pid, log):
        for first in range(0, len(messages), part):
            await publish(broker, messages[first : first + part])
            for one in chance.sample(children(pid), 2):
                os.kill(one, signal.SIGKILL)
            async with asyncio.timeout(PATIENCE_S):
                while len(children(pid)) < 4:
                    await asyncio.sleep(0.05)
        await until(store, RECEIVED, len(messages))
        await until(store, ROWS, total)
        said = log.read_text()
    assert said.count("signal SIGKILL") >= 5
    assert "deadlock" not in said
    assert await count(store, ROWS) == total
    assert await count(store, "select count(*) from rejected_message") == 0
    assert await count(store, "select sum(stored) from ingest_account") == total
    assert await count(store, "select count(distinct worker) from ingest_account") == 4
    newest = "select count(*) from traffic_latest where observed_at = (select max(observed_at) from traffic_reading)"
    assert await count(store, newest) == SENSORS


async def test_two_workers_with_the_same_readings_in_other_orders_do_not_block_each_other(store: Settings) -> None:
    """Batches of the same new readings, forwards here and backwards there, both commit at once: no deadlock."""
    async with Inlet(store) as one, Inlet(store) as other:
        for attempt in range(20):
            batch = [
                message(
                    "traffic",
                    f"d.{lane}",
                    {
                        "end": f"2026-01-{attempt % 4 + 1:02d}T{attempt:02d}:{minute:02d}:00Z",
                        "interval_s": 60,
                        "count": minute,
                    },
                )
                for lane in range(30)
                for minute in range(10)
            ]
            books = await asyncio.gather(one.take(batch), other.take(batch[::-1]))
            assert sum(book["traffic"].stored for book in books) == len(batch)
            assert sum(book["traffic"].duplicate for book in books) == len(batch)


@pytest.mark.mosquitto
async def test_more_and_fewer_workers_leave_no_message_behind(store: Settings, broker: EmbeddedBroker) -> None:
    """From one worker to three and back: what waits in a session that is no longer used is stored."""
    topics = [(f"emscher/traffic/s.{number % SENSORS}", reading(number)) for number in range(900)]
    async with ingest(store, broker):
        await publish(broker, topics[:100])
        await until(store, ROWS, 100)
    await publish(broker, topics[100:300])  # for the session of one alone
    async with ingest(store, broker, "--workers", "3"):
        await until(store, ROWS, 300)
        await publish(broker, topics[300:600])
        await until(store, ROWS, 600)
        await until(store, "select 1 - count(*) from ingest_session where name = 'emscher-ingest'", 1)
    await publish(broker, topics[600:])  # for the sessions of three
    async with ingest(store, broker):
        await until(store, ROWS, 900)
        await until(store, "select 2 - count(*) from ingest_session", 1)
    assert await count(store, "select count(*) from ingest_session where name = 'emscher-ingest'") == 1
    # The session of one alone was ended, not only emptied: nothing came twice but what was published meanwhile.
    assert await count(store, RECEIVED) - 900 <= 300


@pytest.mark.mosquitto
async def test_a_session_that_changes_its_share_gets_every_reading_once(
    store: Settings, broker: EmbeddedBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One process, first alone, then in a group, then in another: the subscription before is given up each time."""
    sent = 0
    for group in ("", "north", "south", ""):
        monkeypatch.delenv("EMSCHER_MQTT_SHARE", raising=False)
        if group:
            monkeypatch.setenv("EMSCHER_MQTT_SHARE", group)
        async with ingest(store, broker):
            topics = [(f"emscher/traffic/g.{number % SENSORS}", reading(number)) for number in range(sent, sent + 50)]
            await publish(broker, topics)
            sent += len(topics)
            await until(store, ROWS, sent)
    assert await count(store, RECEIVED) == sent


@pytest.mark.mosquitto
async def test_a_session_is_drained_by_name_only_when_that_is_safe(store: Settings, broker: EmbeddedBroker) -> None:
    """`--drain` refuses the session that is in use, the last one, and one that is not there."""
    environment = {
        **os.environ,
        f"{PREFIX}DATABASE_URL": store.database_url.get_secret_value(),
        f"{PREFIX}MQTT_PORT": str(broker.port),
    }

    def drain(name: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "emscher", "ingest", "--drain", name],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == (0 if done.stdout else 2), done.stderr
        return done.stdout + done.stderr

    assert "no session would be left" in await asyncio.to_thread(drain, "emscher-ingest")
    async with ingest(store, broker):
        assert "A process uses the session" in await asyncio.to_thread(drain, "emscher-ingest")
        assert "knows no session" in await asyncio.to_thread(drain, "of-nobody")
