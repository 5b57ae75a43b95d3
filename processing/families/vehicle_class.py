"""Classes of vehicles per lane and hour, where a detector tells them apart."""

from __future__ import annotations

import numpy as np

from emscher.store.copy import Rows
from emscher.stream import SECOND_US
from emscher.streams.traffic import CLASSES
from processing.family import Family, Indicator, Task, microseconds, table
from processing.kernels.group import runs
from processing.kernels.vehicle_class import classified

ROW = np.dtype(
    [
        ("sensor_id", "i4"),
        ("observed_at", "M8[us]"),
        ("simulated", "?"),
        ("interval_s", "i4"),
        *((name, "f8") for name in CLASSES),
    ]
)


def compute(task: Task) -> Rows:
    """Compute each lane in each due window in which it said something of classes."""
    read = task.rows["class_rows"]
    window = task.place(microseconds(read["observed_at"]))
    read, window = read[window >= 0], window[window >= 0]
    windows = max(len(task.window_us), 1)
    cell = read["sensor_id"].astype(np.int64) * windows + window
    begins, group = runs(cell)
    count = np.stack([read[name] for name in CLASSES])
    found = classified(group, len(begins), read["interval_s"].astype(np.float64), count)
    width_s = np.full(len(begins), task.width_us // SECOND_US)
    np.maximum.at(width_s, group, read["interval_s"])
    start_us = task.window_us[window[begins]] if len(begins) else np.empty(0, np.int64)
    return table(
        sensor_id=read["sensor_id"][begins].astype(np.int64),
        window_start=start_us.view("M8[us]"),
        width_s=width_s,
        simulated=np.bincount(group, read["simulated"], len(begins)) > 0,
        **{_flow(name): flow_veh_h for name, flow_veh_h in zip(CLASSES, found.flow_veh_h, strict=True)},
        light_veh_h=found.light_veh_h,
        heavy_veh_h=found.heavy_veh_h,
        heavy_share_pct=found.heavy_share_pct,
        unclassified_share_pct=found.unclassified_share_pct,
        coverage_ratio=np.minimum(found.covered_s / width_s, 1.0),
    )


def _flow(name: str) -> str:
    """Name of the flow of a class by the name of its count."""
    return f"{name.removesuffix('_count')}_veh_h"


_KERNEL = "processing.kernels.vehicle_class.classified"
_SOURCE = "TLS 2012, classes 8+1"
_NAMES = (
    ("Motorcycles", "Krafträder"),
    ("Passenger cars", "Personenkraftwagen"),
    ("Delivery vans", "Lieferwagen"),
    ("Passenger cars with trailer", "Personenkraftwagen mit Anhänger"),
    ("Trucks", "Lastkraftwagen"),
    ("Trucks with trailer", "Lastkraftwagen mit Anhänger"),
    ("Articulated trucks", "Sattelkraftfahrzeuge"),
    ("Buses", "Busse"),
    ("Vehicles without a class", "Nicht klassifizierbare Kraftfahrzeuge"),
)

FAMILY = Family(
    name="vehicle_class",
    title_en="Classes of vehicles per lane and hour",
    title_de="Fahrzeugarten je Fahrstreifen und Stunde",
    key=("sensor_id", "window_start"),
    loads={"class_rows": ROW},
    compute=compute,
    buckets=("1d",),
    rides="traffic",
    indicators=(
        *(
            Indicator(_flow(name), "veh/h", *called, _KERNEL, _SOURCE, "verified", inputs=(name,))
            for name, called in zip(CLASSES, _NAMES, strict=True)
        ),
        Indicator(
            "light_veh_h",
            "veh/h",
            "Light vehicles: motorcycles, cars, vans",
            "Pkw-ähnliche: Krafträder, Pkw, Lieferwagen",
            _KERNEL,
            _SOURCE,
            "verified",
            inputs=CLASSES[:3],
        ),
        Indicator(
            "heavy_veh_h",
            "veh/h",
            "Heavy vehicles: trucks, buses, and whatever has a trailer",
            "Lkw-ähnliche: Lkw, Busse und alles mit Anhänger",
            _KERNEL,
            _SOURCE,
            "verified",
            inputs=CLASSES[3:8],
        ),
        Indicator(
            "heavy_share_pct",
            "%",
            "Share of heavy vehicles among those with a class",
            "Schwerverkehrsanteil der klassifizierten Fahrzeuge",
            _KERNEL,
            f"{_SOURCE}; that vehicles without a class count for neither is ours",
            "own",
            inputs=CLASSES[:8],
        ),
        Indicator(
            "unclassified_share_pct",
            "%",
            "Share of vehicles without a class",
            "Anteil nicht klassifizierbarer Fahrzeuge",
            _KERNEL,
            "own",
            "own",
            inputs=CLASSES,
        ),
        Indicator(
            "coverage_ratio",
            "1",
            "Share of time covered by every class",
            "Von allen Fahrzeugarten erfasster Zeitanteil",
            _KERNEL,
            "own",
            "own",
            inputs=CLASSES,
        ),
    ),
)
