"""Asking a device over SNMP v2c."""

from __future__ import annotations

from collections.abc import Sequence

from pysnmp.hlapi.v3arch.asyncio import (
    CommunityData,
    ContextData,
    ObjectIdentity,
    ObjectType,
    SnmpEngine,
    UdpTransportTarget,
    walk_cmd,
)

from emscher.errors import CollectError

V2C = 1


async def walk(host: str, port: int, community: str, columns: Sequence[str]) -> dict[str, int]:
    """Read the numbers below some object identifiers.

    Parameters
    ----------
    host, port : str, int
        The device.
    community : str
        Its community.
    columns : sequence of str
        Object identifiers of columns.

    Raises
    ------
    CollectError
        It does not answer, or refuses.
    """
    engine = SnmpEngine()
    try:
        target = await UdpTransportTarget.create((host, port))
        found: dict[str, int] = {}
        for column in columns:
            rows = walk_cmd(
                engine,
                CommunityData(community, mpModel=V2C),
                target,
                ContextData(),
                ObjectType(ObjectIdentity(column)),
                lexicographicMode=False,
                lookupMib=False,
            )
            async for failure, status, _, bindings in rows:
                if failure or status:
                    raise CollectError(
                        f"{host} does not answer over SNMP: {failure or status}.", "Check the community."
                    )
                found |= {str(name): int(value) for name, value in bindings if str(value).lstrip("-").isdigit()}
        return found
    finally:
        engine.close_dispatcher()
