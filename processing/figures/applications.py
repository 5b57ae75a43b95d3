"""Applications: what each is to answer for of its servers' energy, and what none is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from emscher.streams.workload import WHOLE_NODE
from processing.figures.figure import Figure, combined

NOT_ATTRIBUTED = "not attributed"


@dataclass(frozen=True, slots=True)
class Share:
    """What an application used over a period [kWh], None where it is not known, and its name for the public."""

    application: str
    active_kwh: float | None
    idle_kwh: float | None
    public_name: str | None = None


def per_application(shares: Sequence[Share], servers: Figure) -> Mapping[str, Figure]:
    """Energy by application, the most first, and last what is not attributed to any.

    Parameters
    ----------
    shares : sequence of Share
        Active energy by CPU time, idle energy by reservation.
    servers : Figure
        Energy of all the servers, whose state every row inherits.

    Returns
    -------
    mapping of str to Figure
        The sum of all rows is the servers' energy.
    """
    own = [one for one in shares if one.application != WHOLE_NODE]
    sums = {one.application: math.fsum(part for part in (one.active_kwh, one.idle_kwh) if part) for one in own}
    rows = {
        name: combined(None if servers.value is None else value, "kWh", (servers,))
        for name, value in sorted(sums.items(), key=lambda one: (-one[1], one[0]))
    }
    rest = None if servers.value is None else servers.value - math.fsum(sums.values())
    rows[NOT_ATTRIBUTED] = combined(rest, "kWh", (servers,))
    return rows
