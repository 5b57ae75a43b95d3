"""Energy meters: a cumulative counter, a power, or both, of one meter at a declared measurement point."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

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
MeanPower = Annotated[
    float, Meta(ge=-1e8, le=1e8, description="Mean active power of the interval that ends here", extra={"unit": "W"})
]
Length = Annotated[int, Meta(ge=1, le=3_600, description="Length of that interval", extra={"unit": "s"})]
QUALITIES = ("measured", "estimated", "substituted")
Quality = Annotated[Literal["measured", "estimated", "substituted"], Meta(description="How the value came about")]


REACH_S = 6 * HOUR_S
"""How far around its windows energy is read: a span of at most three hours, and the neighbours of its ends [s]."""


class EnergyReading(Event, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """One meter at one moment."""

    energy_wh: Energy | None = None
    power_w: Power | None = None
    power_avg_w: MeanPower | None = None
    interval_s: Length | None = None
    quality: Quality = "measured"
    counter_kind: CounterKind | None = None
    measurement_point: MeasurementPoint | None = None
    origin: Origin | None = None

    def __post_init__(self) -> None:
        """Refuse a reading without any value, and a mean that does not say of what time."""
        if self.energy_wh is None and self.power_w is None and self.power_avg_w is None:
            raise ValueError("a reading has `energy_wh`, `power_w`, `power_avg_w` or several of them")
        if (self.power_avg_w is None) != (self.interval_s is None):
            raise ValueError("`power_avg_w` and `interval_s` come together")

    @property
    def quality_code(self) -> int:
        """Index into :data:`QUALITIES`."""
        return QUALITIES.index(self.quality)


def _inputs(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the quality of a row."""
    return {"quality": QUALITIES[row["quality_code"]]} if row["quality_code"] else {}


STREAM = Stream(
    name="energy",
    reading=EnergyReading,
    title_en="Energy meters",
    title_de="Energiezähler",
    keep_days=400,
    facts=("counter_kind", "measurement_point", "origin"),
    inputs=("quality",),
    inverse=_inputs,
    computed={"quality_code": "quality_code"},
    due=(
        Due("energy", width_s=900, look_back_s=REACH_S, look_ahead_s=REACH_S),
        Due("workload", width_s=900, look_back_s=REACH_S, look_ahead_s=REACH_S),
    ),
)
