"""WLAN zones: devices connected at once in a zone over an hour, from its access points' quarter hours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from processing.kernels.group import Floats, Ints, ratio, total

HOUR = 1.0
"""Length of a window [h]."""


@dataclass(frozen=True, slots=True)
class Zones:
    """Indicators by window, each of shape (n_windows,)."""

    clients_concurrent_avg: Floats
    clients_concurrent_max: Floats
    rx_bytes: Floats
    tx_bytes: Floats
    airtime_busy_pct: Floats
    energy_wh: Floats
    online_ratio: Floats
    access_point_count: Ints
    coverage_ratio: Floats


def zones(
    slot: Ints,
    window_of_slot: Ints,
    n_windows: int,
    access_point: Ints,
    clients_avg: Floats,
    clients_max: Floats,
    rx_bytes: Floats,
    tx_bytes: Floats,
    airtime_busy_pct: Floats,
    power_w: Floats,
    online: Floats,
    slots_per_window: int,
) -> Zones:
    """Compute one zone's hours.

    Parameters
    ----------
    slot : integer array, shape (n,)
        Number of each reading's quarter hour among those that occur.
    window_of_slot : integer array, shape (slots,)
        Number of each quarter hour's window, 0 to ``n_windows - 1``.
    n_windows : int
        Number of windows.
    access_point : integer array, shape (n,)
        Number of each reading's access point, from 0.
    clients_avg, clients_max : float array, shape (n,)
        Devices connected, mean and most at once; NaN where not reported.
    rx_bytes, tx_bytes : float array, shape (n,)
        Volume [bytes].
    airtime_busy_pct : float array, shape (n,)
        Share of time the channel was busy [%].
    power_w : float array, shape (n,)
        Electrical power [W].
    online : float array, shape (n,)
        1 where the access point was up, else 0.
    slots_per_window : int
        Quarter hours in a window.

    Returns
    -------
    Zones
        Mean over the window's quarter hours of the zone's devices; the greatest quarter hour's sum of the access
        points' greatest numbers, an upper bound of devices at once; volumes [bytes]; mean share of busy time [%];
        energy of the quarter hours with a power, no others filled in [Wh]; share of readings online; access points
        that reported; share of their quarter hours that are there.
    """
    n_slots = len(window_of_slot)
    window = window_of_slot[slot]
    mean_of_slot = total(slot, clients_avg, n_slots)
    most_of_slot = total(slot, clients_max, n_slots)
    there = ~np.isnan(mean_of_slot)
    average = ratio(
        total(window_of_slot, mean_of_slot, n_windows),
        np.bincount(window_of_slot[there], minlength=n_windows).astype(np.float64),
    )
    most = np.full(n_windows, -np.inf)
    np.maximum.at(most, window_of_slot, np.where(np.isnan(most_of_slot), -np.inf, most_of_slot))
    readings = np.bincount(window, minlength=n_windows)
    pairs = np.unique(window * (int(access_point.max(initial=-1)) + 1) + access_point)
    points = (
        np.bincount(pairs // (int(access_point.max(initial=-1)) + 1), minlength=n_windows) if pairs.size else readings
    )
    return Zones(
        average,
        np.where(np.isneginf(most), np.nan, most),
        total(window, rx_bytes, n_windows),
        total(window, tx_bytes, n_windows),
        ratio(
            total(window, airtime_busy_pct, n_windows),
            total(window, np.where(np.isnan(airtime_busy_pct), np.nan, 1.0), n_windows),
        ),
        total(window, power_w * (HOUR / slots_per_window), n_windows),
        ratio(total(window, online, n_windows), readings.astype(np.float64)),
        points,
        np.nan_to_num(ratio(readings.astype(np.float64), (points * slots_per_window).astype(np.float64))),
    )
