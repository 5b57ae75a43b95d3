"""What every stream of the registry must keep; no stream is named here."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from readings import Inlet, message, sample

from emscher.rejection import RejectedError
from emscher.settings import Settings
from emscher.store.pool import connect
from emscher.store.table import reading_columns
from emscher.stream import Stream
from emscher.streams import streams
from processing.families import families

STREAMS = pytest.mark.parametrize("stream", streams().values(), ids=lambda stream: stream.name)


@STREAMS
def test_sample_lines_decode(stream: Stream) -> None:
    """The recorded sample lines decode, one by one and as an array."""
    lines = sample(stream.name)
    assert lines
    one_by_one = [one for line in lines for one in stream.decode(line)]
    assert not [one for one in one_by_one if isinstance(one, RejectedError)]
    assert list(stream.decode(b"[" + b",".join(lines) + b"]")) == one_by_one


@STREAMS
def test_every_number_has_unit_range_and_meaning(stream: Stream) -> None:
    """Each number of a reading declares unit, range and meaning."""
    info = msgspec.inspect.type_info(stream.reading)
    assert isinstance(info, msgspec.inspect.StructType)
    described = {one.name: one for one in stream.fields}
    for field in info.fields:
        kinds = field.type.types if isinstance(field.type, msgspec.inspect.UnionType) else (field.type,)
        for kind in kinds:
            bare = kind.type if isinstance(kind, msgspec.inspect.Metadata) else kind
            if isinstance(bare, msgspec.inspect.IntType | msgspec.inspect.FloatType):
                assert bare.ge is not None, field.name
                assert bare.le is not None, field.name
                assert described[field.name].unit, field.name
                assert described[field.name].description, field.name


@STREAMS
def test_every_field_has_a_meaning(stream: Stream) -> None:
    """Each field of a reading says what it means."""
    assert [one.name for one in stream.fields if not one.description] == []


@STREAMS
def test_row_has_a_value_per_column(stream: Stream) -> None:
    """A reading becomes a row with one value for each column."""
    for line in sample(stream.name):
        (reading,) = stream.decode(line)
        assert not isinstance(reading, RejectedError)
        assert len(stream.row(reading)) == len(stream.columns)


@STREAMS
def test_row_becomes_the_message_again(stream: Stream) -> None:
    """A row, with what the register says of the sensor, is written as a message that makes the same row."""
    for line in sample(stream.name):
        (reading,) = stream.decode(line)
        assert not isinstance(reading, RejectedError)
        row = dict(zip(stream.columns, stream.row(reading), strict=True))
        row["observed_at"] = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=row["observed_at"])
        (again,) = stream.decode(msgspec.json.encode(stream.message(row, stream.facts_of(reading))))
        assert again == reading


@STREAMS
def test_stream_has_titles_and_a_retention(stream: Stream) -> None:
    """Each stream is called something in English and German and is not kept for ever."""
    assert stream.title_en
    assert stream.title_de
    assert 0 < stream.keep_days < 3650


@STREAMS
def test_stream_makes_known_families_due(stream: Stream) -> None:
    """What a reading makes due is a family that exists, with windows of the width it declares."""
    for due in stream.due:
        assert families()[due.family].width_s == due.width_s


@STREAMS
async def test_table_has_the_declared_columns(stream: Stream, store: Settings) -> None:
    """The table of readings has the declaration's columns, and the retention the declaration names."""
    async with await connect(store, "writer") as connection:
        found = await reading_columns(connection, stream)
        assert [column.name for column in found] == ["sensor_id", *stream.columns]
        cursor = await connection.execute(
            "select extract(day from keep), extendable from retention where table_name = %s", (stream.table,)
        )
        assert await cursor.fetchone() == (stream.keep_days, not stream.private)


@STREAMS
async def test_reading_is_stored_once(stream: Stream, store: Settings) -> None:
    """A reading is stored, its repetition is a duplicate, one that disagrees is rejected; the books add up."""
    lines = sample(stream.name)
    numbers = [name for name, unit in stream.units.items() if unit and name not in (*stream.key, "interval_s")]
    async with Inlet(store) as inlet:
        first = await inlet.take([message(stream.name, "sample.1", line) for line in lines])
        again = await inlet.take([message(stream.name, "sample.1", line) for line in lines])
        assert (first[stream.name].stored, first[stream.name].duplicate) == (len(lines), 0)
        assert (again[stream.name].stored, again[stream.name].duplicate) == (0, len(lines))
        changed = msgspec.json.decode(lines[0])
        present = [name for name in numbers if changed.get(name)]
        if present:
            changed[present[0]] -= 1
            other = await inlet.take([message(stream.name, "sample.1", changed)])
            assert (other[stream.name].stored, other[stream.name].rejected) == (0, 1)
    async with await connect(store, "owner") as connection:
        cursor = await connection.execute(
            "select sum(received), sum(stored + duplicate + rejected) from ingest_account where stream = %s",
            (stream.name,),
        )
        row = await cursor.fetchone()
        assert row == (2 * len(lines) + bool(present), 2 * len(lines) + bool(present))


@STREAMS
async def test_latest_is_the_newest_reading(stream: Stream, store: Settings) -> None:
    """The newest reading of a sensor stands in the table of latest readings, whatever the order of arrival."""
    lines = sample(stream.name)
    async with Inlet(store) as inlet:
        for line in reversed(lines):
            await inlet.take([message(stream.name, "sample.1", line)])
    newest = max(
        reading.observed_at_us
        for line in lines
        for reading in stream.decode(line)
        if not isinstance(reading, RejectedError)
    )
    async with await connect(store, "owner") as connection:
        cursor = await connection.execute(
            f"select (extract(epoch from observed_at) * 1000000)::bigint from {stream.latest_table}"  # noqa: S608 - our own name
        )
        assert await cursor.fetchall() == [(newest,)]
