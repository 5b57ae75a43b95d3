"""Why a reading is refused: the closed list of reasons, and the error that carries one."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from emscher.errors import EmscherError


class Reason(StrEnum):
    """The reasons, as they stand in ``rejected_message.reason`` and in the API."""

    UNKNOWN_TOPIC = "unknown_topic"
    UNKNOWN_SENSOR = "unknown_sensor"
    WRONG_STREAM = "wrong_stream"
    SENSOR_MISMATCH = "sensor_mismatch"
    PERSONAL_DATA = "personal_data"
    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"
    MALFORMED = "malformed"
    EMPTY = "empty"
    MISSING_FIELD = "missing_field"
    UNKNOWN_FIELD = "unknown_field"
    WRONG_UNIT = "wrong_unit"
    WRONG_TYPE = "wrong_type"
    OUT_OF_RANGE = "out_of_range"
    INCONSISTENT = "inconsistent"
    TOO_OLD = "too_old"
    IN_FUTURE = "in_future"
    CONFLICT = "conflict"
    RATE_EXCEEDED = "rate_exceeded"


class RejectedError(EmscherError):
    """A message or a reading is refused.

    Parameters
    ----------
    reason : Reason
        One of the closed list.
    detail : str
        What exactly, for the person who mends the sender; never holds a value of a private stream.
    part : bytes, optional
        The reading among those of a message that is meant; empty for all of it.
    """

    def __init__(self, reason: Reason, detail: str, part: bytes = b"") -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
        self.part = part


def of(exc: Exception) -> RejectedError:
    """Translate a decoder's exception into the rejection it means.

    Parameters
    ----------
    exc : Exception
        What :mod:`msgspec` or a check of a reading raised.
    """
    text = str(exc)
    if isinstance(exc, RejectedError):
        return exc
    if isinstance(exc, RecursionError):
        return RejectedError(Reason.TOO_DEEP, "brackets are nested deeper than any reading")
    if isinstance(exc, msgspec.ValidationError):
        return RejectedError(_reason_of(text), text)
    if isinstance(exc, OverflowError):
        return RejectedError(Reason.OUT_OF_RANGE, "the time lies outside the calendar")
    return RejectedError(Reason.MALFORMED, text)


def _reason_of(text: str) -> Reason:
    """Read msgspec's sentence; the shapes are pinned by the unit tests."""
    if "missing required field" in text:
        return Reason.MISSING_FIELD
    if "unknown field" in text:
        return Reason.UNKNOWN_FIELD
    if "got `" in text or "RFC3339" in text:
        return Reason.WRONG_TYPE
    if "timezone component" in text:
        return Reason.WRONG_TYPE
    if text.startswith(("Expected `", "Invalid enum", "Timestamp", "Integer", "Number")):
        return Reason.OUT_OF_RANGE
    return Reason.INCONSISTENT
