"""Figures of public WLAN over a period, per zone and for the city: all of them made of published hours alone.

What is suppressed is in none of them, so no two of them can be subtracted to find it; they say how many hours are left
out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from processing.figures.figure import Figure, combined, complete, missing, ratio
from processing.figures.intensity import BYTES_PER_GB
from processing.figures.period import Period
from processing.figures.quantity import CITY, Quantity, entered
from processing.figures.titles import PUBLIC_WLAN_TITLES

WH_PER_KWH = 1000.0
ALWAYS_SHOWN = ("wlan_availability_ratio",)
"""What says nothing of devices is published of suppressed hours too."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Sums over the published hours of a period; of several zones they add up.

    Parameters
    ----------
    hours, shown : int
        Hours of zones that are published, and those of them that are shown.
    moments : int
        Different hours with a zone that is shown.
    covered_s : float
        Time that the access points' readings cover [s].
    points, online : float
        Hours of access points, and those of them at work.
    clients : float
        Sum of devices at once over the hours that are shown.
    clients_max : float
        Most devices at once in one hour.
    volume_bytes, volume_hours : float
        Volume, and hours that have one.
    airtime, airtime_points : float
        Busy airtime times access points [%], and hours of access points that tell it.
    energy_wh, energy_hours : float
        Energy of the access points, and hours that have one.
    both_wh, both_bytes : float
        Energy and volume of hours that have both.
    simulated : bool
        Whether any of it is.
    """

    hours: int = 0
    shown: int = 0
    moments: int = 0
    covered_s: float = 0.0
    points: float = 0.0
    online: float = 0.0
    clients: float = 0.0
    clients_max: float = 0.0
    volume_bytes: float = 0.0
    volume_hours: int = 0
    airtime: float = 0.0
    airtime_points: float = 0.0
    energy_wh: float = 0.0
    energy_hours: int = 0
    both_wh: float = 0.0
    both_bytes: float = 0.0
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone as it is published: how many zones and access points it is made of, and districts of those at work."""

    key: str
    zones: int
    access_points: int
    districts: Sequence[str]


def figures(
    zone: Zone, hours: Hours | None, period: Period, elapsed_s: float, least_pct: float, *, over: bool
) -> dict[str, Figure]:
    """Compute the figures of a zone, or of the city as one zone of all, in the order of their titles.

    Parameters
    ----------
    zone : Zone
        What it is made of.
    hours : Hours or None
        Its published hours; None where there are none.
    period : Period
        The period.
    elapsed_s : float
        How much of it could be published, summed over zones [s].
    least_pct : float
        Least share of the time that must be covered [%].
    over : bool
        Whether all of the period can be published.
    """
    if not zone.access_points:
        return _nothing("no_access_point", "the zone has no access point")
    if hours is None or not hours.hours:
        return _nothing("no_data", f"no hour of {period.name} is published")
    share = min(100 * hours.covered_s / elapsed_s, 100.0) if elapsed_s else 0.0
    said = f"{hours.hours} published hours of {_many(zone.zones, 'zone')}, {_many(zone.access_points, 'access point')}"

    def of(name: str, value: float | None, having: float, wanted: float) -> Figure:
        figure = Figure(value if having else None, PUBLIC_WLAN_TITLES[name].unit, "ok", "", share, (said,))
        if not having:
            figure = figure.but("no_data", "no hour that is shown tells it")
        elif having < wanted:
            figure = figure.but("lower_bound", f"{wanted - having:g} of {wanted:g} hours that are shown do not tell it")
        return complete(figure, least_pct)

    hidden = hours.hours - hours.shown
    found = {
        "wlan_availability_ratio": of("wlan_availability_ratio", _share(hours.online, hours.points), hours.points, 0),
        "wlan_devices_avg": of("wlan_devices_avg", _share(hours.clients, hours.moments), hours.shown, 0),
        "wlan_devices_max": of("wlan_devices_max", hours.clients_max, hours.shown, 0),
        "wlan_volume_gb": of("wlan_volume_gb", hours.volume_bytes / BYTES_PER_GB, hours.volume_hours, hours.shown),
        "wlan_airtime_busy_pct": of(
            "wlan_airtime_busy_pct", _share(hours.airtime, hours.airtime_points), hours.airtime_points, 0
        ),
        "wlan_access_point_kwh": of(
            "wlan_access_point_kwh", hours.energy_wh / WH_PER_KWH, hours.energy_hours, hours.shown
        ),
    }
    found["wlan_access_point_kwh_per_gb"] = ratio(
        of("wlan_access_point_kwh", hours.both_wh / WH_PER_KWH, hours.energy_hours, 0),
        of("wlan_volume_gb", hours.both_bytes / BYTES_PER_GB, hours.volume_hours, 0),
        "kWh/GB",
    )
    if hidden:
        left_out = f"{hidden} of {hours.hours} hours are suppressed and not part of it"
        found = {
            name: one if name in ALWAYS_SHOWN else one.but("hours_suppressed", left_out) for name, one in found.items()
        }
    found["wlan_suppressed_ratio"] = of("wlan_suppressed_ratio", hidden / hours.hours, hours.hours, 0)
    if over:
        return found
    return {name: one.but("interim", "the period is not over") for name, one in found.items()}


def city_wide(hours: Mapping[str, Hours]) -> Hours:
    """Add the hours of all zones; `moments` and the most devices at once must be set by who knows them."""
    every = list(hours.values())

    def total(name: str) -> float:
        return math.fsum(getattr(one, name) for one in every)

    return Hours(
        hours=sum(one.hours for one in every),
        shown=sum(one.shown for one in every),
        covered_s=total("covered_s"),
        points=total("points"),
        online=total("online"),
        clients=total("clients"),
        volume_bytes=total("volume_bytes"),
        volume_hours=sum(one.volume_hours for one in every),
        airtime=total("airtime"),
        airtime_points=total("airtime_points"),
        energy_wh=total("energy_wh"),
        energy_hours=sum(one.energy_hours for one in every),
        both_wh=total("both_wh"),
        both_bytes=total("both_bytes"),
        simulated=any(one.simulated for one in every),
    )


def offload(volume: Figure, quantities: Sequence[Quantity], period: Period, least_pct: float) -> Figure:
    """Share of mobile data that public WLAN carried; the volume of mobile networks is entered."""
    mobile = entered(quantities, CITY, "mobile_volume_gb", "GB", period, least_pct)
    if volume.value is None or mobile.value is None:
        return combined(None, "1", (volume, mobile))
    return ratio(volume, combined(volume.value + mobile.value, "GB", (volume, mobile)))


def district_coverage(zones: Sequence[Zone], quantities: Sequence[Quantity], period: Period) -> Figure:
    """Share of the city's districts that have a zone at work; zones name their district."""
    own = [one for one in quantities if (one.site, one.name) == (CITY, "district_count")]
    holds = [one for one in own if one.first < period.last and one.last > period.first]
    if not holds or not holds[-1].value:
        return missing("1", "no_data", f"no district_count was entered for {period.name}")
    served = {district for zone in zones for district in zone.districts}
    if not served:
        return missing("1", "no_data", "no zone at work says its district", (holds[-1].source,))
    value = len(served) / holds[-1].value
    return Figure(
        value, "1", sources=(f"{len(served)} districts with a zone at work", f"districts: {holds[-1].source}")
    )


def _nothing(state: str, reason: str) -> dict[str, Figure]:
    return {name: missing(title.unit, state, reason) for name, title in PUBLIC_WLAN_TITLES.items()}  # type: ignore[arg-type] # a state


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
