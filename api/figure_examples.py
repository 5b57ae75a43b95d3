"""Examples of answers with figures."""

from __future__ import annotations

from typing import Any

Example = dict[str, Any]

FIGURES: Example = {
    "units": {"completeness_pct": "%"},
    "as_of": None,
    "next": None,
    "period": "2026Q4",
    "data": [
        {
            "site": "rz-a",
            "figure": "pue",
            "name_en": "Power usage effectiveness (PUE)",
            "name_de": "Energieverbrauchseffektivität (PUE)",
            "value": 1.48,
            "unit": "1",
            "state": "interim",
            "reason": "interim (iPUE): 3 of 12 months",
            "completeness_pct": 99.7,
            "sources": ["1 meter at utility", "1 meter at ups_out", "PUE category 1, IT energy at ups_out"],
            "simulated": True,
        },
        {
            "site": "rz-a",
            "figure": "co2_location_kg",
            "name_en": "CO2, location-based",
            "name_de": "CO2, standortbasiert",
            "value": None,
            "unit": "kg",
            "state": "no_factor",
            "reason": "no factor of electricity mix Germany for 2026",
            "completeness_pct": 99.7,
            "sources": ["1 meter at utility"],
            "simulated": True,
        },
    ],
}

WLAN_FIGURES: Example = {
    "units": {"completeness_pct": "%"},
    "as_of": None,
    "next": None,
    "period": "2026-11",
    "data": [
        {
            "site": "market",
            "figure": "wlan_volume_gb",
            "name_en": "Volume of public WLAN",
            "name_de": "Datenvolumen des öffentlichen WLAN",
            "value": 1840.0,
            "unit": "GB",
            "state": "hours_suppressed",
            "reason": "61 of 720 hours are suppressed and not part of it",
            "completeness_pct": 99.9,
            "sources": ["720 published hours of 1 zone, 8 access points"],
            "simulated": True,
        }
    ],
}

SHIFT: Example = {
    "units": {"completeness_pct": "%"},
    "as_of": None,
    "next": None,
    "period": "2020-06",
    "data": [
        {
            "site": "city",
            "figure": "shift_saved_ratio",
            "name_en": "Carbon-aware shift gain as a share",
            "name_de": "Ersparnis durch Verschieben, Anteil",
            "value": 0.265,
            "unit": "1",
            "state": "ok",
            "reason": "",
            "completeness_pct": 100.0,
            "sources": ["4 kWh from 18:00 for 4 h on 30 days", "transmission system operators"],
            "simulated": False,
        }
    ],
}

FIGURE_CATALOGUE: Example = {
    "data": [
        {
            "figure": "pue",
            "unit": "1",
            "name_en": "Power usage effectiveness (PUE)",
            "name_de": "Energieverbrauchseffektivität (PUE)",
            "source": "EDC / EIT, EnEfG section 3 and annex 3",
            "status": "verified",
            "route": "/v1/greenit",
            "open": True,
        }
    ]
}
