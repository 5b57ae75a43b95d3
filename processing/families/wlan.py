"""Public WLAN per zone and hour, before suppression; what of it is published is in ``wlan_publication``."""

from __future__ import annotations

import numpy as np

from emscher.store.copy import Rows
from emscher.stream import SECOND_US
from processing.family import Family, Indicator, Task, microseconds, table
from processing.kernels.zone import zones

ROW = np.dtype(
    [
        ("sensor_id", "i4"),
        ("observed_at", "M8[us]"),
        ("simulated", "?"),
        ("clients_avg", "f8"),
        ("clients_max", "f8"),
        ("rx_bytes", "f8"),
        ("tx_bytes", "f8"),
        ("airtime_busy_pct", "f8"),
        ("power_w", "f8"),
        ("online", "?"),
    ]
)

SLOTS_PER_WINDOW = 4

_ZONES = "processing.kernels.zone.zones"
_OWN_RULE = "own; devices, not persons: addresses change at random"


def compute(task: Task) -> Rows:
    """Compute a zone's hours."""
    read = task.rows["wlan_rows"]
    place = task.place(microseconds(read["observed_at"]))
    read, place = read[place >= 0], place[place >= 0]
    times, slot = np.unique(read["observed_at"], return_inverse=True)
    windows, window = np.unique(place, return_inverse=True)
    window_of_slot = np.zeros(len(times), np.int64)
    window_of_slot[slot] = window
    _, access_point = np.unique(read["sensor_id"], return_inverse=True)
    found = zones(
        slot,
        window_of_slot,
        len(windows),
        access_point,
        read["clients_avg"],
        read["clients_max"],
        read["rx_bytes"],
        read["tx_bytes"],
        read["airtime_busy_pct"],
        read["power_w"],
        read["online"].astype(np.float64),
        SLOTS_PER_WINDOW,
    )
    return table(
        site_id=np.full(len(windows), task.site_id),
        window_start=task.window_us[windows].view("M8[us]"),
        width_s=np.full(len(windows), task.width_us // SECOND_US),
        simulated=np.bincount(window, read["simulated"], len(windows)) > 0,
        clients_concurrent_avg=found.clients_concurrent_avg,
        clients_concurrent_max=found.clients_concurrent_max,
        rx_bytes=found.rx_bytes,
        tx_bytes=found.tx_bytes,
        airtime_busy_pct=found.airtime_busy_pct,
        energy_wh=found.energy_wh,
        online_ratio=found.online_ratio,
        access_point_count=found.access_point_count,
        coverage_ratio=found.coverage_ratio,
    )


FAMILY = Family(
    name="wlan",
    title_en="Public WLAN per zone",
    title_de="Öffentliches WLAN je Zone",
    key=("site_id", "window_start"),
    loads={"wlan_rows": ROW},
    compute=compute,
    indicators=(
        Indicator(
            "clients_concurrent_avg",
            "devices",
            "Devices at once, mean",
            "Geräte gleichzeitig, Mittel",
            _ZONES,
            _OWN_RULE,
            "own",
        ),
        Indicator(
            "clients_concurrent_max",
            "devices",
            "Devices at once, upper bound",
            "Geräte gleichzeitig, Obergrenze",
            _ZONES,
            _OWN_RULE,
            "own",
        ),
        Indicator("rx_bytes", "By", "Volume received", "Empfangenes Volumen", _ZONES, "own", "own"),
        Indicator("tx_bytes", "By", "Volume sent", "Gesendetes Volumen", _ZONES, "own", "own"),
        Indicator("airtime_busy_pct", "%", "Airtime busy, mean", "Belegte Funkzeit, Mittel", _ZONES, "own", "own"),
        Indicator("energy_wh", "Wh", "Energy of the access points", "Energie der Zugangspunkte", _ZONES, "own", "own"),
        Indicator("online_ratio", "1", "Availability", "Verfügbarkeit", _ZONES, "own", "own"),
        Indicator(
            "access_point_count", "1", "Access points that report", "Meldende Zugangspunkte", _ZONES, "own", "own"
        ),
        Indicator("coverage_ratio", "1", "Share of time covered", "Erfasster Zeitanteil", _ZONES, "own", "own"),
    ),
)
