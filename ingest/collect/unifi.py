"""Totals of UniFi access points; records of their clients are not looked at.

References
----------
.. [1] Access points in unpoller: ``num_sta``, ``stat_rx_bytes``, ``stat_tx_bytes``, ``cu_total``, ``uptime``. Read.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ingest.collect.access_points import plain
from ingest.collect.quarters import Poll


class _Point(msgspec.Struct):
    mac: str = ""
    num_sta: int | None = None
    stat_rx_bytes: float | None = None
    stat_tx_bytes: float | None = None
    cu_total: float | None = None
    uptime: float | None = None


class _Points(msgspec.Struct):
    data: list[_Point]


def decode(text: bytes, keys: Mapping[str, str]) -> dict[str, Poll]:
    """Take the totals of each known access point, by sensor key.

    Parameters
    ----------
    text : bytes
        JSON with the access points under ``data``.
    keys : mapping of str to str
        Sensor key by the access point's own address.

    Raises
    ------
    DecodeError
        It is of another form.
    """
    return {
        key: Poll(one.num_sta, one.stat_rx_bytes, one.stat_tx_bytes, one.cu_total, one.uptime)
        for one in msgspec.json.decode(text, type=_Points).data
        if (key := keys.get(plain(one.mac)))
    }
