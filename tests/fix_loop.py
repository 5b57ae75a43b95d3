"""A junction with one lane, and what its loops report."""

from __future__ import annotations

from simulators.loop.site import Lane, Site
from simulators.loop.watch import OFF, ON, Event

LINE, AHEAD = 1, 2


def site(*, advance: bool = True) -> Site:
    """A junction with one lane of one signal group, the advance loop 70 m before the line."""
    lane = Lane(1, LINE, AHEAD if advance else None, 70.0 if advance else 0.0, 100.0, 14.0)
    stages = (frozenset({1}), frozenset[int]())
    return Site("j", "j.ctl", (1,), frozenset(), stages, (frozenset(), frozenset()), (30.0, 30.0), 70.0, (lane,), ())


def passed(channel: int, *times_s: float, lasts_s: float = 0.5) -> list[Event]:
    """Vehicles over a loop."""
    return [(at_s + late_s, code, channel) for at_s in times_s for late_s, code in ((0.0, ON), (lasts_s, OFF))]
