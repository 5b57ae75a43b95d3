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

from emscher import rejection
from emscher.rejection import Reason, RejectedError
from emscher.stream import Reading, Stream, Time
from emscher.streams.traffic import STATUS
from ingest.dialect import Spoken

FIELDS = {
    "qKfz": ("count", 1),
    "qLkw": ("heavy_count", 1),
    "vKfz": ("speed_kmh", 1),
    "vPkw": ("car_speed_kmh", 1),
    "vLkw": ("heavy_speed_kmh", 1),
    "b": ("occupancy_pct", 1),
    "tNetto": ("gap_s", 1_000),
    "sKfz": ("speed_std_kmh", 1),
}
"""Their name: our field, and by what their value is divided; net gaps come in milliseconds."""


class _Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One lane over one interval. What follows from other values is taken and left: ``qPkw``, ``vgKfz``, ``classes``."""

    t_end: Time
    T: int
    qKfz: float | None = None
    qLkw: float | None = None
    vKfz: float | None = None
    vPkw: float | None = None
    vLkw: float | None = None
    b: float | None = None
    tNetto: float | None = None
    sKfz: float | None = None
    qPkw: float | None = None
    vgKfz: float | None = None
    status: dict[str, Literal["ok"]] = {}
    guete: float = 1.0
    classes: dict[str, float] = {}
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
    if record.guete != 1:
        return RejectedError(Reason.INCONSISTENT, "`guete` is below 1: a substitute; send what the detector measured")
    values: dict[str, Any] = {"end": record.t_end, "interval_s": record.T}
    status = {}
    for name, (field, divisor) in FIELDS.items():
        value = getattr(record, name)
        if value in (-1, -2, -3):
            status[field] = STATUS[-int(value)]
        elif value is not None:
            values[field] = value / divisor
    return stream.make({**values, "status": status} if status else values)


DIALECT = Spoken("tls", decode, frozenset(("traffic",)))
