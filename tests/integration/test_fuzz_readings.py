"""Whatever decodes to a reading can be stored: by its range, and by storing readings that a fuzzer made."""

from random import Random

import msgspec
import pytest
from fuzz import corpus
from fuzz.mutation import mutate
from fuzz.target import targets
from readings import Inlet, message

from emscher.settings import Settings
from emscher.store.pool import connect
from emscher.store.table import reading_columns
from emscher.stream import Stream
from emscher.streams import streams
from ingest.batch import Batch

STREAMS = pytest.mark.parametrize("stream", streams().values(), ids=lambda stream: stream.name)
WIDEST = {"smallint": 2**15 - 1, "integer": 2**31 - 1, "bigint": 2**63 - 1}
MUTANTS = 3_000


@STREAMS
async def test_columns_are_as_wide_as_the_ranges(stream: Stream, store: Settings) -> None:
    """Each whole number's range fits its column, so that no checked value overflows it."""
    async with await connect(store, "writer") as connection:
        types = {column.name: column.type for column in await reading_columns(connection, stream)}
    info = msgspec.inspect.type_info(stream.reading)
    assert isinstance(info, msgspec.inspect.StructType)
    for field in info.fields:
        kinds = field.type.types if isinstance(field.type, msgspec.inspect.UnionType) else (field.type,)
        for kind in kinds:
            bare = kind.type if isinstance(kind, msgspec.inspect.Metadata) else kind
            if isinstance(bare, msgspec.inspect.IntType) and types.get(field.name) in WIDEST:
                assert -WIDEST[types[field.name]] <= (bare.ge or 0) <= (bare.le or 0) <= WIDEST[types[field.name]]


@STREAMS
async def test_what_a_fuzzer_made_is_stored(stream: Stream, store: Settings) -> None:
    """Readings from the corpus and from spoilt samples, whatever they say, are stored, duplicates or conflicts."""
    random = Random(7)  # noqa: S311 - no secret
    seeds = targets()[stream.name].seeds
    inputs = [*corpus.read(stream.name), *(mutate(random.choice(seeds), seeds, random) for _ in range(MUTANTS))]
    async with Inlet(store) as inlet:
        batch = inlet.decode([message(stream.name, f"fuzz.{number}", one) for number, one in enumerate(inputs)])
        readings = batch.checked[stream.name]
        books = await inlet.writer.write(Batch(checked={stream.name: readings}))
    assert len(readings) > MUTANTS / 50
    account = books[stream.name]
    assert account.received == len(readings)
    assert account.stored > len(readings) / 2
