"""Traffic detectors: one lane over one interval (inductive loop, radar, camera).

Field names follow TLS/MARZ in English (q, v, b, tNetto, s); sources in the catalogue of indicators.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta

from emscher.stream import Due, Interval, Stream

Vehicles = Annotated[int, Meta(ge=0, le=1_000_000, description="Vehicles counted", extra={"unit": "veh"})]
HeavyVehicles = Annotated[
    int,
    Meta(ge=0, le=1_000_000, description="Heavy vehicles among them (TLS class Lkw-ähnlich)", extra={"unit": "veh"}),
]


def _of_class(description: str) -> Meta:
    return Meta(ge=0, le=1_000_000, description=description, extra={"unit": "veh"})


Motorcycles = Annotated[int, _of_class("Motorcycles among them (TLS Krad)")]
PassengerCars = Annotated[int, _of_class("Passenger cars among them (TLS Pkw)")]
Vans = Annotated[int, _of_class("Delivery vans among them (TLS Lfw)")]
CarsWithTrailer = Annotated[int, _of_class("Passenger cars with trailer among them (TLS PkwA)")]
Trucks = Annotated[int, _of_class("Trucks among them (TLS Lkw)")]
TrucksWithTrailer = Annotated[int, _of_class("Trucks with trailer among them (TLS LkwA)")]
ArticulatedTrucks = Annotated[int, _of_class("Articulated trucks among them (TLS Sattel-Kfz)")]
Buses = Annotated[int, _of_class("Buses among them (TLS Bus)")]
Unclassified = Annotated[int, _of_class("Vehicles among them that could not be classified (TLS nk Kfz)")]
Occupancy = Annotated[
    float, Meta(ge=0, le=100, description="Share of the interval a vehicle stood on it", extra={"unit": "%"})
]
Speed = Annotated[float, Meta(ge=0, le=300, description="Arithmetic mean speed", extra={"unit": "km/h"})]
CarSpeed = Annotated[float, Meta(ge=0, le=300, description="Arithmetic mean speed of cars", extra={"unit": "km/h"})]
HeavySpeed = Annotated[
    float, Meta(ge=0, le=300, description="Arithmetic mean speed of heavy vehicles", extra={"unit": "km/h"})
]
Gap = Annotated[float, Meta(ge=0, le=86_400, description="Mean net time gap between vehicles", extra={"unit": "s"})]
SpeedDeviation = Annotated[float, Meta(ge=0, le=300, description="Standard deviation of speed", extra={"unit": "km/h"})]

STATUS = ("reported", "not_determinable", "faulty", "not_determinable_or_faulty")
"""What a device says of a value, in the order of its two bits; TLS writes the last three as -1, -2 and -3."""

VALUES = (
    "count",
    "heavy_count",
    "occupancy_pct",
    "speed_kmh",
    "car_speed_kmh",
    "heavy_speed_kmh",
    "gap_s",
    "speed_std_kmh",
)
"""Values in the order of their two bits in ``status_bits``, the first lowest."""

CLASSES = (
    "motorcycle_count",
    "passenger_car_count",
    "van_count",
    "car_trailer_count",
    "truck_count",
    "truck_trailer_count",
    "articulated_count",
    "bus_count",
    "unclassified_count",
)
"""Counts of the 8+1 classes of TLS; one that is not reported has no status."""

_NO_CLASSES = (None,) * len(CLASSES)
_classes_of = operator.attrgetter(*CLASSES)

ValueName = Literal[
    "count", "heavy_count", "occupancy_pct", "speed_kmh", "car_speed_kmh", "heavy_speed_kmh", "gap_s", "speed_std_kmh"
]
Missing = Literal["not_determinable", "faulty", "not_determinable_or_faulty"]


class TrafficReading(Interval, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """One lane over one interval; a value the device does not report is null and has no status."""

    count: Vehicles | None = None
    heavy_count: HeavyVehicles | None = None
    occupancy_pct: Occupancy | None = None
    speed_kmh: Speed | None = None
    car_speed_kmh: CarSpeed | None = None
    heavy_speed_kmh: HeavySpeed | None = None
    gap_s: Gap | None = None
    speed_std_kmh: SpeedDeviation | None = None
    motorcycle_count: Motorcycles | None = None
    passenger_car_count: PassengerCars | None = None
    van_count: Vans | None = None
    car_trailer_count: CarsWithTrailer | None = None
    truck_count: Trucks | None = None
    truck_trailer_count: TrucksWithTrailer | None = None
    articulated_count: ArticulatedTrucks | None = None
    bus_count: Buses | None = None
    unclassified_count: Unclassified | None = None
    status: Annotated[dict[ValueName, Missing], Meta(description="Why a value is missing")] | None = None

    def __post_init__(self) -> None:
        """Refuse a status for a value that is there, and heavy vehicles or classes that are more than all."""
        for name in self.status or ():
            if getattr(self, name) is not None:
                raise ValueError(f"`{name}` has a value and a status that says it has none")
        if self.count is not None and self.heavy_count is not None and self.heavy_count > self.count:
            raise ValueError("`heavy_count` is more than `count`")
        if self.count is not None and (classes := _classes_of(self)) != _NO_CLASSES:
            classified = sum(one for one in classes if one is not None)
            if classified > self.count:
                raise ValueError(f"the classes are {classified} vehicles, `count` is {self.count}")

    @property
    def status_bits(self) -> int:
        """Two bits per value of :data:`VALUES`, the first lowest: index into :data:`STATUS`."""
        if not self.status:
            return 0
        return sum(STATUS.index(said) << 2 * VALUES.index(name) for name, said in self.status.items())


def _inputs(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give why values of a row are missing."""
    bits = row["status_bits"]
    said = {name: STATUS[bits >> 2 * place & 3] for place, name in enumerate(VALUES) if bits >> 2 * place & 3}
    return {"status": said} if said else {}


STREAM = Stream(
    name="traffic",
    reading=TrafficReading,
    title_en="Traffic detectors",
    title_de="Verkehrsdetektoren",
    keep_days=30,
    inputs=("status",),
    inverse=_inputs,
    computed={"status_bits": "status_bits"},
    # Rows are per minute; windows of many of them keep the queue short. An hour with an hour of memory: a reading makes
    # two windows due, and the smoothing has forgotten what was before.
    due=(Due("traffic", width_s=3_600, look_back_s=3_600), Due("approach", width_s=900)),
)
