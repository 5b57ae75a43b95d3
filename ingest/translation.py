"""Translation: what came on a dialect's topic becomes readings of ours, or rejections."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import msgspec

from emscher import rejection
from emscher.rejection import Reason, RejectedError
from emscher.sensor_key import is_sensor_key
from emscher.source import Source, Taken
from emscher.stream import Reading, Stream
from emscher.streams import streams
from ingest.dialect import Foreign, Seen, Spoken
from ingest.dialects import dialects
from ingest.sources import Sources

Said = tuple[Stream | None, str | None, Iterable[Reading | RejectedError]]
"""Stream and sensor key, None where nobody knows, and what was said."""

_MISSING = object()


def translate(topic: str, payload: bytes, sources: Sources) -> list[Said] | None:
    """Translate a message.

    Parameters
    ----------
    topic : str
        Below our prefix.
    payload : bytes
        As it came.
    sources : Sources
        Whose readings foreign messages are.

    Returns
    -------
    list of Said, or None
        None if the topic is no dialect's.
    """
    first, _, rest = topic.partition("/")
    stream, dialect = streams().get(first), dialects().get(first)
    if stream is not None:
        key, _, name = rest.partition("/")
        spoken = dialects().get(name)
        if not isinstance(spoken, Spoken) or not is_sensor_key(key) or first not in (spoken.streams or streams()):
            return None
        said = spoken.decode(stream, payload)
        return [(stream, key, _discreet(said) if stream.private else said)]
    if isinstance(dialect, Foreign) and (found := dialect.topic.fullmatch(rest)):
        return _foreign(dialect, "/".join(found.groups()), payload, sources)
    return None


def _foreign(dialect: Foreign, name: str, payload: bytes, sources: Sources) -> list[Said]:
    """Read a foreign message for every sensor that it speaks for."""
    uses = sources.of(dialect.name, name)
    # One uplink may speak for a private sensor and for another one, whose rejection would keep what the first one says.
    private = any(use.stream.private for use in uses)
    said: list[tuple[Stream | None, str | None, Reading | RejectedError]]
    try:
        seen = dialect.read(payload)
        said = [(use.stream, use.sensor_key, _apply(use.stream, use.source, seen)) for use in uses]
        detail = f"no sensor of the city has this source of {dialect.name}"
        nobody = RejectedError(Reason.UNKNOWN_SENSOR, detail, seen.kept)
    except (RejectedError, msgspec.DecodeError, ValueError, OverflowError, RecursionError) as exc:
        nobody = rejection.of(exc)
        said = [(use.stream, use.sensor_key, nobody) for use in uses]
    return [
        (stream, key, _discreet([one]) if private else [one]) for stream, key, one in said or [(None, None, nobody)]
    ]


def _apply(stream: Stream, source: Source, seen: Seen) -> Reading | RejectedError:
    """Make a reading of what a foreign message says, as the source has it."""
    values: dict[str, Any] = {"simulated": True} if seen.simulated else {}
    for field, taken in source.fields.items():
        how = taken if isinstance(taken, Taken) else Taken(taken)
        value = _find(seen.derived, how.name, _find(seen.values, how.name))
        if value is _MISSING:
            return RejectedError(Reason.MISSING_FIELD, f"`{how.name}`, which is `{field}`, is not there", seen.kept)
        try:
            values[field] = value if how.factor == 1 else _scaled(value, how.factor)
        except (TypeError, OverflowError) as exc:
            reason = Reason.WRONG_TYPE if isinstance(exc, TypeError) else Reason.OUT_OF_RANGE
            return RejectedError(reason, f"`{how.name}`, which is `{field}`, is no number that fits", seen.kept)
    used = {(one.name if isinstance(one, Taken) else one).partition(".")[0] for one in source.fields.values()}
    if stream.private and not seen.values.keys() <= used:
        return RejectedError(Reason.UNKNOWN_FIELD, "a private stream takes nothing that its source does not name")
    made = stream.make({**_times(stream, source, seen), **source.constants, **values})
    return RejectedError(made.reason, made.detail, seen.kept) if isinstance(made, RejectedError) else made


def _scaled(value: object, factor: float) -> float:
    """Multiply what is a number; a whole one may be of any length."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    return float(value) * factor


def _times(stream: Stream, source: Source, seen: Seen) -> dict[str, Any]:
    """Give the reading's time, or the end and length of its interval.

    An interval whose length is a constant begins where the message says: Hamburg's quarter hours end at 14:59.
    """
    if "end" not in stream.reading.__struct_fields__:
        return {"time": seen.end}
    interval_s = source.constants.get("interval_s")
    if seen.start is None:
        return {"end": seen.end}
    if interval_s is None:
        return {"end": seen.end, "interval_s": (seen.end - seen.start) / timedelta(seconds=1)}
    try:
        return {"end": seen.start + timedelta(seconds=float(interval_s))}
    except (OverflowError, ValueError):
        return {}


def _find(values: Mapping[str, Any], path: str, default: object = _MISSING) -> Any:  # noqa: ANN401 - whatever is there
    """Look a value up, with a point between levels."""
    found: Any = values
    for level in path.split("."):
        if not isinstance(found, Mapping) or level not in found:
            return default
        found = found[level]
    return found


def _discreet(said: Iterable[Reading | RejectedError]) -> Iterator[Reading | RejectedError]:
    """Keep nothing of a private stream's message but the reason."""
    for one in said:
        if isinstance(one, RejectedError):
            yield RejectedError(one.reason, "no detail is kept of this stream", b"null")
        else:
            yield one
