"""Energy meters: a cumulative counter, a power, or both, of one meter at a declared measurement point."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from emscher.stream import HOUR_S, Due, Event, Stream

Energy = Annotated[
    float, Meta(ge=0, le=1e15, description="Counter of imported energy (OBIS 1.8.0)", extra={"unit": "Wh"})
]
Power = Annotated[
    float,
    Meta(ge=-1e8, le=1e8, description="Active power, negative when feeding in (OBIS 16.7.0)", extra={"unit": "W"}),
]
CounterKind = Annotated[
    Literal["monotone", "resettable", "wrapping"], Meta(description="What the counter does when it goes back")
]
MeasurementPoint = Annotated[
    Literal["utility", "ups_out", "pdu_out", "it_input", "cpu_package", "cooling", "heat_upgrade", "poe", "solar"],
    Meta(description="Where it measures; of solar, energy generated counts up and its power is positive"),
]
Origin = Annotated[
    Literal["redfish", "snmp", "sml", "modbus", "rapl", "kepler", "scaphandre", "manual", "simulator"],
    Meta(description="What read the meter"),
]
QUALITIES = ("measured", "estimated", "substituted")
Quality = Annotated[Literal["measured", "estimated", "substituted"], Meta(description="How the value came about")]


class EnergyReading(Event, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """One meter at one moment."""

    energy_wh: Energy | None = None
    power_w: Power | None = None
    quality: Quality = "measured"
    counter_kind: CounterKind | None = None
    measurement_point: MeasurementPoint | None = None
    origin: Origin | None = None

    def __post_init__(self) -> None:
        """Refuse a reading without any value."""
        if self.energy_wh is None and self.power_w is None:
            raise ValueError("a reading has `energy_wh`, `power_w` or both")

    @property
    def quality_code(self) -> int:
        """Index into :data:`QUALITIES`."""
        return QUALITIES.index(self.quality)


STREAM = Stream(
    name="energy",
    reading=EnergyReading,
    title_en="Energy meters",
    title_de="Energiezähler",
    keep_days=400,
    facts=("counter_kind", "measurement_point", "origin"),
    inputs=("quality",),
    computed={"quality_code": "quality_code"},
    due=(
        Due("energy", width_s=900, look_back_s=HOUR_S, look_ahead_s=HOUR_S),
        Due("workload", width_s=900, look_back_s=HOUR_S, look_ahead_s=HOUR_S),
    ),
)
