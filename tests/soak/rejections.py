"""What was refused, compared with what had to be: the only place that knows what quarantine keeps of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from soak.parcel import Refused


@dataclass(frozen=True, slots=True)
class RejectedOf:
    """What became of the readings that had to be refused for one reason.

    Parameters
    ----------
    reason : str
        Why.
    sent : int
        Refusable readings that the broker acknowledged.
    kept : int
        Readings in quarantine; one that was delivered again stands there again.
    lost : int
        Acknowledged ones that are not there.
    unasked : int
        Ones there that nobody sent.
    """

    reason: str
    sent: int
    kept: int
    lost: int
    unasked: int


def compare(must: Counter[Refused], may: Counter[Refused], kept: Counter[Refused]) -> tuple[RejectedOf, ...]:
    """Compare by stream, reason and all that may be kept of a message; of a private stream by number.

    Parameters
    ----------
    must, may : Counter of Refused
        What was sent and acknowledged; what was sent and not.
    kept : Counter of Refused
        What is in quarantine.
    """
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    for one in must.keys() | may.keys() | kept.keys():
        row = rows[one.reason]
        row["sent"] += must[one]
        row["kept"] += kept[one]
        row["lost"] += max(0, must[one] - kept[one])
        row["unasked"] += kept[one] if one not in must and one not in may else 0
    return tuple(
        RejectedOf(reason, row["sent"], row["kept"], row["lost"], row["unasked"])
        for reason, row in sorted(rows.items())
    )
