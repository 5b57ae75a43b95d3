"""What counts as an identifier of a device or a person."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from dialect_samples import dialect_samples
from readings import sample

from emscher.privacy import holds_identifier
from emscher.rejection import Reason, RejectedError
from emscher.streams import streams
from ingest.batch import Rejected
from ingest.dialect import Foreign
from ingest.dialects import dialects
from ingest.quarantine import keep

DENIED = [
    *("mac", "ip", "hostname", "name", "user", "1x_identity", "oui", "os_name", "os_class", "dev_cat"),
    *("dev_family", "dev_vendor", "essid", "rssi", "roam_count", "dpi_app", "User-Name", "Calling-Station-Id"),
    *("Called-Station-Id", "Framed-IP-Address", "Framed-IPv6-Prefix", "Acct-Session-Id", "dns", "url"),
    *("email", "e-mail", "phone", "owner", "contact", "addresses", "cmdline", "latitude", "imei", "node_id"),
    *("session_id", "client_mac"),
]
SHAPES: dict[str, Callable[[str], Any]] = {
    "plain": lambda key: {key: "Rosa Linde"},
    "nested": lambda key: {"a": {"b": {"c": {key: "Rosa Linde"}}}},
    "array": lambda key: [{"a": [[{key: ["Rosa Linde"]}]]}],
    "upper": lambda key: {"a": {key.upper(): "Rosa Linde"}},
}


@pytest.mark.parametrize(
    "text",
    [
        b"aa:bb:cc:dd:ee:ff",
        b"AA-BB-CC-DD-EE-FF",
        b"aabb.ccdd.eeff",
        b'{"x":"f81a67a601ea"}',
        b"192.168.1.17",
        b"2001:db8:0:1:1:1:1:1",
        b"fe80:0:0:1::",
        b"fd00::11",
        b"fe80::fa1a:67ff:fea6:1ea",
        b'{"x":"021122334401"}',
        b'[{"n":"owner","vs":"x"}]',
        rb'{"\u006f\u0077ner":"x"}',
        b'scaph_process_power{cmdline="x"} 1',
        b'User-Name = "x"',
        b"jane.doe@example.org",
        b'{"Calling-Station-Id":"x"}',
        b'{"user_name" : "x"}',
        b'{"MAC":1}',
    ],
)
def test_identifiers_are_found(text: bytes) -> None:
    """Addresses of devices and persons are found in any usual form."""
    assert holds_identifier(text)


@pytest.mark.parametrize(
    "text",
    [
        b'{"end":"2026-01-05T07:01:00Z","interval_s":60,"count":3,"speed_kmh":48.5}',
        b'{"time":"2026-01-05T07:01:00.123456+01:00","energy_wh":123456789012}',
        b"emscher/traffic/wall-01.d01",
        b"100101010000167",
        b"1.2.3",
        b"macadam",
        b'{"application":"name server","node":"srv-01","origin":"sml","signal_group":3}',
        b'{"n":"energy","u":"kWh","v":1}',
    ],
)
def test_readings_are_no_identifiers(text: bytes) -> None:
    """Ordinary readings, times, counters and keys are not taken for identifiers."""
    assert not holds_identifier(text)


def test_samples_are_no_identifiers() -> None:
    """What a stream or a dialect sends when all is well would be kept if it were refused."""
    for name in streams():
        assert not any(map(holds_identifier, sample(name)))
    for one in (line for name in dialects() for line in dialect_samples(name)):
        dialect = dialects().get(one.topic.partition("/")[0])
        kept = dialect.read(one.payload).kept if isinstance(dialect, Foreign) else one.payload
        assert not holds_identifier(kept), kept


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("key", DENIED)
def test_denied_field_costs_the_message_its_content(key: str, shape: str) -> None:
    """Rule P1: a field that speaks of a person, at any depth and in any case; WLAN refuses it, no stream keeps it."""
    payload = json.dumps(SHAPES[shape](key)).encode()
    (refused,) = streams()["wlan"].decode(payload)
    assert isinstance(refused, RejectedError)
    for stream in streams():
        error = RejectedError(Reason.UNKNOWN_FIELD, "a sentence")
        kept = keep(Rejected(stream, "rosa", error, payload, f"emscher/{stream}/rosa".encode()))
        assert (kept.payload, kept.sensor_key, kept.topic, kept.payload_bytes) == (None, None, None, len(payload))


@pytest.mark.parametrize(
    "part",
    [
        *(b"a", b"1.", b"a.b-", b"a@b", b"0a", b'"mac" ', b"a:-", b"dev_", b"framed-", b"'framed-", b'"n" ', b'"n":"'),
        *(b"fingerprint", rb"\u0061", b'"dpi_', b"owner ", b"=ownerx "),
    ],
)
def test_looking_takes_no_longer_than_the_text(part: bytes) -> None:
    """A long text made to keep the search busy is searched in a time that grows with its length, not its square."""
    assert not holds_identifier(part * (2**20 // len(part)) + b" ")
    assert holds_identifier(part * (2**18 // len(part)) + b" jane@example.org")
