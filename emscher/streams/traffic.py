"""Traffic detectors: one lane over one interval (inductive loop, radar, camera).

Field names follow TLS/MARZ in English (q, v, b, tNetto, s); sources in the catalogue of indicators.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta

from emscher.stream import Due, Interval, Stream

Vehicles = Annotated[int, Meta(ge=0, le=1_000_000, description="Vehicles counted", extra={"unit": "veh"})]
HeavyVehicles = Annotated[
    int,
    Meta(ge=0, le=1_000_000, description="Heavy vehicles among them (TLS class Lkw-ähnlich)", extra={"unit": "veh"}),
]
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
    status: Annotated[dict[ValueName, Missing], Meta(description="Why a value is missing")] | None = None

    def __post_init__(self) -> None:
        """Refuse a status for a value that is there, and heavy vehicles that are more than all."""
        for name in self.status or ():
            if getattr(self, name) is not None:
                raise ValueError(f"`{name}` has a value and a status that says it has none")
        if self.count is not None and self.heavy_count is not None and self.heavy_count > self.count:
            raise ValueError("`heavy_count` is more than `count`")

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
