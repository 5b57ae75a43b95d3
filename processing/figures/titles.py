"""What people call the figures, in which unit, and where their formulas are from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Title:
    """What people call a figure, its formula's source, and whether that was read (``verified``)."""

    unit: str
    name_en: str
    name_de: str
    source: str = "own"
    status: str = "own"


_LAW = "EnEfG section 3 and annex 3"
_GHG = "GHG Protocol Scope 2"
_SHIFT = "Wiesner et al. 2021"
_OWN_WLAN = "own: published hours alone"

TITLES: Mapping[str, Title] = {
    "edc_kwh": Title("kWh", "Energy of the data centre (EDC)", "Gesamtverbrauch (EDC)", "EN 50600-4-2", "secondary"),
    "eit_kwh": Title("kWh", "Energy of IT (EIT)", "IT-Stromverbrauch (EIT)", "EU 2024/1364", "secondary"),
    "pue": Title(
        "1",
        "Power usage effectiveness (PUE)",
        "Energieverbrauchseffektivität (PUE)",
        f"EDC / EIT, {_LAW}",
        "verified",
    ),
    "legal_pue": Title("1", "PUE as the law limits it", "PUE im Sinne des EnEfG", "EnEfG section 11(2)", "verified"),
    "ref": Title(
        "1", "Renewable energy factor (REF)", "Anteil erneuerbarer Energien (REF)", "EnEfG section 11(5)", "verified"
    ),
    "erf": Title("1", "Energy reuse factor (ERF)", "Abwärmenutzung (ERF)", "EnEfG section 11(2) no. 2", "verified"),
    "wue_l_per_kwh": Title(
        "L/kWh", "Water usage effectiveness (WUE)", "Wassernutzung (WUE)", "ISO/IEC 30134-9", "secondary"
    ),
    "cue_kg_per_kwh": Title(
        "kg/kWh", "Carbon usage effectiveness (CUE)", "CO2 je kWh IT (CUE)", "ISO/IEC 30134-8", "unverified"
    ),
    "co2_location_kg": Title("kg", "CO2, location-based", "CO2, standortbasiert", _GHG, "secondary"),
    "co2_market_kg": Title("kg", "CO2, market-based", "CO2, marktbasiert", _GHG, "secondary"),
}

SERVER_TITLES: Mapping[str, Title] = {
    "iteusv": Title("1", "Server utilisation (ITEUsv)", "CPU-Auslastung (ITEUsv)", "ISO/IEC 30134-5", "secondary"),
    "idle_server_count": Title(
        "1", "Idle servers", "Server im Leerlauf", "Anthesis and Koomey 2015; limits own", "secondary"
    ),
    "idle_server_kwh": Title("kWh", "Energy of idle servers", "Energie der Server im Leerlauf"),
}

WLAN_TITLES: Mapping[str, Title] = {
    "wlan_kwh": Title("kWh", "Energy of the public WLAN", "Verbrauch des öffentlichen WLAN", "own: PoE meters"),
    "wlan_kwh_per_gb": Title("kWh/GB", "Energy of the public WLAN per volume", "WLAN-Verbrauch je Datenvolumen"),
}

PUBLIC_WLAN_TITLES: Mapping[str, Title] = {
    "wlan_availability_ratio": Title("1", "Availability of access points", "Verfügbarkeit der Zugangspunkte"),
    "wlan_devices_avg": Title("devices", "Devices at once, mean", "Geräte gleichzeitig, Mittel", _OWN_WLAN),
    "wlan_devices_max": Title("devices", "Devices at once, most", "Geräte gleichzeitig, Höchstwert", _OWN_WLAN),
    "wlan_volume_gb": Title("GB", "Volume of public WLAN", "Datenvolumen des öffentlichen WLAN", _OWN_WLAN),
    "wlan_airtime_busy_pct": Title("%", "Airtime busy, mean", "Belegte Funkzeit, Mittel", _OWN_WLAN),
    "wlan_access_point_kwh": Title("kWh", "Energy of access points", "Verbrauch der Zugangspunkte", _OWN_WLAN),
    "wlan_access_point_kwh_per_gb": Title(
        "kWh/GB", "Energy of access points per volume", "Verbrauch der Zugangspunkte je Datenvolumen", _OWN_WLAN
    ),
    "wlan_suppressed_ratio": Title("1", "Hours not shown", "Nicht gezeigte Stunden"),
}

CITY_WLAN_TITLES: Mapping[str, Title] = {
    "wlan_offload_ratio": Title(
        "1",
        "Volume carried by public WLAN instead of mobile networks",
        "Datenvolumen im öffentlichen WLAN statt im Mobilfunk",
        "own: WLAN / (WLAN + mobile volume as entered)",
    ),
    "wlan_district_coverage_ratio": Title(
        "1",
        "Districts with public WLAN at work",
        "Stadtbezirke mit öffentlichem WLAN in Betrieb",
        "own: districts of zones at work / districts as entered",
    ),
}

SHIFT_TITLES: Mapping[str, Title] = {
    "shift_base_kg": Title("kg", "CO2 of a daily job at its usual time", "CO2 eines täglichen Laufs zur üblichen Zeit"),
    "shift_best_kg": Title("kg", "CO2 of it at the cleanest time of the day", "CO2 desselben zur saubersten Zeit"),
    "shift_saved_kg": Title("kg", "Carbon-aware shift gain", "Ersparnis durch Verschieben", _SHIFT, "verified"),
    "shift_saved_ratio": Title(
        "1",
        "Carbon-aware shift gain as a share",
        "Ersparnis durch Verschieben, Anteil",
        _SHIFT,
        "verified",
    ),
}

EVERY: Mapping[str, Title] = {
    **TITLES,
    **SERVER_TITLES,
    **WLAN_TITLES,
    **PUBLIC_WLAN_TITLES,
    **CITY_WLAN_TITLES,
    **SHIFT_TITLES,
}
"""Every figure there is, by name."""
