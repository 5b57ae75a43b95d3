"""The whole pretend city: every stream's readings as a pure function of description, seed and time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from simulators.access_points import AccessPoints
from simulators.applications import Applications
from simulators.lanes import Lanes
from simulators.meters import Meters
from simulators.scenery import Scenery
from simulators.signals import Signals


class Source(Protocol):
    """What generates one stream."""

    @property
    def stream(self) -> str:
        """Name of the stream."""

    def readings(self, start_s: int, end_s: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Give what becomes known after `start_s` and not after `end_s`.

        A moment belongs to the range by its time, an interval by its end.

        Parameters
        ----------
        start_s, end_s : int
            Range of time [s since 1970].

        Yields
        ------
        sensor key, readings : str, list of dict
            Canonical readings in order of time; a sensor may come more than once, later readings later.
        """


def sources(scenery: Scenery, seed: int) -> tuple[Source, ...]:
    """Build the generator of every stream that the city has sensors of.

    Parameters
    ----------
    scenery : Scenery
        What the city is made of.
    seed : int
        The same seed gives the same readings.
    """
    applications = Applications(scenery.applications, seed)
    lanes = Lanes(scenery.lanes, seed)
    return (
        lanes,
        Signals(scenery.controllers, lanes, seed),
        AccessPoints(scenery.access_points, lanes, seed),
        applications,
        Meters(scenery.meters, applications, seed),
    )
