"""What must never be kept: identifiers of devices and persons, wherever they turn up.

An address shows by its form. A name, a radio signal or a browsing habit has none, so a text that has a field of such a
name holds an identifier whatever stands in it. Every part of the search looks at a character a bounded number of times:
what a stranger sends is searched in a time that grows with its length.

References
----------
.. [1] Fields of client records of UniFi (unpoller), of RADIUS accounting (RFC 2865, 2866) and of respondd's node
   information. Read.
"""

from __future__ import annotations

import re

DENIED = (
    *("mac", "mac[-_ ]?addr(?:ess)?", "(?:client|station|sta|user|source|device)[-_ ]?(?:mac|ip|name|id)"),
    *("ip", "ipv[46]", "ip[-_ ]?addr(?:ess)?", "addresses", "fixed[-_ ]?ip", "last[-_ ]?ip"),
    *("host[-_ ]?name", "fqdn", "dns", "url", "uri", "referer"),
    *("name", "first[-_ ]?name", "last[-_ ]?name", "full[-_ ]?name", "display[-_ ]?name", "surname", "vorname"),
    *("nachname", "person", "owner", "contact", "e[-_ ]?mail", "phone(?:[-_ ]?number)?", "telephone", "telefon"),
    *("mobile", "msisdn", "imsi", "imei", "user", "user[-_ ]?name", "login", "identity", "1x[-_ ]?identity"),
    *("oui", "os[-_](?:name|class|version|id)", "dev[-_](?!eui|addr)[a-z0-9_]{1,40}", "fingerprint[a-z_]{0,40}"),
    *("essid", "last[-_ ]?essid", "essid[-_ ]?history", "rssi", "rx[-_ ]?rssi", "signal[-_ ]?(?:dbm|strength)"),
    *("roam[-_ ]?count", "dpi(?:[-_][a-z]{1,40})?", "session[-_ ]?id", "cmdline", "command[-_ ]?line", "node[-_]?id"),
    *("location", "latitude", "longitude", "calling[-_]station[-_]id", "called[-_]station[-_]id"),
    *("framed[-_][a-z0-9-]{1,40}", "acct[-_](?:multi[-_])?session[-_]id", "chargeable[-_]user[-_]identity"),
)
"""Names of fields that speak of a device or a person, without regard to case."""

_KEY = "(?:" + "|".join(DENIED) + ")"
_IDENTIFIER = re.compile(
    rb"(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}"  # MAC address, aa:bb:cc:dd:ee:ff
    rb"|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}"  # MAC address, aabb.ccdd.eeff
    rb"|(?<![0-9a-z])(?=[0-9a-f]*[a-f])(?=[0-9a-f]*[0-9])[0-9a-f]{12}(?![0-9a-z])"  # MAC address without separators
    rb'|"[0-9a-f]{12}"'  # the same, of digits alone: a reading's numbers stand without quotation marks
    rb"|(?<![0-9.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![0-9.])"  # IPv4 address
    rb"|(?<![0-9a-f:])(?:[0-9a-f]{1,4}:){3,7}(?::|[0-9a-f]{1,4})"  # IPv6 address
    rb"|(?<![0-9a-z:])(?:[0-9a-f]{1,4}:){1,7}:"  # IPv6 address, shortened: fe80::1
    rb"|[a-z0-9._%+-]@[a-z0-9-]+\.[a-z0-9-]"  # e-mail address; one character before the @ keeps the search linear
    + (
        rf"|[\"']{_KEY}[\"']\s*:"  # a field of JSON
        rf'|"n"\s*:\s*"{_KEY}"'  # a record of SenML
    ).encode(),
    re.IGNORECASE,
)
_ASSIGNED = re.compile(rf"(?<![a-z0-9_-]){_KEY}\s*=".encode(), re.IGNORECASE)
"""RADIUS, line protocol, labels of Prometheus; slow, and a reading has no such sign."""
_ESCAPED = re.compile(rb"\\u00([0-7][0-9a-f])", re.IGNORECASE)


def holds_identifier(text: bytes) -> bool:
    """Say whether text holds what looks like an identifier of a device or a person.

    Parameters
    ----------
    text : bytes
        A payload, a topic or a key.
    """
    if b"\\u" in text:
        # JSON may write any letter of a name as its number.
        text = _ESCAPED.sub(lambda found: bytes.fromhex(found[1].decode()), text)
    return _IDENTIFIER.search(text) is not None or (b"=" in text and _ASSIGNED.search(text) is not None)
