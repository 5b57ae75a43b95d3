"""Whether a recording is older than the platform keeps its stream."""

from __future__ import annotations

from dataclasses import dataclass

from emscher.settings import Settings
from emscher.stream import DAY_US, SECOND_US, Stream

TOO_OLD = "The platform may reject these readings as too_old unless EMSCHER_HISTORY_DAYS there covers their age"


@dataclass(frozen=True, slots=True)
class Age:
    """Age of a recording's oldest reading and how long the platform keeps such readings [d]."""

    oldest_days: int
    keep_days: int

    @property
    def is_too_old(self) -> bool:
        """Whether the platform may reject readings as too_old."""
        return self.oldest_days >= self.keep_days


def age(oldest_us: int, stream: Stream, settings: Settings, now_s: float) -> Age:
    """Compare the age of a recording with what is kept.

    Parameters
    ----------
    oldest_us : int
        When the oldest reading became known [us since 1970].
    stream : Stream
        Its stream; a private one is kept no longer for ``history_days``.
    settings : Settings
        ``history_days``, as far as this side knows it.
    now_s : float
        Present time [s since 1970].
    """
    keep_days = stream.keep_days if stream.private else max(stream.keep_days, settings.history_days)
    return Age(int(now_s * SECOND_US - oldest_us) // DAY_US, keep_days)
