"""Uplinks of ChirpStack, version 4, in JSON, with an object that the device profile's codec has decoded.

The device is named by its DevEUI. The time is the moment the network took the uplink in. Source: ChirpStack
documentation, "MQTT integration" (topics), and ``UplinkEvent`` of its integration.proto (messages).
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from emscher.rejection import Reason, RejectedError
from emscher.stream import Time
from ingest.dialect import Foreign, Seen


class _Event(msgspec.Struct, frozen=True, omit_defaults=True):
    """Only what is used: the metadata of gateways, which may stand in people's homes, are not even read."""

    time: Time
    object: dict[str, Any] | None = None


_DECODER = msgspec.json.Decoder(_Event)


def read(payload: bytes) -> Seen:
    """Read an uplink."""
    event = _DECODER.decode(payload)
    kept = msgspec.json.encode(event)
    if event.object is None:
        raise RejectedError(Reason.MISSING_FIELD, "`object`: give the device profile a codec", kept)
    return Seen(end=event.time, values=event.object, kept=kept)


DIALECT = Foreign("chirpstack", re.compile(r"application/[^/]+/device/([^/]+)/event/up"), read)
