"""SNMP: power and energy of power distribution units.

References
----------
.. [1] APC, PowerNet-MIB, rPDU2DeviceStatusTable: power in hundredths of kW, energy in tenths of kWh, -1 for none.
   Secondary.
.. [2] Raritan, PDU-MIB of Dominion PX: active power of the inlet in W. What its columns mean is not verified; that
   apparent power is none of energy is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ingest.collect.collected import Collected, Values

FACTS = {"origin": "snmp", "counter_kind": "resettable"}
NOTHING = -1


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its object identifier, the field it fills and the unit of its numbers in that field's."""

    oid: str
    field: Literal["energy_wh", "power_w"]
    scale: float


PROFILES: Mapping[str, tuple[Column, ...]] = {
    "apc-rpdu2": (
        Column("1.3.6.1.4.1.318.1.1.26.4.3.1.5", "power_w", 10),
        Column("1.3.6.1.4.1.318.1.1.26.4.3.1.9", "energy_wh", 100),
    ),
    "raritan-px": (Column("1.3.6.1.4.1.13742.4.1.20.2.1.9", "power_w", 1),),
}


def decode(objects: Mapping[str, int], profile: str, key: str) -> list[Collected]:
    """Take the readings of each unit from what was asked.

    Parameters
    ----------
    objects : mapping of str to int
        Numbers by object identifier.
    profile : str
        Kind of unit, one of :data:`PROFILES`.
    key : str
        Key of the sensor; of several units in a row, each adds its number.
    """
    units: dict[str, dict[str, float]] = {}
    for column in PROFILES[profile]:
        for oid, value in objects.items():
            if oid.startswith(f"{column.oid}.") and value != NOTHING:
                units.setdefault(oid.removeprefix(f"{column.oid}."), {})[column.field] = value * column.scale
    return [
        Collected(key if len(units) == 1 else f"{key}.{unit}", Values(values.get("energy_wh"), values.get("power_w")))
        for unit, values in sorted(units.items())
    ]
