"""What a stream is: the reading it carries, how it is decoded and checked, and the columns it fills.

A kind of sensor is one module in :mod:`emscher.streams` with a :class:`Stream` named ``STREAM``. The fields of its
reading carry range, unit and meaning in their annotation, so that decoder, store, API and documentation read one
declaration.
"""

from __future__ import annotations

import difflib
import math
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Any

import msgspec

from emscher import rejection
from emscher.rejection import Reason, RejectedError

NO_FACTS: Mapping[str, Any] = MappingProxyType({})
"""What a reading says of its sensor that says nothing."""

SECOND_US = 1_000_000
HOUR_S = 3_600
DAY_US = 86_400 * SECOND_US

HINTS = 20
"""Refused readings of one message for which a misspelt field is guessed: guessing is slow, and an array may be long."""
LONGEST_GUESSED = 64

Time = Annotated[datetime, msgspec.Meta(tz=True, description="RFC 3339 with zone")]

Row = tuple[Any, ...]
"""One reading as the values of its stream's columns, times in microseconds since 1970, a missing value None."""


class Reading(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """Base of all readings: a checked value from one sensor; an unknown field is refused."""

    simulated: Annotated[bool, msgspec.Meta(description="From a simulator, not from the city")] = False

    @property
    def observed_at_us(self) -> int:
        """Moment the reading stands for: its ``time``, or the start of its interval [us since 1970]."""
        return self.latest_at_us

    @property
    def latest_at_us(self) -> int:
        """Latest moment the reading speaks of [us since 1970]."""
        return round(self.latest_at.timestamp() * SECOND_US)

    @property
    def latest_at(self) -> datetime:
        """Latest moment the reading speaks of: its ``time``, or the end of its interval."""
        raise NotImplementedError


class Event(Reading, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """Base of readings taken at a moment."""

    time: Time

    @property
    def latest_at(self) -> datetime:
        """The moment."""
        return self.time


class Interval(Reading, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """Base of readings over an interval, stored under the interval's start so that half-open windows fit."""

    end: Time
    interval_s: Annotated[int, msgspec.Meta(ge=1, le=86_400, description="Length of the interval", extra={"unit": "s"})]

    @property
    def latest_at(self) -> datetime:
        """End of the interval."""
        return self.end

    @property
    def observed_at_us(self) -> int:
        """Start of the interval [us since 1970]."""
        return round(self.end.timestamp() * SECOND_US) - self.interval_s * SECOND_US


@dataclass(frozen=True, slots=True)
class Due:
    """A family of indicators that a reading of the stream makes due.

    Parameters
    ----------
    family : str
        Name of the family in :mod:`processing.families`.
    width_s : int
        Width of its windows [s].
    look_back_s, look_ahead_s : int
        How far before its start and after its end a window reads [s]; a reading makes every window due that reads it.
    """

    family: str
    width_s: int
    look_back_s: int = 0
    look_ahead_s: int = 0


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """What the declaration of a reading says of one field."""

    name: str
    unit: str
    description: str
    required: bool


@dataclass(frozen=True)
class Stream:
    """One kind of sensor.

    Parameters
    ----------
    name : str
        Name in topics, tables (``<name>_reading``) and API paths.
    reading : type of Reading
        The message's form, with range, unit and meaning of each field.
    title_en, title_de : str
        What people call it.
    keep_days : int
        Retention of readings [d]; older ones are rejected.
    key : tuple of str
        Columns that, with the sensor and the time, make a reading the same reading.
    computed : mapping of str to str
        Columns that come from a property of the reading instead of a field: column -> property.
    facts : tuple of str
        Fields that describe the sensor, not the measurement: kept once with the sensor, and a reading that says
        otherwise is rejected.
    inputs : tuple of str
        Fields that no column holds because a computed one does.
    inverse : callable
        Gives the inputs of a row, from which its computed columns were made; those that are missing are left out.
    due : tuple of Due
        Families of indicators that read this stream.
    private : bool
        Nothing of a rejected message is kept, and ``history_days`` does not lengthen retention.
    listed : bool
        Only sensors of the city's list are taken, unless a setting says otherwise: the key itself could be a person's.
    """

    name: str
    reading: type[Reading]
    title_en: str
    title_de: str
    keep_days: int
    key: tuple[str, ...] = ()
    computed: dict[str, str] = field(default_factory=dict)
    facts: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    inverse: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda _: NO_FACTS
    due: tuple[Due, ...] = ()
    private: bool = False
    listed: bool = False

    @property
    def table(self) -> str:
        """Name of the table of readings."""
        return f"{self.name}_reading"

    @property
    def latest_table(self) -> str:
        """Name of the table with each sensor's newest reading."""
        return f"{self.name}_latest"

    @cached_property
    def fields(self) -> tuple[FieldInfo, ...]:
        """The message's fields with unit and meaning."""
        info = msgspec.inspect.type_info(self.reading)
        if not isinstance(info, msgspec.inspect.StructType):
            raise TypeError(f"{self.reading} is no struct")
        return tuple(_field_info(one) for one in info.fields)

    @cached_property
    def by_stem(self) -> dict[str, FieldInfo]:
        """Fields that have a unit by their name without it."""
        return {_stem(one.name): one for one in reversed(self.fields) if one.unit}

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Columns of the table of readings after ``sensor_id``, in the order of :meth:`row`."""
        skipped = {"time", "end", "simulated", *self.facts, *self.inputs}
        values = (one.name for one in self.fields if one.name not in skipped)
        return ("observed_at", "simulated", *values, *self.computed)

    @cached_property
    def units(self) -> dict[str, str]:
        """Unit of each column that measures something."""
        return {one.name: one.unit for one in self.fields if one.unit and one.name in self.columns}

    @cached_property
    def row(self) -> operator.attrgetter[Row]:
        """Turn a reading into the values of :attr:`columns`."""
        source = {"observed_at": "observed_at_us", **self.computed}
        return operator.attrgetter(*(source.get(name, name) for name in self.columns))

    def message(self, row: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
        """Write a row as the message that it came from; what is missing is left out.

        Parameters
        ----------
        row : mapping
            Values by column, times with zone.
        facts : mapping
            What the register says of the sensor; of it, what :attr:`facts` names is written.
        """
        moment = row["observed_at"]
        if self.is_interval:
            written: dict[str, Any] = {"end": moment + timedelta(seconds=row["interval_s"])}
        else:
            written = {"time": moment}
        written |= {name: value for name in self._plain if (value := row[name]) is not None}
        written |= self.inverse(row)
        written |= {name: facts[name] for name in self.facts if name in facts}
        if row["simulated"]:
            written["simulated"] = True
        return written

    @cached_property
    def _plain(self) -> tuple[str, ...]:
        """Columns that are fields as they stand."""
        return tuple(name for name in self.columns[2:] if name not in self.computed)

    @cached_property
    def _decoder(self) -> msgspec.json.Decoder[Any]:
        reading: Any = self.reading
        return msgspec.json.Decoder(reading | list[reading])

    @cached_property
    def _one_decoder(self) -> msgspec.json.Decoder[Any]:
        return msgspec.json.Decoder(self.reading)

    @cached_property
    def is_interval(self) -> bool:
        """Whether its readings stand for an interval and end later than they are observed."""
        return issubclass(self.reading, Interval)

    def facts_of(self, reading: Reading) -> Mapping[str, Any]:
        """Give what the reading says of its sensor; what it leaves out is left out."""
        if not self.facts:
            return NO_FACTS
        return {name: value for name in self.facts if (value := getattr(reading, name)) is not None}

    def decode(self, payload: bytes) -> Iterable[Reading | RejectedError]:
        """Decode a message: one reading or an array of readings.

        Parameters
        ----------
        payload : bytes
            JSON.

        Returns
        -------
        iterable of Reading or RejectedError
            One per reading; where the message cannot be taken apart into readings, one rejection for all of it.
        """
        try:
            decoded = self._decoder.decode(payload)
        except (msgspec.DecodeError, ValueError, RecursionError) as exc:
            return self._decode_one_by_one(payload, exc)
        if not isinstance(decoded, list):
            return (decoded,)
        return decoded or (RejectedError(Reason.EMPTY, "the array holds no reading"),)

    def make(self, values: Mapping[str, Any], *, may_guess: bool = True) -> Reading | RejectedError:
        """Make a reading of values that were decoded elsewhere, with every check that a message would meet.

        Parameters
        ----------
        values : mapping
            Field to value; a number without a fraction does for a whole one.
        may_guess : bool
            Say what field is meant where one is misspelt; not for more than :data:`HINTS` readings of a message.
        """
        whole = {
            name: int(value) if isinstance(value, float) and value.is_integer() else value
            for name, value in values.items()
        }
        if any(isinstance(value, float) and not math.isfinite(value) for value in whole.values()):
            return self._explain(msgspec.ValidationError("Number out of range"))
        try:
            return msgspec.convert(whole, self.reading)
        except (msgspec.ValidationError, ValueError, OverflowError) as exc:
            return self._explain(exc, may_guess=may_guess)

    def _decode_one_by_one(self, payload: bytes, failure: Exception) -> Iterator[Reading | RejectedError]:
        """Keep the good readings of an array that has a bad one."""
        try:
            parts = _RAW_ARRAY.decode(payload)
        except (msgspec.DecodeError, ValueError, RecursionError) as exc:
            shape_is_known = isinstance(exc, msgspec.ValidationError)
            yield self._explain(failure if shape_is_known else exc)
            return
        hints = HINTS
        for part in parts:
            try:
                yield self._one_decoder.decode(part)
            except (msgspec.DecodeError, ValueError, RecursionError) as exc:
                refused = self._explain(exc, may_guess=hints > 0)
                hints -= 1
                yield RejectedError(refused.reason, refused.detail, bytes(part))

    def _explain(self, exc: Exception, *, may_guess: bool = True) -> RejectedError:
        """Name the reason, and for a field nobody knows the one that was probably meant."""
        refused = rejection.of(exc)
        if self.private:
            return RejectedError(refused.reason, "no detail is kept of this stream")
        if refused.reason is not Reason.UNKNOWN_FIELD:
            return refused
        unknown = refused.detail.split("`")[1]
        if one := self.by_stem.get(_stem(unknown)):
            return RejectedError(Reason.WRONG_UNIT, f"`{unknown}`: this stream takes `{one.name}` in {one.unit}")
        known = [one.name for one in self.fields]
        near = difflib.get_close_matches(unknown, known, n=1) if may_guess and len(unknown) <= LONGEST_GUESSED else []
        return RejectedError(Reason.UNKNOWN_FIELD, f"`{unknown}`{f'; perhaps `{near[0]}` is meant' if near else ''}")


_RAW_ARRAY = msgspec.json.Decoder(list[msgspec.Raw])

_UNITS = frozenset(("kmh", "mph", "ms", "pct", "ratio", "wh", "kwh", "w", "kw", "s", "min", "bytes", "kb", "mb"))


def _stem(name: str) -> str:
    """Cut the unit off a field's name."""
    stem, _, ending = name.rpartition("_")
    if stem and ending in _UNITS:
        return stem
    return f"{name} (no unit)"


def _field_info(declared: msgspec.inspect.Field) -> FieldInfo:
    """Read unit and meaning from a field's annotation."""
    kinds = declared.type.types if isinstance(declared.type, msgspec.inspect.UnionType) else (declared.type,)
    unit, description = "", ""
    for kind in kinds:
        if isinstance(kind, msgspec.inspect.Metadata):
            unit = (kind.extra or {}).get("unit", "")
            description = (kind.extra_json_schema or {}).get("description", "")
    return FieldInfo(declared.name, unit, description, declared.required)
