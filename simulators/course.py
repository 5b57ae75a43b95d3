"""The course of a replay: how the times of a recording become those of its messages, pass by pass."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import count

from emscher.errors import RecordingError
from emscher.stream import SECOND_US

MINUTE_US = 60 * SECOND_US
# Public WLAN takes nothing but quarter hours of the clock.
QUARTER_US = 900 * SECOND_US
WHOLE_QUARTERS = "wlan"

_UNITS_US = {"s": SECOND_US, "min": MINUTE_US, "h": 60 * MINUTE_US, "d": 1440 * MINUTE_US}
_PART = re.compile(r"(\d+(?:\.\d+)?)(s|min|h|d)")


@dataclass(frozen=True, slots=True)
class Course:
    """How far the times of each pass are moved.

    Parameters
    ----------
    shift_us : int
        Of the first pass [us].
    period_us : int
        From one pass to the next [us].
    passes : int or None
        How many passes; None for ever.
    """

    shift_us: int = 0
    period_us: int = 0
    passes: int | None = 1

    def shifts_us(self) -> Iterator[int]:
        """Give the shift of each pass [us]."""
        numbers = count() if self.passes is None else range(self.passes)
        return (self.shift_us + number * self.period_us for number in numbers)

    def reach_us(self, span_us: tuple[int, int]) -> tuple[int, int]:
        """Give when the first and the last reading become known, as sent; of the first pass where there is no end."""
        first_us, last_us = span_us
        return first_us + self.shift_us, last_us + self.shift_us + ((self.passes or 1) - 1) * self.period_us


def course(
    shift: str,
    passes: int | None,
    streams: Collection[str],
    span_us: tuple[int, int],
    speed: float | None,
    now_us: int,
) -> Course:
    """Plan a replay.

    Parameters
    ----------
    shift : str
        ``none``, a duration like ``7d`` or ``-1h30min``, or ``now``: as late as can be without a reading that comes
        before its time.
    passes : int or None
        How many passes; None for ever. Each begins a whole minute, with WLAN a whole quarter hour, after the last one.
    streams : collection of str
        Streams of the recording.
    span_us : pair of int
        When the first and the last reading become known [us since 1970].
    speed : float or None
        Seconds of the recording in one second; None is as fast as possible.
    now_us : int
        Present time [us since 1970].

    Raises
    ------
    RecordingError
        The shift is none, or the times cannot be had.
    """
    step_us = QUARTER_US if WHOLE_QUARTERS in streams else MINUTE_US
    first_us, last_us = span_us
    period_us = (last_us - first_us) // step_us * step_us + step_us
    if shift == "none":
        return Course(0, period_us, passes)
    if shift != "now":
        moved_us = duration_us(shift)
        if moved_us % step_us:
            whole = "quarter hours, as WLAN needs them" if step_us == QUARTER_US else "minutes"
            raise RecordingError(f"--shift {shift} is no whole number of {whole}.", "Round it.")
        return Course(moved_us, period_us, passes)
    # Faster than time the last reading is the one that would come too early, slower the first.
    behind_us = now_us - first_us
    if speed is None or speed > 1:
        if passes is None:
            raise RecordingError(
                "For ever and faster than time, --shift now would reach into the future.", "Give --loop a number."
            )
        length_us = last_us + (passes - 1) * period_us - first_us
        took_us = 0 if speed is None else round(length_us / speed)
        behind_us += took_us - length_us
    return Course(behind_us // step_us * step_us, period_us, passes)


def duration_us(text: str) -> int:
    """Read a duration like ``90s``, ``1h30min`` or ``-7d`` [us].

    Raises
    ------
    RecordingError
        It is none.
    """
    bare = text.removeprefix("-")
    if not bare or _PART.sub("", bare):
        raise RecordingError(f"{text!r} is no duration.", "Write it like 90s, 1h30min or -7d.")
    total = math.fsum(float(number) * _UNITS_US[unit] for number, unit in _PART.findall(bare))
    return round(-total if text.startswith("-") else total)
