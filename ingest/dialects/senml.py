"""SenML in JSON (RFC 8428): a pack of records; those of one time are one reading.

The last part of a record's name, after ``:`` or ``/``, is a field of the stream, with its unit (``power_w``) or without
(``power`` and ``"u": "W"``). Units are converted where the register of units has them (RFC 8428, section 12.1; RFC
8798). A time relative to now (below 2**28 s) is refused: sent again, the reading would be another one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from emscher import rejection
from emscher.rejection import Reason, RejectedError
from emscher.stream import HINTS, SECOND_US, FieldInfo, Reading, Stream
from ingest.dialect import Spoken

FIRST_ABSOLUTE_S = 2**28
NEWEST_VERSION = 10
LONGEST_TEXT = 256
LABELS = frozenset(("bn", "bt", "bu", "bv", "bs", "bver", "n", "u", "v", "vs", "vb", "vd", "s", "t", "ut"))

FACTORS: Mapping[str, Mapping[str, float]] = {
    "W": {"W": 1, "kW": 1e3},
    "Wh": {"Wh": 1, "kWh": 1e3, "J": 1 / 3600},
    "km/h": {"km/h": 1, "m/s": 3.6},
    "s": {"s": 1, "ms": 1e-3, "min": 60, "h": 3600},
    "%": {"%": 1, "/": 100, "/100": 1},
    "By": {"B": 1, "KiB": 1024, "GB": 1e9},
    "veh": {"count": 1},
    "devices": {"count": 1},
    "1": {"count": 1, "/": 1},
}
"""Our unit: SenML's, and what to multiply by."""

_NAME_ENDS = re.compile(r"[:/]")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PACK = msgspec.json.Decoder(list[dict[str, Any]])


def decode(stream: Stream, payload: bytes) -> Iterator[Reading | RejectedError]:
    """Decode a pack."""
    try:
        by_time = _resolve(_PACK.decode(payload), strict=stream.private)
    except (RejectedError, msgspec.DecodeError, ValueError, OverflowError, RecursionError) as exc:
        yield rejection.of(exc)
        return
    if not by_time:
        yield RejectedError(Reason.EMPTY, "the pack holds no value")
    for moment, records in by_time.items():
        made = _reading(stream, moment, records, may_guess=len(by_time) <= HINTS)
        if isinstance(made, RejectedError):
            made = RejectedError(made.reason, made.detail, msgspec.json.encode(records))
        yield made


def _resolve(pack: Iterable[Mapping[str, Any]], *, strict: bool) -> dict[datetime, list[dict[str, Any]]]:
    """Give records whole, with what they took from the records before them, by their time."""
    base: dict[str, Any] = {}
    found: dict[datetime, list[dict[str, Any]]] = {}
    for record in pack:
        unknown = record.keys() - LABELS
        if any(label.endswith("_") for label in unknown) or (strict and unknown):
            raise RejectedError(Reason.UNKNOWN_FIELD, "a label that must be understood is not")
        base |= {label: record[label] for label in ("bn", "bt", "bu", "bv", "bver") if label in record}
        if _number(base, "bver") > NEWEST_VERSION:
            raise RejectedError(Reason.INCONSISTENT, f"`bver` is above {NEWEST_VERSION}")
        values = [label for label in ("v", "vs", "vb") if label in record]
        if record.keys() & {"s", "bs", "vd"} or len(values) > 1:
            raise RejectedError(
                Reason.INCONSISTENT, "a record has one of `v`, `vs` and `vb`; sums and data are not taken"
            )
        if not values:
            continue
        time_s = _number(base, "bt") + _number(record, "t")
        if time_s < FIRST_ABSOLUTE_S:
            raise RejectedError(Reason.MISSING_FIELD, "no record has a time relative to now; say it since 1970")
        value = record[values[0]]
        if values[0] == "v":
            value = _number(record, "v") + _number(base, "bv")
        elif not isinstance(value, str if values[0] == "vs" else bool):
            raise RejectedError(Reason.WRONG_TYPE, f"`{values[0]}` holds another type")
        whole = {"n": _text(base, "bn") + _text(record, "n"), "t": time_s, values[0]: value}
        if unit := _text(record, "u") or _text(base, "bu"):
            whole["u"] = unit
        found.setdefault(_EPOCH + timedelta(microseconds=round(time_s * SECOND_US)), []).append(whole)
    return found


def _reading(
    stream: Stream, moment: datetime, records: Iterable[Mapping[str, Any]], *, may_guess: bool
) -> Reading | RejectedError:
    """Make one reading of the records of one time."""
    fields = {one.name: one for one in stream.fields}
    values: dict[str, Any] = {"time" if "time" in fields else "end": moment}
    for record in records:
        said = _NAME_ENDS.split(record["n"])[-1]
        known, unit = fields.get(said) or stream.by_stem.get(said), record.get("u")
        name, value = (known.name if known else said), record.get("v", record.get("vs", record.get("vb")))
        if name in values:
            return RejectedError(Reason.INCONSISTENT, "two records of one time give the same field")
        if known and (unit is not None or known.name != said):
            factor = _factor(known, unit)
            if factor is None or "v" not in record:
                return RejectedError(Reason.WRONG_UNIT, f"`{known.name}` is a number in {known.unit or 'no unit'}")
            value *= factor
        values[name] = value
    return stream.make(values, may_guess=may_guess)


def _factor(known: FieldInfo, unit: object) -> float | None:
    """Give what to multiply by, None where the unit is none of the field's."""
    return FACTORS.get(known.unit, {}).get(unit) if isinstance(unit, str) else None


def _text(record: Mapping[str, Any], label: str) -> str:
    """Give a text of a record, empty where it has none; a short one, since a base value may be repeated many times."""
    value = record.get(label, "")
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise RejectedError(Reason.WRONG_TYPE, f"`{label}` is no text of at most {LONGEST_TEXT} characters")
    return value


def _number(record: Mapping[str, Any], label: str) -> float:
    """Give a number of a record, 0 where it has none, as the RFC says."""
    value = record.get(label, 0)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RejectedError(Reason.WRONG_TYPE, f"`{label}` is no number")
    return float(value)


DIALECT = Spoken("senml", decode)
