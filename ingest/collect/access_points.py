"""Which access point of a controller is which sensor of the city; the controller's names stay on this side."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from emscher.errors import CollectError
from emscher.sensor_key import SensorKey

_SEPARATORS = re.compile(r"[:.\-]")


def plain(name: str) -> str:
    """Write a node's identifier or address in one way: without separators, in small letters."""
    return _SEPARATORS.sub("", name).lower()


def read(path: Path) -> Mapping[str, str]:
    """Read the file that gives each access point's sensor key, a JSON object.

    Raises
    ------
    CollectError
        It is not there, or not of that form; nothing of what it holds is repeated.
    """
    try:
        given = msgspec.json.decode(path.read_bytes(), type=dict[str, SensorKey])
    except OSError as exc:
        raise CollectError(f"{path} cannot be read: {exc.strerror}.", "Give the file of access points.") from exc
    except msgspec.DecodeError as exc:
        raise CollectError(f"{path} does not give a sensor key for each.", 'Write {"node": "sensor key"}.') from exc
    if len(set(given.values())) < len(given):
        raise CollectError(f"{path} gives two access points one sensor key.", "Give each its own.")
    return {plain(name): key for name, key in given.items()}
