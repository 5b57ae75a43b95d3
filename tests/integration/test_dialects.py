"""Dialects on a real broker and a real database: what is published in them is in the store as if it were ours."""

import asyncio
import json
from pathlib import Path

import aiomqtt
import msgspec
import pytest
from dialect_samples import DialectSample, dialect_samples
from psycopg import sql
from readings import Inlet

from emscher import city
from emscher.embedded import EmbeddedBroker
from emscher.settings import Settings
from emscher.store.pool import connect
from emscher.streams import streams
from ingest.dialects import dialects
from ingest.message import Message
from ingest.sensors import Sensors
from ingest.sources import REMEMBERED_S
from ingest.worker import Worker, utc_now
from ingest.writer import Writer

PATIENCE_S = 60.0
SITE = {"type": "site", "key": "here", "kind": "junction", "name": "Here"}


def _stream_of(sample: DialectSample) -> str:
    return sample.sensors[0]["stream"] if sample.sensors else sample.topic.partition("/")[0]


async def _load(settings: Settings, folder: Path, samples: list[DialectSample]) -> None:
    """Write the city that the samples' sensors stand in, as `emscher city load` does."""
    sensors = {one["key"]: {**one, "type": "sensor", "site": "here"} for sample in samples for one in sample.sensors}
    features = [{"type": "Feature", "properties": one} for one in (SITE, *sensors.values())]
    path = folder / "here.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    async with await connect(settings, "writer") as connection:
        await city.write(connection, city.read(str(path)))


async def _stored(settings: Settings, stream: str) -> list[tuple[object, ...]]:
    """Rows of a stream, times in microseconds."""
    columns = streams()[stream].columns
    shown = [
        sql.SQL("(extract(epoch from observed_at) * 1000000)::bigint")
        if name == "observed_at"
        else sql.Identifier(name)
        for name in columns
    ]
    query = sql.SQL("select {} from {}").format(sql.SQL(", ").join(shown), sql.Identifier(f"{stream}_reading"))
    async with await connect(settings, "owner") as connection:
        cursor = await connection.execute(query)
        return sorted(await cursor.fetchall(), key=repr)


@pytest.mark.mosquitto
async def test_samples_are_stored_as_the_readings_they_mean(
    store: Settings, broker: EmbeddedBroker, tmp_path: Path
) -> None:
    """Each recorded message, through a real broker, becomes the rows of the readings beside it; the books add up."""
    settings = store.model_copy(
        update={"mqtt_port": broker.port, "mqtt_protocol": broker.protocol, "history_days": 36_500}
    )
    samples = [one for name in dialects() for one in dialect_samples(name)]
    await _load(settings, tmp_path, samples)
    writer = Writer(settings, Sensors(settings, lambda: 0.0), utc_now)
    await writer.open()
    worker = Worker(settings, writer, utc_now)
    task = asyncio.ensure_future(worker.run())
    total = sum(len(one.readings) for one in samples)
    try:
        async with asyncio.timeout(PATIENCE_S):
            await worker.listening.wait()
            async with aiomqtt.Client("127.0.0.1", broker.port) as client:
                for one in samples:
                    await client.publish(f"emscher/{one.topic}", one.payload, qos=1)
            async with await connect(settings, "owner", autocommit=True) as connection:
                books = (0, 0)
                while books[0] < total:
                    await asyncio.sleep(0.05)
                    cursor = await connection.execute(
                        "select coalesce(sum(received), 0)::int, coalesce(sum(stored), 0)::int from ingest_account"
                    )
                    books = await cursor.fetchone() or books
    finally:
        task.cancel()
        await asyncio.wait([task])
        await writer.close()
    assert books == (total, total)
    for name in {_stream_of(one) for one in samples}:
        stream = streams()[name]
        meant = [
            msgspec.convert(each, stream.reading) for one in samples if _stream_of(one) == name for each in one.readings
        ]
        assert await _stored(settings, name) == sorted((stream.row(one) for one in meant), key=repr)


async def test_change_to_the_city_reaches_ingest(store: Settings, tmp_path: Path) -> None:
    """A source that is added while ingest runs is known after a while, not before; nothing is lost meanwhile."""
    sample = next(one for name in dialects() for one in dialect_samples(name) if one.sensors)
    message = Message(f"emscher/{sample.topic}".encode(), sample.payload, 1, 1)
    clock_s = 0.0
    async with Inlet(store) as inlet:
        inlet.writer.sources._monotonic = lambda: clock_s  # noqa: SLF001 - the clock of this test
        assert (await inlet.take([message]))["unknown"].rejected == 1
        await _load(store, tmp_path, [sample])
        assert (await inlet.take([message]))["unknown"].rejected == 1
        clock_s = REMEMBERED_S
        assert (await inlet.take([message]))[_stream_of(sample)].stored == len(sample.readings)
    async with await connect(store, "owner") as connection:
        cursor = await connection.execute("select distinct stream, reason, sensor_key from rejected_message")
        assert await cursor.fetchall() == [("unknown", "unknown_sensor", None)]


async def test_nothing_of_gateways_is_kept(store: Settings) -> None:
    """Of a refused uplink the quarantine keeps no gateway, whoever's house it stands in."""
    samples = [one for name in dialects() for one in dialect_samples(name) if b"ateway" in one.payload]
    assert samples
    async with Inlet(store) as inlet:
        await inlet.take([Message(f"emscher/{one.topic}".encode(), one.payload, 1, 1) for one in samples])
    async with await connect(store, "owner") as connection:
        cursor = await connection.execute("select convert_from(payload, 'utf8') from rejected_message")
        kept = [payload for (payload,) in await cursor.fetchall()]
    assert len(kept) == len(samples)
    assert not [payload for payload in kept if "ateway" in payload or "latitude" in payload]


async def test_source_of_a_sensor_is_not_open(store: Settings, tmp_path: Path) -> None:
    """Everybody may see a sensor that is open, nobody but the inside which device of another system it is."""
    samples = [one for name in dialects() for one in dialect_samples(name)]
    await _load(store, tmp_path, samples)
    async with await connect(store, "public") as connection:
        cursor = await connection.execute("select key, metadata from open_sensor")
        seen: dict[str, dict[str, object]] = dict(await cursor.fetchall())
    assert seen
    assert not [key for key, metadata in seen.items() if "source" in metadata]
    async with await connect(store, "writer") as connection:
        cursor = await connection.execute("select count(*) from sensor where metadata ? 'source'")
        assert await cursor.fetchone() == (len({one["key"] for sample in samples for one in sample.sensors}),)
