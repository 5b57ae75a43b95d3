"""A sensor's key: the last level of its topic, and its name everywhere else."""

from __future__ import annotations

import re
from typing import Annotated

from msgspec import Meta

PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"

SensorKey = Annotated[
    str, Meta(pattern=PATTERN, description="Letters, digits, point, underscore and hyphen; 64 at most")
]

_SHAPE = re.compile(PATTERN)


def is_sensor_key(text: str) -> bool:
    """Say whether text has the shape of a sensor's key."""
    return _SHAPE.fullmatch(text) is not None and not text.endswith("\n")
