"""Our units as Grafana writes them behind a value."""

from __future__ import annotations

from dashboards.language import Language

_KNOWN = {
    "km/h": "velocitykmh",
    "%": "percent",
    "1": "none",
    "m": "lengthm",
    "kWh": "kwatth",
    "Wh": "watth",
    "kW": "kwatt",
    "By": "decbytes",
    "share": "percentunit",
    "text": "string",
    "time": "time:YYYY-MM-DD HH:mm",
    "date": "time:YYYY-MM-DD",
    "duration": "s",
}
"""Units Grafana knows, by which it scales (1,200 Wh are 1.2 kWh)."""

_WRITTEN = {
    # `s` alone would become minutes; engineers compare cycles in seconds.
    "s": ("s", "s"),
    "veh": ("veh", "Kfz"),
    "veh/h": ("veh/h", "Kfz/h"),
    "veh/km": ("veh/km", "Kfz/km"),
    "pcu/h": ("pcu/h", "Pkw-E/h"),
    "pcu/km": ("pcu/km", "Pkw-E/km"),
    "devices": ("devices", "Geräte"),
    "readings": ("readings", "Messwerte"),
    "readings/min": ("readings/min", "Messwerte/min"),
    "sensors": ("sensors", "Sensoren"),
    "messages": ("messages", "Nachrichten"),
    "approaches": ("approaches", "Zufahrten"),
    "directions": ("directions", "Richtungen"),
    "servers": ("servers", "Server"),
    "windows": ("windows", "Zeitfenster"),
    "cycles": ("cycles", "Umläufe"),
    "greens": ("greens", "Freigaben"),
    "transitions": ("transitions", "Übergänge"),
    "passages": ("passages", "Überfahrten"),
    "hours": ("hours", "Stunden"),
    "kg": ("kg CO2", "kg CO2"),
    "kg/kWh": ("kg/kWh", "kg/kWh"),
    "mWh": ("mWh", "mWh"),
    "kWh/GB": ("kWh/GB", "kWh/GB"),
}
"""Units Grafana does not know, in both languages."""


def unit_of(unit: str, say: Language) -> str:
    """Give Grafana's name of a unit.

    Raises
    ------
    KeyError
        The unit is in neither table.
    """
    if unit in _KNOWN:
        return _KNOWN[unit]
    return f"suffix: {say(*_WRITTEN[unit])}"
