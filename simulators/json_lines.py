"""Newline JSON: a canonical reading a line, with the sensor's key in ``sensor`` and, of many streams, ``stream``."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from emscher import sensor_key
from emscher.errors import RecordingError
from emscher.stream import SECOND_US
from emscher.streams import streams

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Line(msgspec.Struct):
    """What a line must have to be sent; all else goes to the platform as it is."""

    sensor: str
    stream: str | None = None
    time: datetime | None = None
    end: datetime | None = None
    interval_s: float = 0


@dataclass(frozen=True, slots=True)
class JsonLines:
    """Readings that are written already.

    Parameters
    ----------
    streams, keys : list of str
        The sensors' streams and keys.
    sensor : ndarray of int64, shape (n,)
        Index into `keys` of each reading's sensor.
    latest_us, observed_us : ndarray of int64, shape (n,)
        End and start of each interval, or twice the moment [us since 1970].
    lines : list of Raw
        Each reading as JSON, without the sensor.
    """

    streams: list[str]
    keys: list[str]
    sensor: NDArray[np.int64]
    latest_us: NDArray[np.int64]
    observed_us: NDArray[np.int64]
    lines: list[msgspec.Raw]

    def at(self, rows: NDArray[np.intp], shift_us: int = 0) -> Sequence[Any]:
        """Give the readings of some rows, their times moved [us]."""
        lines = self.lines
        if not shift_us:
            return [lines[row] for row in rows.tolist()]
        return [self._moved(row, shift_us) for row in rows.tolist()]

    def _moved(self, row: int, shift_us: int) -> dict[str, Any]:
        """Write a line with another time."""
        content: dict[str, Any] = msgspec.json.decode(self.lines[row])
        name = "time" if "time" in content else "end"
        return {**content, name: EPOCH + timedelta(microseconds=int(self.latest_us[row]) + shift_us)}


def read(path: Path, stream: str | None = None) -> JsonLines:
    """Read newline JSON.

    Parameters
    ----------
    path : Path
        The file; ``.gz`` says that it is compressed.
    stream : str, optional
        Stream of lines that do not say theirs, and the only one that they may say.

    Raises
    ------
    RecordingError
        A line cannot be sent; the text names it.
    """
    decode, encode = msgspec.json.Decoder(_Line).decode, msgspec.json.Encoder().encode
    numbers: dict[tuple[str, str], int] = {}
    sensor, latest_us, observed_us, written = [], [], [], []
    for number, text in _lines(path):
        try:
            line, content = decode(text), msgspec.json.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
            raise RecordingError(
                f"{path.name}, line {number}: {exc}.", "A line is a reading with the member `sensor` besides."
            ) from exc
        moment = line.time or line.end
        if moment is None or moment.tzinfo is None:
            raise RecordingError(
                f"{path.name}, line {number} has no time with a zone.", "Add `time` or `end`, RFC 3339."
            )
        if not sensor_key.is_sensor_key(line.sensor):
            raise RecordingError(f"{path.name}, line {number}: {line.sensor!r} cannot be a sensor's key.", "Mend it.")
        del content["sensor"]
        content.pop("stream", None)
        whose = _stream(f"{path.name}, line {number}", line.stream, stream), line.sensor
        sensor.append(numbers.setdefault(whose, len(numbers)))
        latest_us.append(round(moment.timestamp() * SECOND_US))
        observed_us.append(latest_us[-1] - round(line.interval_s * SECOND_US))
        written.append(msgspec.Raw(encode(content)))
    if not written:
        raise RecordingError(f"{path.name}, line 1: the file holds no reading.", "Give another recording.")
    return JsonLines(
        streams=[name for name, _ in numbers],
        keys=[key for _, key in numbers],
        sensor=np.array(sensor, np.int64),
        latest_us=np.array(latest_us, np.int64),
        observed_us=np.array(observed_us, np.int64),
        lines=written,
    )


def _stream(where: str, said: str | None, wanted: str | None) -> str:
    """Give the stream of a line."""
    name = said or wanted
    if name is None:
        raise RecordingError(f"{where} does not say its stream.", "Give --stream, or add the member `stream`.")
    if name not in streams():
        raise RecordingError(f"{where}: there is no stream {name!r}.", f"Streams are {', '.join(streams())}.")
    if wanted is not None and name != wanted:
        raise RecordingError(f"{where} is of the stream {name}, not of {wanted}.", "Leave out --stream, or mend it.")
    return name


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Give the lines that hold something, with their numbers."""
    number = 0
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as opened:
            for number, text in enumerate(opened, 1):
                if text.strip():
                    yield number, text
    except (OSError, EOFError) as exc:
        why = str(exc).rstrip(".")
        raise RecordingError(f"{path.name}, line {number + 1} cannot be read: {why}.", "Mend the file.") from exc
