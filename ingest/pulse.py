"""The pulse of each sensor: how late, how orderly and by what clock it reports, summed per hour of receipt.

Nothing is computed while messages wait: a batch leaves two columns here, and every few seconds all of them are summed
at once and written in the transaction of the batch that comes then. What a kill forgets is those seconds of statistics.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np

from emscher.rejection import Reason
from emscher.store.copy import Rows
from emscher.store.pool import Connection
from emscher.store.query import queries
from emscher.stream import HOUR_S, SECOND_US, Stream
from ingest.batch import Rejected
from ingest.beats import IN_FUTURE, STORED, TOO_OLD, Sums, Whole, order, summed

EVERY = timedelta(seconds=10)
LIMIT = 200_000
"""As many readings are written at once, however short ago the last were; it bounds the memory."""

_SQL = queries("ingest", "pulse.sql")
_HOUR_US = HOUR_S * SECOND_US
_KINDS = {Reason.IN_FUTURE: IN_FUTURE, Reason.TOO_OLD: TOO_OLD}

_Named = tuple[str, str]
"""Stream and sensor key."""


@dataclass(slots=True)
class _Heard:
    """What one batch leaves."""

    at_us: int
    sensors: list[Whole] = field(default_factory=list)
    latest_us: list[Whole] = field(default_factory=list)
    refused: Counter[_Named] = field(default_factory=Counter)
    timed: list[tuple[_Named, int, int]] = field(default_factory=list)

    def __len__(self) -> int:
        return sum(map(len, self.sensors)) + len(self.refused) + len(self.timed)


class Pulse:
    """Sums per sensor and hour what batches leave.

    Parameters
    ----------
    worker : str
        Each worker adds to rows of its own, so that workers do not wait for each other.
    """

    def __init__(self, worker: str) -> None:
        self._worker = worker
        self._written_at: datetime | None = None
        self._waiting: list[_Heard] = []
        self._size = 0
        self._newest_us: dict[int, int] = {}
        self._next: tuple[_Heard, datetime | None, dict[int, int]] | None = None

    async def write(
        self,
        connection: Connection,
        now: datetime,
        staged: Iterable[tuple[Stream, Rows]],
        refused: Sequence[Rejected],
    ) -> None:
        """Take in a batch, and if it is time write what is waiting; :meth:`commit` makes it final.

        Parameters
        ----------
        connection : Connection
            In the batch's transaction.
        now : datetime
            When the batch was received.
        staged : iterable of (Stream, structured array)
            Readings that have a sensor: ``sensor_id``, ``observed_at`` and, of intervals, ``interval_s``.
        refused : sequence of Rejected
            Those with a sensor's key count for it; those refused for their time tell its clock, too.
        """
        heard = _heard(now, staged, refused)
        waited = self._written_at is None or abs(now - self._written_at) >= EVERY
        if len(heard) + self._size and (waited or len(heard) + self._size >= LIMIT):
            self._next = heard, now, await self._add(connection, [*self._waiting, heard])
        else:
            self._next = heard, None, self._newest_us

    def commit(self) -> None:
        """Keep or forget what the batch left, now that its transaction is committed."""
        if self._next is None:
            return
        heard, written_at, self._newest_us = self._next
        self._next = None
        if written_at is None:
            self._waiting.append(heard)
            self._size += len(heard)
        else:
            self._written_at, self._waiting, self._size = written_at, [], 0

    async def _add(self, connection: Connection, heard: Sequence[_Heard]) -> dict[int, int]:
        """Add what was heard to the sums of the store; give the newest moment of each sensor."""
        numbers = await _numbers(connection, heard)
        timed = [
            (one.at_us, numbers[name], us, kind) for one in heard for name, us, kind in one.timed if name in numbers
        ]
        empty = np.empty(0, np.int64)
        stored = np.concatenate([empty, *(part for one in heard for part in one.sensors)])
        stored_us = np.concatenate([empty, *(part for one in heard for part in one.latest_us)])
        at_us = np.repeat([one.at_us for one in heard], [sum(map(len, one.sensors)) for one in heard]).astype(np.int64)
        outs, repeats, newest_us = order(stored, stored_us, self._newest_us)
        late = np.array(timed, np.int64).reshape(-1, 4)
        no = np.zeros(len(late), bool)
        if len(stored) + len(late):
            sums = summed(
                np.concatenate([stored, late[:, 1]]),
                np.concatenate([at_us, late[:, 0]]),
                np.concatenate([stored_us, late[:, 2]]),
                np.concatenate([np.full(len(stored), STORED), late[:, 3]]),
                np.concatenate([outs, no]),
                np.concatenate([repeats, no]),
            )
            await connection.execute(_SQL["add"].statement, self._values(sums))
        await self._add_refused(connection, heard, numbers)
        return newest_us

    def _values(self, sums: Sums) -> dict[str, object]:
        return {
            "worker": self._worker,
            "sensors": sums.sensors.tolist(),
            "hours": [_datetime(us) for us in sums.hours_us.tolist()],
            "readings": sums.readings.tolist(),
            "in_future": sums.in_future.tolist(),
            "too_old": sums.too_old.tolist(),
            "out_of_order": sums.out_of_order.tolist(),
            "repeated": sums.repeated.tolist(),
            "sums_s": sums.latency_sum_s.tolist(),
            "lowest_s": sums.latency_min_s.tolist(),
            "highest_s": sums.latency_max_s.tolist(),
            "counts": [f"{{{','.join(map(str, row))}}}" for row in sums.counts.tolist()],
            "firsts": [_datetime(us) for us in sums.first_us.tolist()],
            "lasts": [_datetime(us) for us in sums.last_us.tolist()],
        }

    async def _add_refused(
        self, connection: Connection, heard: Sequence[_Heard], numbers: Mapping[_Named, int]
    ) -> None:
        """Count what was refused for another reason than its time."""
        total: Counter[tuple[int, int]] = Counter()
        for one in heard:
            for name, count in one.refused.items():
                if name in numbers:
                    total[numbers[name], one.at_us - one.at_us % _HOUR_US] += count
        if total:
            found = sorted(total.items())
            values = {
                "worker": self._worker,
                "sensors": [sensor for (sensor, _), _ in found],
                "hours": [_datetime(hour_us) for (_, hour_us), _ in found],
                "refused": [count for _, count in found],
                "now": _datetime(heard[-1].at_us),
            }
            await connection.execute(_SQL["add_refused"].statement, values)


def _heard(now: datetime, staged: Iterable[tuple[Stream, Rows]], refused: Sequence[Rejected]) -> _Heard:
    """Copy of a batch what its sensors are judged by, and nothing else."""
    heard = _Heard(round(now.timestamp() * SECOND_US))
    for stream, rows in staged:
        latest_us = rows["observed_at"].astype(np.int64)
        if stream.is_interval:
            latest_us += rows["interval_s"].astype(np.int64) * SECOND_US
        heard.sensors.append(rows["sensor_id"].astype(np.int64))
        heard.latest_us.append(latest_us)
    for one in refused:
        # One that disagrees with a stored reading passed its checks and is among the staged.
        if one.sensor_key is None or one.error.reason is Reason.CONFLICT:
            continue
        name = one.stream, one.sensor_key
        if one.latest_at_us is None:
            heard.refused[name] += 1
        else:
            heard.timed.append((name, one.latest_at_us, _KINDS[one.error.reason]))
    return heard


async def _numbers(connection: Connection, heard: Sequence[_Heard]) -> dict[_Named, int]:
    """Look up the sensors of refused readings; one that was never registered has no health."""
    keys = {key for one in heard for _, key in one.refused} | {key for one in heard for (_, key), _, _ in one.timed}
    if not keys:
        return {}
    cursor = await connection.execute(_SQL["numbers"].statement, {"keys": sorted(keys)})
    return {(stream, key): number for stream, key, number in await cursor.fetchall()}


def _datetime(us: int) -> datetime:
    return datetime.fromtimestamp(us // SECOND_US, UTC) + timedelta(microseconds=us % SECOND_US)
