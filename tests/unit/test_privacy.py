"""What counts as an identifier of a device or a person."""

import pytest

from emscher.privacy import holds_identifier


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
    ],
)
def test_readings_are_no_identifiers(text: bytes) -> None:
    """Ordinary readings, times, counters and keys are not taken for identifiers."""
    assert not holds_identifier(text)


@pytest.mark.parametrize("part", [b"a", b"1.", b"a.b-", b"a@b", b"0a", b'"mac" '])
def test_looking_takes_no_longer_than_the_text(part: bytes) -> None:
    """A long text made to keep the search busy is searched in a time that grows with its length, not its square."""
    assert not holds_identifier(part * (2**20 // len(part)) + b" ")
    assert holds_identifier(part * (2**18 // len(part)) + b" jane@example.org")
