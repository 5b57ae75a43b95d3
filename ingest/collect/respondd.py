"""Statistics of respondd, as yanic gathers them: of each node its devices, bytes and uptime, and nothing else.

References
----------
.. [1] yanic, raw output: ``nodes`` with ``statistics``; ``clients.total``, ``traffic.rx.bytes``, ``uptime``. Read.
   That ``rx`` is what comes from the devices is not verified.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ingest.collect.access_points import plain
from ingest.collect.quarters import Poll


# Only what is named here ever becomes a value; msgspec skips over the rest.
class _Clients(msgspec.Struct):
    total: int | None = None


class _Bytes(msgspec.Struct):
    bytes: float | None = None


class _Traffic(msgspec.Struct):
    rx: _Bytes = msgspec.field(default_factory=_Bytes)
    tx: _Bytes = msgspec.field(default_factory=_Bytes)


class _Statistics(msgspec.Struct):
    node_id: str = ""
    clients: _Clients = msgspec.field(default_factory=_Clients)
    traffic: _Traffic = msgspec.field(default_factory=_Traffic)
    uptime: float | None = None


class _Node(msgspec.Struct):
    online: bool = True
    statistics: _Statistics | None = None


class _Nodes(msgspec.Struct):
    nodes: list[_Node]


def decode(text: bytes, keys: Mapping[str, str]) -> dict[str, Poll]:
    """Take what each known node says, by sensor key.

    Parameters
    ----------
    text : bytes
        JSON of yanic's nodes.
    keys : mapping of str to str
        Sensor key by node identifier.

    Raises
    ------
    DecodeError
        It is of another form.
    """
    found = {}
    for node in msgspec.json.decode(text, type=_Nodes).nodes:
        said = node.statistics
        if node.online and said is not None and (key := keys.get(plain(said.node_id))):
            found[key] = Poll(said.clients.total, said.traffic.rx.bytes, said.traffic.tx.bytes, None, said.uptime)
    return found
