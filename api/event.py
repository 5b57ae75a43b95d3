"""Events of ``/v1/live``: what is sent to listeners, as server-sent events (WHATWG HTML, section 9.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

Kind = Literal["ready", "indicators", "changed", "resync", "heartbeat"]

RETRY_MS = 3_000
"""How long a listener that lost us waits before it comes back [ms]."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event, written once for all listeners.

    Parameters
    ----------
    text : bytes
        As it goes over the line.
    family, site : str
        What it is of, by which listeners choose; empty where it concerns everyone.
    number : int
        Its place in the order of events; 0 where it has none.
    """

    text: bytes
    family: str = ""
    site: str = ""
    number: int = 0


def written(kind: Kind, data: Mapping[str, Any], identifier: str = "") -> bytes:
    """Write an event; its data are one line of JSON.

    Parameters
    ----------
    kind : str
        Its name.
    data : mapping
        What it says.
    identifier : str
        What a listener sends back to go on from there; empty for none.
    """
    head = f"id: {identifier}\n" if identifier else ""
    return f"event: {kind}\n{head}data: ".encode() + msgspec.json.encode(data) + b"\n\n"
