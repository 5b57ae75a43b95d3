"""The targets: one per decoder, made from the registries, so that a new stream is fuzzed without being listed."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from dialect_samples import DialectSample, dialect_samples, sources_of_samples

from api import cursor
from api.problem import ProblemError
from emscher import city
from emscher.errors import CityError
from emscher.rejection import Reason, RejectedError
from emscher.sensor_key import is_sensor_key
from emscher.settings import Settings
from emscher.stream import SECOND_US, Stream
from emscher.streams import streams
from ingest.batch import Decoder, Rejected
from ingest.dialects import dialects
from ingest.message import Message
from ingest.quarantine import keep

from .outcome import Outcome

SAMPLES = Path(__file__).parents[1] / "samples"
NOW_US = round(datetime(2026, 1, 5, 8, 0, 30, tzinfo=UTC).timestamp()) * SECOND_US
"""A moment after the samples [us since 1970]."""


@dataclass(frozen=True, slots=True)
class Target:
    """Something that reads what strangers send.

    Parameters
    ----------
    name : str
        Name in the table and of the corpus file.
    run : callable
        Takes an input; raises nothing, whatever the input.
    seeds : sequence of bytes
        Good inputs to begin with.
    """

    name: str
    run: Callable[[bytes], Outcome]
    seeds: Sequence[bytes]


def targets() -> dict[str, Target]:
    """Give every target by name."""
    samples = {name: dialect_samples(name) for name in dialects()}
    sources = sources_of_samples(*(one for some in samples.values() for one in some))
    decoder = Decoder(Settings.model_construct(), sources)
    found = [
        *(_stream(decoder, name) for name in streams()),
        *(_dialect(decoder, name, some) for name, some in samples.items()),
        Target(
            "topic", lambda data: _decode(decoder, data, b'{"end":"2026-01-05T07:00:00Z","interval_s":60}'), _TOPICS
        ),
        Target("quarantine", _keep, _REFUSED),
        Target("city", _city, [_CITY]),
        Target("cursor", _cursor, _CURSORS),
    ]
    return {target.name: target for target in found}


def _stream(decoder: Decoder, name: str) -> Target:
    """Fuzz the payload of a message on a stream's topic."""
    lines = (SAMPLES / f"{name}.jsonl").read_bytes().splitlines()
    topic = f"emscher/{name}/fuzz.1".encode()
    return Target(name, lambda data: _decode(decoder, topic, data), [*lines, b"[" + b",".join(lines) + b"]"])


def _dialect(decoder: Decoder, name: str, samples: Sequence[DialectSample]) -> Target:
    """Fuzz the payload of a message on a dialect's topics, of which the input's length chooses one."""
    topics = [f"emscher/{one.topic}".encode() for one in samples]
    return Target(
        name, lambda data: _decode(decoder, topics[len(data) % len(topics)], data), [one.payload for one in samples]
    )


def _decode(decoder: Decoder, topic: bytes, payload: bytes) -> Outcome:
    """Take a message apart as ingest does; what comes out can be kept, encoded again and made a row."""
    batch = decoder.decode([Message(topic, payload, 1, 1)], NOW_US)
    values = 0
    for name, checked in batch.checked.items():
        stream = streams()[name]
        for one in checked:
            _again(stream, one.reading)
            values += 1
    if not values and not batch.rejected:
        raise AssertionError("a message vanished")
    # What is kept of the payload has a target of its own: looking for identifiers takes longer than all the rest.
    bare = [Rejected(one.stream, one.sensor_key, one.error, b"") for one in batch.rejected]
    return Outcome(values, _said(bare))


def _again(stream: Stream, reading: object) -> None:
    """Check that a reading makes a row and survives its own encoding, in which a refused one is kept."""
    (again,) = stream.decode(msgspec.json.encode(reading))
    if again != reading:
        raise AssertionError("a reading is another one after being encoded")
    if len(stream.row(reading)) != len(stream.columns):
        raise AssertionError("a reading makes no row")


def _said(rejected: Iterable[Rejected]) -> list[tuple[str, str]]:
    """Keep what is refused as the quarantine does; PostgreSQL takes the text."""
    kept = [keep(one) for one in rejected]
    for one in kept:
        if "\0" in one.detail + (one.sensor_key or ""):
            raise AssertionError("PostgreSQL takes no NUL")
        (one.detail + (one.sensor_key or "")).encode()
    return [(one.reason, one.detail) for one in kept]


def _keep(data: bytes) -> Outcome:
    """Keep a refused message of any stream: its key, detail and payload are the input's lines."""
    name, key, detail, payload = (data.split(b"\n", 3) + [b""] * 4)[:4]
    sensor_key = key.decode("utf-8", "replace")
    error = RejectedError(Reason.INCONSISTENT, detail.decode("utf-8", "surrogateescape"))
    refused = Rejected(
        name.decode("utf-8", "replace"), sensor_key if is_sensor_key(sensor_key) else None, error, payload
    )
    _said([refused])
    kept = keep(refused)
    return Outcome(kept.payload is not None, [("detail", "none" if kept.detail.startswith("no detail") else "kept")])


def _city(data: bytes) -> Outcome:
    """Read a description of a city."""
    try:
        described = city.parse(data, "fuzz")
    except CityError as exc:
        return Outcome(0, [("city", exc.what.replace("\n", " "))])
    return Outcome(len(described.sites) + len(described.sensors))


def _cursor(data: bytes) -> Outcome:
    """Read a cursor of a route."""
    try:
        cursor.decode(data.decode("utf-8", "replace"), [int, str])
    except ProblemError as exc:
        return Outcome(0, [("cursor", str(exc.errors))])
    return Outcome(1)


_TOPICS = [
    b"emscher/traffic/lane.1",
    b"emscher/energy/m-1",
    b"emscher/noise/a",
    b"other/traffic/a",
    b"emscher/traffic/a/b",
]
_REFUSED = [
    b'traffic\nlane.1\nExpected `int`, got `str` - at `$.count`\n{"count":"x"}',
    b'unknown\n\nreadings come on <prefix>\n{"mac":"aa:bb:cc:dd:ee:ff"}',
    b"wlan\nap.1\nno detail\n{}",
    b"energy\nm.1\ndetail of jane@example.org and 192.0.2.1\n2001:db8:0:1:1:1:1:1",
]
_CURSORS = [
    base64.urlsafe_b64encode(text).rstrip(b"=")
    for text in (b'[1767596400000000,1,"a"]', b'[0,0,""]', b"[1,2,3]", b"{}", b'[-62135596800000000,9,"z"]')
]
_CITY = msgspec.json.encode(
    {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"type": "site", "key": "j1", "kind": "junction", "name": "Wall"},
                "geometry": {"type": "Point", "coordinates": [7.46, 51.51]},
            },
            {
                "type": "Feature",
                "properties": {
                    "type": "sensor",
                    "key": "j1.d1",
                    "stream": "traffic",
                    "site": "j1",
                    "source": {"dialect": "tts", "name": "a@t/d", "fields": {"count": {"name": "n", "factor": 2}}},
                },
            },
        ],
    }
)
