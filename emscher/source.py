"""Where a sensor's readings come from when the topic does not name it: a datastream or a device in another system.

It stands in the city's description, as the property ``source`` of the sensor, one or a list::

    {"dialect": "tts", "name": "meters@ttn/meter-7", "fields": {"energy_wh": {"name": "total_kwh", "factor": 1000}}}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec


class Taken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A value of the message, and what to multiply it by to have our unit."""

    name: str
    factor: float = 1.0


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One datastream or device that gives a sensor's readings.

    Parameters
    ----------
    dialect : str
        Name of the dialect it speaks.
    name : str or int
        What the dialect's topics call it.
    fields : mapping
        Our field to the message's, with a point between levels.
    constants : mapping
        Fields that the message does not hold, such as ``interval_s`` or ``signal_group``.
    """

    dialect: str
    name: str | int
    fields: dict[str, str | Taken] = {}
    constants: dict[str, str | float | bool] = {}


def sources_of(metadata: Mapping[str, Any]) -> Sequence[Source]:
    """Give a sensor's sources.

    Parameters
    ----------
    metadata : mapping
        The sensor's, as the register keeps it.

    Raises
    ------
    msgspec.ValidationError
        ``source`` has another form.
    """
    found = msgspec.convert(metadata.get("source", []), Source | list[Source])
    return found if isinstance(found, list) else [found]
