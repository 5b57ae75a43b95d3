"""At what speed, and which moments: options that replay and SUMO have in common."""

from __future__ import annotations

import math
from datetime import datetime

from emscher.errors import RecordingError
from emscher.stream import SECOND_US


def read_speed(text: str) -> float | None:
    """Read the speed; None is as fast as possible."""
    if text == "max":
        return None
    try:
        factor = float(text)
    except ValueError:
        factor = math.nan
    if not 0 < factor < math.inf:
        raise RecordingError(f"{text!r} is no speed.", "Write --speed max, or a factor above 0 like 1 or 60.")
    return factor


def read_moment_us(option: str, text: str | None) -> int | None:
    """Read a moment [us since 1970]."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise RecordingError(f"{option} {text!r} is no time with a zone.", "Write it like 2024-05-13T16:00:00Z.")
    return round(moment.timestamp() * SECOND_US)
