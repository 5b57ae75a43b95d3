"""What became of the vehicles: SUMO's own record of trips, which no controller sees."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Trips:
    """How a run went.

    Parameters
    ----------
    delay_s : float
        Mean over all vehicles, finished or not, of time loss and of waiting to depart [s].
    vehicles, arrived, never_departed, teleported : int
        How many.
    """

    delay_s: float
    vehicles: int
    arrived: int
    never_departed: int
    teleported: int = 0


def read(path: Path, teleported: int = 0) -> Trips:
    """Read SUMO's file of trips, with the vehicles that did not finish or never departed."""
    total_s = 0.0
    vehicles = arrived = never = 0
    for _, one in ET.iterparse(path):  # noqa: S314 - SUMO wrote it for us
        if one.tag == "tripinfo":
            vehicles += 1
            arrived += float(one.get("arrival", -1)) >= 0
            never += float(one.get("depart", -1)) < 0
            total_s += float(one.get("timeLoss", 0)) + max(float(one.get("departDelay", 0)), 0.0)
            one.clear()
    return Trips(total_s / vehicles if vehicles else 0.0, vehicles, arrived, never, teleported)
