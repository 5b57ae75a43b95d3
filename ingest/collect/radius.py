"""RADIUS accounting: bytes of ended sessions and sessions begun, summed by access point and quarter hour.

A session is never told apart from another: its attributes are read one line at a time, and only those of the sum.

References
----------
.. [1] RFC 2866 (octets), RFC 2869 (gigawords: how often the octets went over 2^32). The form is that of FreeRADIUS'
   detail files: a block of lines for each record. Read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from emscher.streams.wlan import QUARTER_HOUR_S
from ingest.collect.access_points import plain
from ingest.collect.quarters import reading

GIGAWORD = 2**32
_LINE = re.compile(
    r'\s+(NAS-Identifier|Acct-Status-Type|Acct-(?:Input|Output)-(?:Octets|Gigawords)|Timestamp) = "?([^"\n]+?)"?\s*'
)


def octets(octets_count: int, gigawords_count: int) -> int:
    """Bytes of a counter that went over 2^32 so many times [byte]."""
    return octets_count + GIGAWORD * gigawords_count


def decode(lines: Iterable[str], keys: Mapping[str, str], now_s: float) -> list[tuple[str, bytes]]:
    """Sum accounting records to canonical readings, of quarter hours that are over.

    Parameters
    ----------
    lines : iterable of str
        A detail file.
    keys : mapping of str to str
        Sensor key by the access point's NAS-Identifier.
    now_s : float
        The time of day [s since 1970].
    """
    sums: dict[tuple[str, int], dict[str, int]] = {}
    for record in _records(lines):
        key, at = keys.get(plain(record.get("NAS-Identifier", ""))), record.get("Timestamp", "")
        if key is None or not at.isdecimal():
            continue
        end_s = (int(at) // QUARTER_HOUR_S + 1) * QUARTER_HOUR_S
        if end_s > now_s:
            continue
        mine = sums.setdefault((key, end_s), {"associations": 0, "rx_bytes": 0, "tx_bytes": 0})
        if record.get("Acct-Status-Type") == "Start":
            mine["associations"] += 1
        elif record.get("Acct-Status-Type") == "Stop":
            mine["rx_bytes"] += _bytes_of(record, "Input")
            mine["tx_bytes"] += _bytes_of(record, "Output")
    return [(key, reading(end_s, values)) for (key, end_s), values in sorted(sums.items())]


def _records(lines: Iterable[str]) -> Iterator[dict[str, str]]:
    record: dict[str, str] = {}
    for line in chain(lines, [""]):
        if found := _LINE.fullmatch(line):
            record[found[1]] = found[2]
        elif not line.strip() and record:
            yield record
            record = {}


def _bytes_of(record: Mapping[str, str], direction: str) -> int:
    return octets(
        *(
            int(value) if (value := record.get(f"Acct-{direction}-{unit}", "0")).isdecimal() else 0
            for unit in ("Octets", "Gigawords")
        )
    )
