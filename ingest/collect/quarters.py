"""Polls of access points gathered in memory to quarter hours of the clock; nothing finer leaves."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec

from emscher.streams.wlan import QUARTER_HOUR_S, WlanReading


@dataclass(frozen=True, slots=True)
class Poll:
    """What one access point says at one moment; None where it does not.

    Parameters
    ----------
    clients : int, optional
        Devices connected now.
    rx_bytes, tx_bytes : float, optional
        Counters since the access point started [byte].
    airtime_busy_pct : float, optional
        Share of time the channel was busy [%].
    uptime_s : float, optional
        Time since it started [s].
    """

    clients: int | None = None
    rx_bytes: float | None = None
    tx_bytes: float | None = None
    airtime_busy_pct: float | None = None
    uptime_s: float | None = None


@dataclass(slots=True)
class _Sum:
    clients: list[int] = field(default_factory=list)
    airtime_pct: list[float] = field(default_factory=list)
    bytes_of: dict[str, float] = field(default_factory=dict)
    uptime_s: float | None = None
    polls: int = 0


LONGEST_SILENCE_S = 600


class Quarters:
    """Gathers polls; each quarter hour is given once, when a later one has begun.

    The quarter hour in which gathering begins, anew after a long silence too, is never given: it was not seen whole.
    What a counter gained between two polls belongs to the quarter hour of the later one; of polls further apart than a
    quarter hour it belongs to none.
    """

    def __init__(self) -> None:
        self._began: int | None = None
        self._asked_s = -math.inf
        self._whole = False
        self._rounds = 0
        self._sums: dict[str, _Sum] = {}
        self._last: dict[str, tuple[float, Poll]] = {}

    def add(self, now: datetime, polls: Mapping[str, Poll], keys: frozenset[str]) -> list[tuple[str, bytes]]:
        """Take a round of polls.

        Parameters
        ----------
        now : datetime
            When they were made, with zone.
        polls : mapping of str to Poll
            By sensor key.
        keys : frozenset of str
            Sensors that were asked for; those not among the polls are off.

        Returns
        -------
        list of tuple
            Sensor key and canonical reading of the quarter hour that has ended, if one has.
        """
        at_s = now.timestamp()
        began = int(at_s // QUARTER_HOUR_S) * QUARTER_HOUR_S
        done: list[tuple[str, bytes]] = []
        if began != self._began:
            if self._whole and self._began is not None:
                done = [(key, self._reading(self._sums.get(key, _Sum()))) for key in sorted(keys)]
            self._whole = at_s - self._asked_s <= LONGEST_SILENCE_S
            self._began, self._sums, self._rounds = began, {}, 0
        elif at_s - self._asked_s > LONGEST_SILENCE_S:
            self._whole = False
        self._asked_s = at_s
        self._rounds += 1
        for key in keys & polls.keys():
            self._gather(key, at_s, polls[key])
        return done

    def _gather(self, key: str, at_s: float, poll: Poll) -> None:
        mine = self._sums.setdefault(key, _Sum())
        mine.polls += 1
        mine.uptime_s = poll.uptime_s
        if poll.clients is not None:
            mine.clients.append(poll.clients)
        if poll.airtime_busy_pct is not None:
            mine.airtime_pct.append(poll.airtime_busy_pct)
        before_s, before = self._last.get(key, (at_s - 2 * QUARTER_HOUR_S, poll))
        if at_s - before_s <= QUARTER_HOUR_S:
            restarted = (poll.uptime_s or 0) < (before.uptime_s or 0)
            for name in ("rx_bytes", "tx_bytes"):
                old, new = getattr(before, name), getattr(poll, name)
                if old is not None and new is not None:
                    # After a restart the counter begins at zero: its value is what is certain.
                    gained = new if restarted or new < old else new - old
                    mine.bytes_of[name] = mine.bytes_of.get(name, 0) + gained
        self._last[key] = (at_s, poll)

    def _reading(self, found: _Sum) -> bytes:
        """Write the canonical reading, checked as ingest will check it."""
        values: dict[str, object] = {name: round(value) for name, value in found.bytes_of.items()}
        if found.clients:
            values |= {"clients_max": max(found.clients), "clients_avg": sum(found.clients) / len(found.clients)}
        if found.airtime_pct:
            values["airtime_busy_pct"] = sum(found.airtime_pct) / len(found.airtime_pct)
        if found.uptime_s is not None:
            values["uptime_s"] = found.uptime_s
        return reading((self._began or 0) + QUARTER_HOUR_S, {**values, "online": 2 * found.polls >= self._rounds})


def reading(end_s: int, values: Mapping[str, object]) -> bytes:
    """Write a quarter hour as the canonical reading.

    Parameters
    ----------
    end_s : int
        Its end [s since 1970].
    values : mapping
        Fields of the reading.

    Raises
    ------
    ValidationError
        A value is out of its range.
    """
    times = {"end": datetime.fromtimestamp(end_s, UTC), "interval_s": QUARTER_HOUR_S}
    return msgspec.json.encode(msgspec.convert({**times, **values}, WlanReading))
