"""What must never be kept: identifiers of devices and persons, wherever they turn up."""

from __future__ import annotations

import re

_IDENTIFIER = re.compile(
    rb"(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}"  # MAC address, aa:bb:cc:dd:ee:ff
    rb"|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}"  # MAC address, aabb.ccdd.eeff
    rb"|(?<![0-9a-z])(?=[0-9a-f]*[a-f])(?=[0-9a-f]*[0-9])[0-9a-f]{12}(?![0-9a-z])"  # MAC address without separators
    rb"|(?<![0-9.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![0-9.])"  # IPv4 address
    rb"|(?<![0-9a-f:])(?:[0-9a-f]{1,4}:){3,7}(?::|[0-9a-f]{1,4})"  # IPv6 address
    rb"|[a-z0-9._%+-]@[a-z0-9-]+\.[a-z0-9-]"  # e-mail address; one character before the @ keeps the search linear
    rb'|"(?:mac|ip|hostname|user|user[-_]?name|1x_identity|calling-station-id|framed-ip-address|acct-session-id|imsi|imei)"\s*:',
    re.IGNORECASE,
)


def holds_identifier(text: bytes) -> bool:
    """Say whether text holds what looks like an identifier of a device or a person.

    Parameters
    ----------
    text : bytes
        A payload, a topic or a key.
    """
    return _IDENTIFIER.search(text) is not None
