"""Redfish: the power of a server as its management controller says, and its energy where it counts it.

A chassis is read once, from the best it offers: its own energy counter, the counters of its power supplies (each a
sensor; both inputs of a dual feed are summed later), its power, or the old resource ``Power``.

References
----------
.. [1] DMTF DSP2046, schemas EnvironmentMetrics, PowerSupplyMetrics and Power. Mock-ups read.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from emscher.errors import CollectError
from ingest.collect.collected import Collected, Values, number

Document = Mapping[str, Any]
Get = Callable[[str], Awaitable[Document | None]]
"""Reads a resource by its path; None where there is none."""

WH_PER_KWH = 1000
FACTS = {"origin": "redfish", "counter_kind": "resettable"}
CHASSIS = "/redfish/v1/Chassis"


async def poll(get: Get, chassis: str, key: str, every_s: float) -> list[Collected]:
    """Read a chassis.

    Parameters
    ----------
    get : callable
        Reads a resource.
    chassis : str
        Its identifier.
    key : str
        Key of the sensor; power supplies add their own.
    every_s : float
        How often it is read [s].

    Raises
    ------
    CollectError
        It says neither energy nor power.
    """
    path = f"{CHASSIS}/{chassis}"
    own = environment(await get(f"{path}/EnvironmentMetrics") or {})
    if own.energy_wh is not None:
        return [Collected(key, own)]
    supplies = await get(f"{path}/PowerSubsystem/PowerSupplies") or {}
    found = []
    for member in supplies.get("Members", ()):
        place = str(member.get("@odata.id", ""))
        if not place.startswith("/redfish/"):
            # A path that is none would send user and secret somewhere else.
            continue
        values = supply(await get(f"{place}/Metrics") or {})
        if values.energy_wh is not None:
            found.append(Collected(f"{key}.{place.rpartition('/')[2].lower()}", values))
    if found:
        return found
    for values in (own, power(await get(f"{path}/Power") or {}, every_s)):
        if not values.empty:
            return [Collected(key, values)]
    raise CollectError(f"The chassis {chassis} says neither energy nor power.", "Is it the right one?")


def environment(document: Document) -> Values:
    """Decode EnvironmentMetrics."""
    return Values(energy_wh=_energy_wh(document.get("EnergykWh")), power_w=_reading(document.get("PowerWatts")))


def supply(document: Document) -> Values:
    """Decode the metrics of a power supply, what goes in."""
    return Values(energy_wh=_energy_wh(document.get("EnergykWh")), power_w=_reading(document.get("InputPowerWatts")))


def power(document: Document, every_s: float) -> Values:
    """Decode Power; its mean counts only where it is read no more often than it is made."""
    control: Document = next(iter(document.get("PowerControl") or ()), {})
    metrics = control.get("PowerMetrics") or {}
    minutes, mean_w = number(metrics.get("IntervalInMin")), number(metrics.get("AverageConsumedWatts"))
    now_w = number(control.get("PowerConsumedWatts"))
    if minutes and mean_w is not None and minutes * 60 <= every_s:
        return Values(power_w=now_w, power_avg_w=mean_w, interval_s=round(minutes * 60))
    return Values(power_w=now_w)


def _energy_wh(excerpt: object) -> float | None:
    """Counter in kWh, as the schema fixes its unit [Wh]."""
    value = _reading(excerpt)
    return None if value is None or value < 0 else value * WH_PER_KWH


def _reading(excerpt: object) -> float | None:
    return number(excerpt.get("Reading")) if isinstance(excerpt, Mapping) else None
