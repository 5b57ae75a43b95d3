"""A message: bytes on a topic, as they came."""

from __future__ import annotations

import msgspec


class Message(msgspec.Struct, frozen=True, gc=False):
    """Bytes on a topic; a struct because tens of thousands are made every second.

    Parameters
    ----------
    topic : bytes
        As the broker sent it: one that is no UTF-8 is a rejection like any other.
    payload : bytes
        What was published.
    mid : int
        Number under which the broker waits for the acknowledgement; 0 where it waits for none.
    qos : int
        Quality of service with which it came.
    """

    topic: bytes
    payload: bytes
    mid: int
    qos: int
