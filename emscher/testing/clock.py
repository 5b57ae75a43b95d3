"""A clock that moves when told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from emscher.errors import SettingError

FIRST = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
"""Where a clock stands until it is told otherwise."""


class Clock:
    """A time of day, to be called like any clock.

    Parameters
    ----------
    now : datetime, optional
        Where it stands at first.
    """

    def __init__(self, now: datetime = FIRST) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Give the time of day."""
        return self.now

    def set(self, moment: datetime | str) -> None:
        """Set it to a moment, for instance ``2026-01-05T09:00:00Z``.

        Raises
        ------
        SettingError
            The moment has no zone.
        """
        meant = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        if meant.tzinfo is None:
            raise SettingError(f"{moment} has no zone.", "Write it like 2026-01-05T09:00:00Z.")
        self.now = meant

    def move(self, by: timedelta | float) -> None:
        """Move it on, by a duration or by seconds."""
        self.now += by if isinstance(by, timedelta) else timedelta(seconds=by)
