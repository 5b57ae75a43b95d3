"""Ingest on a real broker and a real database."""

import asyncio
import itertools
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import aiomqtt
import psycopg
import pytest
from fix_ingest import PATIENCE_S, account, at_broker, ingesting, received
from readings import Inlet, message

from emscher.embedded import EmbeddedBroker
from emscher.errors import DatabaseMissingError
from emscher.settings import PREFIX, Settings
from emscher.store.desk import Desk
from emscher.store.pool import Connection, connect
from ingest.batch import Batch
from ingest.sensors import Sensors
from ingest.worker import Worker, utc_now
from ingest.writer import Writer


async def reasons(settings: Settings) -> dict[str, int]:
    """Rejected readings by reason."""
    async with await connect(settings, "owner") as connection:
        cursor = await connection.execute("select reason, count(*)::int from rejected_message group by reason")
        return dict(await cursor.fetchall())


def lane(number: int, minute: int) -> dict[str, object]:
    """A reading of a lane some minutes ago."""
    end = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=minute)
    return {"end": end.isoformat(), "interval_s": 60, "count": number % 60}


BAD = {
    "emscher/traffic/x1": b"[" * 1_000_000,
    "emscher/traffic/x2": b"{",
    "emscher/traffic/x3": b'{"end":"2009-05-05T00:00:00Z","interval_s":60}',
    "emscher/traffic/x4": b'{"end":"2031-05-05T00:00:00Z","interval_s":60}',
    "emscher/traffic/x5": b'{"end":"2026-05-05T00:00:00Z","interval_s":60,"speed_mph":31}',
    "emscher/traffic/x6": b'{"end":"2026-05-05T00:00:00Z","interval_s":60,"count":"many"}',
    "emscher/traffic/x7": b'{"end":"2026-05-05T00:00:00Z","interval_s":60,"speed_kmh":NaN}',
    "emscher/traffic/x8": b"[" * 100_000,
    "emscher/traffic/x9": b'{"\\u0000":1}',
    "emscher/traffic/y1": b'{"\\ud800":1}',
    "emscher/traffic/y2": b'{"\xed\xa0\x80":1}',
    "emscher/traffic/y3": b'{"end":"0001-01-01T00:00:00+14:00","interval_s":60}',
    "emscher/nonsense/x": b"{}",
    "emscher/traffic": b"{}",
    "emscher/traffic/a/b": b"{}",
    "emscher/traffic/f81a67a601ea": b'{"end":"2026-05-05T00:00:00Z","interval_s":60}',
}


@pytest.mark.mosquitto
async def test_bad_messages_cost_their_neighbours_nothing(store: Settings, broker: EmbeddedBroker) -> None:
    """Bad messages are rejected with a reason each and counted; the good ones around them are stored."""
    settings = at_broker(store, broker)
    good = itertools.count()
    async with ingesting(settings), aiomqtt.Client("127.0.0.1", broker.port) as client:
        for topic, payload in BAD.items():
            await client.publish(f"emscher/traffic/good.{next(good)}", _json(lane(1, 1)), qos=1)
            await client.publish(topic, payload, qos=1)
        books = await received(settings, 2 * len(BAD))
    assert books == (2 * len(BAD), len(BAD), 0, len(BAD))
    assert await reasons(settings) == {
        "too_large": 1,
        "malformed": 4,
        "too_old": 3,
        "in_future": 1,
        "wrong_unit": 1,
        "wrong_type": 1,
        "too_deep": 1,
        "unknown_field": 1,
        "unknown_topic": 3,
    }


def _json(value: object) -> bytes:
    return message("traffic", "x", value).payload


