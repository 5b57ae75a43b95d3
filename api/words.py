"""Words instead of codes: what the store keeps as a number and a person reads as a word."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from api.sheet import Sheet
from emscher.streams.energy import QUALITIES
from emscher.streams.signal import FIRST_STATE_CODE, STATES
from emscher.streams.traffic import STATUS, VALUES

METHODS = {1: "counter", 2: "power", 3: "mean power"}

_TWO_BITS = 0b11


@lru_cache(maxsize=65_536)
def status(bits: int) -> dict[str, str]:
    """Say of each value that is missing why, as the device says.

    Parameters
    ----------
    bits : int
        Two bits per value, as :mod:`emscher.streams.traffic` packs them.
    """
    said = {name: bits >> 2 * place & _TWO_BITS for place, name in enumerate(VALUES)}
    return {name: STATUS[code] for name, code in said.items() if code}


def state(code: int) -> str | None:
    """Name the state a signal group changed to; None where the code is no state."""
    place = code - FIRST_STATE_CODE
    return STATES[place] if 0 <= place < len(STATES) else None


def quality(code: int) -> str | None:
    """Name a reading's quality."""
    return QUALITIES[code] if 0 <= code < len(QUALITIES) else None


def put(sheet: Sheet, name: str, values: Sequence[Any]) -> bool:
    """Add a coded column in words.

    Parameters
    ----------
    sheet : Sheet
        The rows so far.
    name : str
        Name of the column in the store.
    values : sequence
        What it holds.

    Returns
    -------
    bool
        Whether the column is replaced; otherwise it is still to be added as it is.
    """
    if name == "status_bits":
        sheet.put("status", "object", [status(bits) for bits in values])
        return True
    if name == "quality_code":
        sheet.put("quality", "text", [quality(code) for code in values])
        return True
    if name == "method":
        sheet.put("method", "text", [METHODS.get(code) for code in values])
        return True
    if name == "parameter" and "code" in sheet.columns:
        sheet.put("parameter", "integer", values, "1")
        states = [state(code) for code in sheet.columns["code"]]
        groups = [group if named else None for group, named in zip(values, states, strict=True)]
        sheet.put("signal_group", "integer", groups)
        sheet.put("state", "text", states)
        return True
    return False
