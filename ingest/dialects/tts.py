"""Uplinks of The Things Stack (The Things Network), version 3, with a payload that its formatter has decoded.

The time is the moment the network took the uplink in. Source: The Things Stack documentation, "MQTT Server" (topics)
and "Data Formats" (messages).
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from emscher.rejection import Reason, RejectedError
from emscher.stream import Time
from ingest.dialect import Foreign, Seen


class _Uplink(msgspec.Struct, frozen=True, omit_defaults=True):
    decoded_payload: dict[str, Any] | None = None


class _Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """Only what is used: the metadata of gateways, which may stand in people's homes, are not even read."""

    received_at: Time
    uplink_message: _Uplink
    simulated: bool = False


_DECODER = msgspec.json.Decoder(_Message)


def read(payload: bytes) -> Seen:
    """Read an uplink."""
    message = _DECODER.decode(payload)
    kept = msgspec.json.encode(message)
    values = message.uplink_message.decoded_payload
    if values is None:
        raise RejectedError(
            Reason.MISSING_FIELD, "`uplink_message.decoded_payload`: give the device a payload formatter", kept
        )
    return Seen(end=message.received_at, values=values, kept=kept, simulated=message.simulated)


DIALECT = Foreign("tts", re.compile(r"v3/([^/]+)/devices/([^/]+)/up"), read)