@pytest.mark.mosquitto
async def test_killed_ingest_loses_nothing(store: Settings, broker: EmbeddedBroker) -> None:
    """Every reading the broker took is stored exactly once, although ingest is killed again and again."""
    settings = at_broker(store, broker)
    total = 6000
    environment = {
        **os.environ,
        f"{PREFIX}DATABASE_URL": settings.database_url.get_secret_value(),
        f"{PREFIX}MQTT_PORT": str(broker.port),
    }

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", "emscher", "ingest"], env=environment)

    process = start()
    try:
        async with asyncio.timeout(PATIENCE_S):
            # The session must be there before the first message.
            while not await _has_session(process, broker):
                await asyncio.sleep(0.1)
        async with aiomqtt.Client("127.0.0.1", broker.port, max_inflight_messages=500) as client:
            client.pending_calls_threshold = total
            for burst in range(6):
                numbers = range(burst * total // 6, (burst + 1) * total // 6)
                await asyncio.gather(
                    *(
                        client.publish(f"emscher/traffic/k.{n % 50}", _json(lane(n, n // 50 + 1)), qos=1)
                        for n in numbers
                    )
                )
                process.send_signal(signal.SIGKILL)
                process.wait()
                process = start()
        async with asyncio.timeout(PATIENCE_S):
            while (await account(settings))[1] < total:
                await asyncio.sleep(0.1)
    finally:
        process.terminate()
        process.wait()
    all_received, stored, duplicate, rejected = await account(settings)
    assert (stored, rejected) == (total, 0)
    assert all_received == stored + duplicate
    async with await connect(settings, "owner") as connection:
        cursor = await connection.execute("select count(*) from traffic_reading")
        assert await cursor.fetchone() == (total,)


async def _has_session(process: subprocess.Popen[bytes], broker: EmbeddedBroker) -> bool:
    assert process.poll() is None
    log = broker.data_dir / "logs" / "broker.log"
    return log.exists() and "emscher-ingest" in log.read_text()


@pytest.mark.mosquitto
async def test_store_that_goes_away_is_waited_for(store: Settings, broker: EmbeddedBroker) -> None:
    """When the database throws ingest out, what was not committed is written after it is back."""
    settings = at_broker(store, broker)
    async with ingesting(settings), aiomqtt.Client("127.0.0.1", broker.port) as client:
        for number in range(200):
            await client.publish("emscher/traffic/w.1", _json(lane(number, number + 1)), qos=1)
            if number % 50 == 25:
                async with await connect(settings, "owner", autocommit=True) as connection:
                    await connection.execute(
                        "select pg_terminate_backend(pid) from pg_stat_activity"
                        " where datname = current_database() and application_name = 'emscher-writer'"
                    )
        books = await received(settings, 200)
    assert books[1] == 200
    assert books[0] == sum(books[1:])


async def test_connection_that_fails_while_it_is_prepared_is_closed(store: Settings) -> None:
    """A database whose disk is full lets us in and then fails: an error of one line, and no connection is left."""
    opened = []

    async def prepare(connection: Connection) -> None:
        opened.append(connection)
        await connection.execute("do $$ begin raise sqlstate '53100' using message = 'no space left'; end $$")

    with pytest.raises(DatabaseMissingError, match="no space left"):
        await Desk(store, prepare).open()
    assert [connection.closed for connection in opened] == [True]


async def test_reading_makes_due_every_window_that_reads_it(store: Settings) -> None:
    """A meter's reading makes due the windows six hours before and after it; a duplicate makes none due."""
    reading = {"time": "2026-01-05T07:07:00Z", "power_w": 1}
    async with Inlet(store) as inlet, await connect(store, "owner", autocommit=True) as connection:
        await inlet.take([message("energy", "m.1", reading)])
        cursor = await connection.execute(
            "select min(window_start), max(window_start), count(*) from due_window where family = 'energy'"
        )
        assert await cursor.fetchone() == (
            datetime(2026, 1, 5, 1, 0, tzinfo=UTC),
            datetime(2026, 1, 5, 13, 0, tzinfo=UTC),
            49,
        )
        await connection.execute("delete from due_window")
        await inlet.take([message("energy", "m.1", reading)])
        cursor = await connection.execute("select count(*) from due_window")
        assert await cursor.fetchone() == (0,)


async def test_unknown_sensor_is_registered_or_rejected(store: Settings) -> None:
    """As the setting says, a sensor nobody configured is registered as unconfigured, or its readings are rejected."""
    reading = {"end": "2026-01-05T07:00:00Z", "interval_s": 60}
    async with Inlet(store.model_copy(update={"ingest_unknown_sensor": "reject"})) as inlet:
        assert (await inlet.take([message("traffic", "n.1", reading)]))["traffic"].rejected == 1
    async with Inlet(store) as inlet:
        assert (await inlet.take([message("traffic", "n.1", reading)]))["traffic"].stored == 1
    async with await connect(store, "owner") as connection:
        cursor = await connection.execute("select configured, stream from sensor where key = 'n.1'")
        assert await cursor.fetchone() == (False, "traffic")


async def test_unknown_key_that_could_be_a_name_is_not_kept(store: Settings) -> None:
    """By default only WLAN and workload refuse sensors nobody configured, and nothing of such a message is kept."""
    quarter = {"end": "2026-01-05T07:00:00Z", "interval_s": 900}
    work = {"time": "2026-01-05T07:00:00Z", "node": "srv", "application": "gis", "cpu_s": 1}
    lane = {"end": "2026-01-05T07:00:00Z", "interval_s": 60}
    sent = {"wlan": quarter, "workload": work, "traffic": lane}
    async with Inlet(store.model_copy(update={"ingest_unknown_sensor": "by_stream"})) as inlet:
        books = await inlet.take([message(stream, f"rosa-{stream}", one) for stream, one in sent.items()])
    assert {stream: (one.stored, one.rejected) for stream, one in books.items()} == {
        "wlan": (0, 1),
        "workload": (0, 1),
        "traffic": (1, 0),
    }
    async with await connect(store, "owner") as connection:
        cursor = await connection.execute("select stream from sensor where key like 'rosa-%'")
        assert await cursor.fetchall() == [("traffic",)]
        cursor = await connection.execute(
            "select stream, reason, sensor_key, topic, payload from rejected_message order by stream"
        )
        assert await cursor.fetchall() == [
            ("wlan", "unknown_sensor", None, None, None),
            ("workload", "unknown_sensor", None, None, None),
        ]


async def test_reading_that_contradicts_the_register_is_rejected(store: Settings) -> None:
    """A reading that says otherwise of its meter than the register, or comes on another stream, is rejected."""
    time = "2026-01-05T07:00:00Z"
    async with Inlet(store) as inlet:
        await inlet.take([message("energy", "m.1", {"time": time, "power_w": 1, "measurement_point": "utility"})])
        books = await inlet.take(
            [
                message("energy", "m.1", {"time": time, "power_w": 1, "measurement_point": "cooling"}),
                message("traffic", "m.1", {"end": time, "interval_s": 60}),
            ]
        )
    assert (books["energy"].rejected, books["traffic"].rejected) == (1, 1)
    assert await reasons(store) == {"sensor_mismatch": 1, "wrong_stream": 1}


async def test_first_of_two_that_disagree_is_kept(store: Settings) -> None:
    """Of readings of one sensor and time that disagree within a batch only the first is stored."""
    end = "2026-01-05T07:00:00Z"
    counts = [3, 4, 3, 5]
    async with Inlet(store) as inlet:
        books = await inlet.take(
            [message("traffic", "c.1", {"end": end, "interval_s": 60, "count": count}) for count in counts]
        )
    one = books["traffic"]
    assert (one.stored, one.duplicate, one.rejected) == (1, 1, 2)


async def test_nothing_personal_is_kept(store: Settings) -> None:
    """After messages full of addresses and names, neither they nor their keys stand anywhere in the database."""
    secrets = [b"aa:bb:cc:dd:ee:ff", b"10.20.30.40", b"jane.doe@example.org"]
    quarter = b'{"end":"2026-01-05T07:15:00Z","interval_s":900,"clients_max":1,"%s":%s}'
    nested = [quarter % (b"clients", b'[{"Mac":"' + one + b'"}]') for one in secrets]
    flat = [b'[{"x":1,"hostname":"' + one + b'"}]' for one in secrets]
    messages = [
        *(message("wlan", f"ap.{number}", one) for number, one in enumerate(nested)),
        *(message("traffic", f"d.{number}", one) for number, one in enumerate(flat)),
        message("wlan", "f81a67a601ea", b'{"end":"2026-01-05T07:15:00Z","interval_s":900}'),
    ]
    async with Inlet(store) as inlet:
        books = await inlet.take(messages)
    assert (books["wlan"].rejected, books["traffic"].rejected) == (4, 3)
    async with await connect(store, "owner") as connection:
        cursor = await connection.execute(
            "select string_agg(t::text || coalesce(convert_from(payload, 'utf8'), ''), ' ') from rejected_message as t"
        )
        row = await cursor.fetchone()
        cursor = await connection.execute("select count(*) from sensor")
        assert await cursor.fetchone() == (0,)
    assert row is not None
    for secret in (*secrets, b"f81a67a601ea"):
        assert secret.decode() not in row[0]


async def test_value_the_database_refuses_is_singled_out(store: Settings) -> None:
    """A message that passes every check but not the database's own is rejected alone."""
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute("alter table traffic_reading add check (count <> 13)")
    good = [message("traffic", "p.1", lane(n, n + 1)) for n in range(5)]
    bad = message("traffic", "p.1", {**lane(0, 30), "count": 13})
    writer = Writer(store, Sensors(store, lambda: 0.0), utc_now)
    await writer.open()
    try:
        worker = Worker(store, writer, utc_now)
        messages = [*good[:2], bad, *good[2:]]
        await worker._write(messages, worker._decode(messages, Batch()))  # noqa: SLF001 - the step that is shown here
    finally:
        await writer.close()
    assert await account(store) == (6, 5, 0, 1)


async def test_books_that_do_not_add_up_are_refused(store: Settings) -> None:
    """The database itself refuses an account in which something is lost."""
    async with await connect(store, "writer") as connection:
        with pytest.raises(psycopg.errors.CheckViolation):
            await connection.execute("insert into ingest_account values ('traffic', now(), 'w', 3, 1, 1, 0)")
