"""Interval records with the names of TLS, as German road stations and traffic centres have them.

Counts are per interval. -1, -2 and -3 (not determinable, faulty, one of the two) are codes, not missing numbers: they
become null and a status. Source: Technische Lieferbedingungen für Streckenstationen (TLS 2012), function group 1; MARZ
2018; the names of the values are those of the data distribution of the German traffic centres (attribute lists of
``verkehrsDatenKurzZeit``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import msgspec
from msgspec import field

from emscher import rejection
from emscher.rejection import Reason, RejectedError
from emscher.stream import Reading, Stream, Time
from emscher.streams.traffic import CLASSES, STATUS, VALUES
from ingest.dialect import Spoken

CODES = (-1, -2, -3)
MS_IN_S = 1_000
CLASS_NAMES = ("krad", "pkw", "lfw", "pkwA", "lkw", "lkwA", "sattel", "bus", "nk")
"""The 8+1 classes, in the order of :data:`emscher.streams.traffic.CLASSES`."""


class _Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One lane over one interval, under our names; the last four say nothing that is kept.

    ``qPkw`` follows from other values, ``vgKfz`` is computed here; of ``classes``, the 8+1 are kept, no coarser ones.
    """

    end: Time = field(name="t_end")
    interval_s: int = field(name="T")
    count: float | None = field(name="qKfz", default=None)
    heavy_count: float | None = field(name="qLkw", default=None)
    occupancy_pct: float | None = field(name="b", default=None)
    speed_kmh: float | None = field(name="vKfz", default=None)
    car_speed_kmh: float | None = field(name="vPkw", default=None)
    heavy_speed_kmh: float | None = field(name="vLkw", default=None)
    gap_s: float | None = field(name="tNetto", default=None)
    speed_std_kmh: float | None = field(name="sKfz", default=None)
    quality_ratio: float = field(name="guete", default=1.0)
    status: dict[str, Literal["ok"]] = {}
    classes: dict[str, float] = {}
    car_count: float | None = field(name="qPkw", default=None)
    smoothed_speed_kmh: float | None = field(name="vgKfz", default=None)
    lane: str | int | None = None
    seq: int | None = None


_ONE = msgspec.json.Decoder(_Record)
_ARRAY = msgspec.json.Decoder(list[msgspec.Raw])


def decode(stream: Stream, payload: bytes) -> Iterator[Reading | RejectedError]:
    """Decode a record or an array of records."""
    try:
        parts = _ARRAY.decode(payload) if payload.lstrip()[:1] == b"[" else [payload]
    except (msgspec.DecodeError, ValueError, RecursionError) as exc:
        yield rejection.of(exc)
        return
    if not parts:
        yield RejectedError(Reason.EMPTY, "the array holds no record")
    for part in parts:
        try:
            made = _reading(stream, _ONE.decode(part))
        except (msgspec.DecodeError, ValueError, RecursionError) as exc:
            made = rejection.of(exc)
        yield RejectedError(made.reason, made.detail, bytes(part)) if isinstance(made, RejectedError) else made


def _reading(stream: Stream, record: _Record) -> Reading | RejectedError:
    """Translate names, units and codes."""
    if record.quality_ratio != 1:
        return RejectedError(Reason.INCONSISTENT, "`guete` is not 1: a substitute; send what the detector measured")
    values: dict[str, Any] = {"end": record.end, "interval_s": record.interval_s}
    status = {}
    for name in VALUES:
        value = getattr(record, name)
        if value in CODES:
            status[name] = STATUS[-int(value)]
        elif value is not None:
            values[name] = value / MS_IN_S if name == "gap_s" else value
    for ours, theirs in zip(CLASSES, CLASS_NAMES, strict=True):
        if (counted := record.classes.get(theirs)) is not None and counted not in CODES:
            values[ours] = counted
    return stream.make({**values, "status": status} if status else values)


DIALECT = Spoken("tls", decode, frozenset(("traffic",)))
