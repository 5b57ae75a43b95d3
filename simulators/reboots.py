"""When servers are started anew: at night, every four to eight weeks, each by its own plan."""

from __future__ import annotations

from simulators.chance import generator

LENGTH_MINUTES = 4
"""As long a server says nothing [min]."""


class Reboots:
    """The plan of one server.

    Parameters
    ----------
    seed : int
        Seed of the city.
    node : str
        Name of the server.
    """

    def __init__(self, seed: int, node: str) -> None:
        draw = generator(seed, f"reboot/{node}")
        self._period_days = int(draw.integers(28, 57))
        self._phase_days = int(draw.integers(0, self._period_days))
        self.minute = int(draw.integers(60, 180))
        """Minute of the UTC day at which it goes down."""

    def on(self, day: int) -> bool:
        """Say whether it is started anew on a UTC day, numbered since 1970."""
        return (day - self._phase_days) % self._period_days == 0

    def before(self, day: int) -> int:
        """Give the last day before `day` on which it was started anew."""
        return day - 1 - (day - 1 - self._phase_days) % self._period_days
