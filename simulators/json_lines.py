"""Newline JSON: a canonical reading a line, with the sensor's key in the member ``sensor``."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from emscher import sensor_key
from emscher.errors import RecordingError
from emscher.stream import SECOND_US


class _Line(msgspec.Struct):
    """What a line must have to be sent; all else goes to the platform as it is."""

    sensor: str
    time: datetime | None = None
    end: datetime | None = None
    interval_s: float = 0


@dataclass(frozen=True, slots=True)
class JsonLines:
    """Readings that are written already.

    Parameters
    ----------
    keys : list of str
        The sensors' keys.
    sensor : ndarray of int64, shape (n,)
        Index into `keys` of each reading's sensor.
    latest_us, observed_us : ndarray of int64, shape (n,)
        End and start of each interval, or twice the moment [us since 1970].
    lines : list of Raw
        Each reading as JSON, without the sensor.
    """

    keys: list[str]
    sensor: NDArray[np.int64]
    latest_us: NDArray[np.int64]
    observed_us: NDArray[np.int64]
    lines: list[msgspec.Raw]

    def at(self, rows: NDArray[np.intp]) -> Sequence[Any]:
        """Give the readings of some rows."""
        lines = self.lines
        return [lines[row] for row in rows.tolist()]


def read(path: Path) -> JsonLines:
    """Read newline JSON.

    Parameters
    ----------
    path : Path
        The file; ``.gz`` says that it is compressed.

    Raises
    ------
    RecordingError
        A line cannot be sent; the text names it.
    """
    decode, encode = msgspec.json.Decoder(_Line).decode, msgspec.json.Encoder().encode
    numbers: dict[str, int] = {}
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
        sensor.append(numbers.setdefault(line.sensor, len(numbers)))
        latest_us.append(round(moment.timestamp() * SECOND_US))
        observed_us.append(latest_us[-1] - round(line.interval_s * SECOND_US))
        written.append(msgspec.Raw(encode(content)))
    if not written:
        raise RecordingError(f"{path.name} holds no reading.", "Give another recording.")
    return JsonLines(
        keys=list(numbers),
        sensor=np.array(sensor, np.int64),
        latest_us=np.array(latest_us, np.int64),
        observed_us=np.array(observed_us, np.int64),
        lines=written,
    )


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Give the lines that hold something, with their numbers."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as opened:
            for number, text in enumerate(opened, 1):
                if text.strip():
                    yield number, text
    except (OSError, EOFError) as exc:
        raise RecordingError(f"{path.name} cannot be read: {exc}.", "Mend the file.") from exc
