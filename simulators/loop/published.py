"""What the platform publishes, as far as controllers use it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from simulators.loop.watch import Event
from simulators.sumo.readings import Message


@dataclass(frozen=True, slots=True)
class Told:
    """Indicators of an approach in its newest quarter hour; None where the platform says that it cannot tell."""

    flow_veh_h: float | None
    saturation_ratio: float | None
    utilisation_ratio: float | None
    presence_reason: int
    arrival_reason: int

    @property
    def flow_veh_s(self) -> float | None:
        """Demand by the second."""
        return None if self.flow_veh_h is None else self.flow_veh_h / 3600


Indicators = Mapping[tuple[str, int], Told]
"""By controller and signal group."""


class Published(Protocol):
    """The platform, or what stands for it: readings go in, events and indicators come out."""

    async def put(self, messages: Sequence[Message]) -> None:
        """Publish messages, and wait until they are committed."""

    async def events(self) -> Mapping[str, Sequence[Event]]:
        """Give the events that were published since it was asked last, by controller, in order of time."""

    async def indicators(self) -> Indicators:
        """Give the newest indicators of approaches, once everything due is computed."""
