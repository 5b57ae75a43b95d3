"""What every dialect of the registry must keep; no dialect is named here."""

from random import Random

import msgspec
import pytest
from dialect_samples import FOLDER, dialect_samples, sources_of_samples
from fuzz.mutation import AWKWARD, mutate
from readings import RECEIVED_AT

from emscher.rejection import RejectedError
from emscher.settings import Settings
from emscher.stream import SECOND_US, Reading
from emscher.streams import streams
from ingest.batch import UNKNOWN, Batch, Decoder
from ingest.dialect import Foreign, Spoken
from ingest.dialects import dialects
from ingest.message import Message

DIALECTS = pytest.mark.parametrize("name", dialects())
NOW_US = round(RECEIVED_AT.timestamp() * SECOND_US)


def _decode(name: str, topic: str, payload: bytes) -> Batch:
    decoder = Decoder(Settings.model_construct(), sources_of_samples(*dialect_samples(name)))
    return decoder.decode([Message(f"emscher/{topic}".encode(), payload, 1, 1)], NOW_US)


@DIALECTS
def test_samples_mean_what_they_say(name: str) -> None:
    """Each recorded message becomes exactly the readings that stand beside it, and no rejection."""
    samples = dialect_samples(name)
    assert samples
    for one in samples:
        batch = _decode(name, one.topic, one.payload)
        assert [error.error.detail for error in batch.rejected] == []
        ((stream, checked),) = batch.checked.items()
        expected = [msgspec.convert(reading, streams()[stream].reading) for reading in one.readings]
        assert [found.reading for found in checked] == expected


@DIALECTS
@pytest.mark.parametrize("payload", [b"", b"[" * 5_000, b"\xff", b'"x"', b"[1]", *AWKWARD])
def test_garbage_is_only_rejected(name: str, payload: bytes) -> None:
    """Garbage on a dialect's topic is rejected, at least once, and gives no reading."""
    for one in dialect_samples(name):
        batch = _decode(name, one.topic, payload)
        assert batch.rejected
        assert not any(batch.checked.values())


@DIALECTS
def test_spoilt_samples_raise_nothing(name: str) -> None:
    """A sample whose members are lost, doubled, renamed or nested is read or rejected; nothing is raised."""
    random = Random(1)  # noqa: S311 - no secret
    refused = 0
    for one in dialect_samples(name):
        for _ in range(300):
            batch = _decode(name, one.topic, mutate(one.payload, [one.payload], random))
            assert batch.rejected or any(batch.checked.values())
            refused += len(batch.rejected)
    assert refused


@pytest.mark.parametrize("name", [name for name, one in dialects().items() if isinstance(one, Foreign)])
def test_what_is_kept_of_a_refused_message_can_be_read_again(name: str) -> None:
    """What is kept of a message whose source no sensor names still means the same, without gateways."""
    for one in dialect_samples(name):
        nobody = Decoder(Settings.model_construct())
        (refused,) = nobody.decode([Message(f"emscher/{one.topic}".encode(), one.payload, 1, 1)], NOW_US).rejected
        assert (refused.stream, refused.sensor_key, refused.error.reason) == (UNKNOWN, None, "unknown_sensor")
        assert b"ateway" not in refused.payload
        again = _decode(name, one.topic, refused.payload)
        assert [len(found) for found in again.checked.values()] == [len(one.readings)]


@pytest.mark.parametrize("name", [name for name, one in dialects().items() if isinstance(one, Spoken)])
def test_private_streams_keep_no_detail(name: str) -> None:
    """No sentence about a message on a private stream's topic holds anything of it."""
    private = [stream for stream in streams().values() if stream.private]
    assert private
    for stream in private:
        for payload in (b'{"secret":1}', b'[{"secret":1}]', b'[{"n":"secret","v":1,"t":1767596400}]'):
            batch = _decode(name, f"{stream.name}/ap.1/{name}", payload)
            assert batch.rejected
            assert not [one for one in batch.rejected if "secret" in one.error.detail]


def test_no_dialect_is_called_like_a_stream() -> None:
    """The first level of a topic says which of the two it is."""
    assert not set(dialects()) & set(streams())


def test_every_dialect_has_samples_and_no_more() -> None:
    """Recorded messages are there for the dialects there are."""
    assert {path.stem for path in FOLDER.glob("*.jsonl")} == set(dialects())


def test_a_reading_made_of_values_meets_every_check() -> None:
    """Values decoded elsewhere are checked as a message is: ranges, types, contradictions, numbers that are none."""
    stream = streams()["traffic"]
    end = msgspec.convert("2026-01-05T07:01:00Z", type(RECEIVED_AT))
    good = {"end": end, "interval_s": 60.0, "count": 12.0, "speed_kmh": 48}
    assert isinstance(stream.make(good), Reading)
    for wrong in (
        {"count": 12.5},
        {"count": -1.0},
        {"speed_kmh": float("nan")},
        {"speed_kmh": float("inf")},
        {"heavy_count": 13},
        {"end": end.replace(tzinfo=None)},
        {"colour": "red"},
        {"count": None, "interval_s": 0},
    ):
        assert isinstance(stream.make({**good, **wrong}), RejectedError), wrong
