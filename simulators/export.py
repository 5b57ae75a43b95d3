"""Write what is stored to a file that `emscher replay` reads: newline JSON, each line with its stream and sensor."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import msgspec

from emscher.errors import RecordingError
from simulators.recording import JSON_LINES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulators.tape import Tape

_encode = msgspec.json.Encoder().encode


async def export(tape: Tape, path: Path, advance: Callable[[int], None] = lambda _: None) -> int:
    """Write a tape to a file; the same readings give the same bytes.

    Parameters
    ----------
    tape : Tape
        What to write.
    path : Path
        Where to; a name that ends in ``.gz`` is compressed. The file is there once it is whole.
    advance : callable, optional
        Told how many readings were written since the last call [1].

    Returns
    -------
    int
        Number of readings.

    Raises
    ------
    RecordingError
        The file cannot be written, or its name says another form.
    """
    if not path.name.endswith(JSON_LINES):
        raise RecordingError(f"{path.name} does not end in {', '.join(JSON_LINES)}.", "Call it like day.jsonl.gz.")
    count = 0
    with _opened(path) as file:
        async for part in tape.parts():
            for row, reading in zip(part.order.tolist(), part.readings.at(part.order), strict=True):
                sensor = part.sensor[row]
                head: dict[str, Any] = {"stream": part.streams[sensor], "sensor": part.keys[sensor]}
                file.write(_encode({**head, **_members(reading)}) + b"\n")
            count += part.order.size
            advance(part.order.size)
    return count


def _members(reading: Any) -> dict[str, Any]:  # noqa: ANN401 - a dict, a struct or raw JSON
    """Give a reading as a dict."""
    if isinstance(reading, dict):
        return reading
    if isinstance(reading, msgspec.Raw):
        return dict(msgspec.json.decode(reading))
    return dict(msgspec.to_builtins(reading))


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """Open a file beside its place, and move it there once all is written."""
    half = path.with_name(f"{path.name}.part")
    try:
        with half.open("wb") as raw:
            if path.suffix == ".gz":
                # No name and no time within, so that the same content is the same file.
                with gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0, compresslevel=6) as packed:
                    yield packed  # type: ignore[misc] # a file of bytes
            else:
                yield raw
        half.replace(path)
    except OSError as exc:
        raise RecordingError(f"{path} cannot be written: {exc.strerror}.", "Give another path.") from exc
    finally:
        half.unlink(missing_ok=True)
