"""The verdict: the ledger against the store, value by value, and the books against both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from emscher.store.copy import Column, Rows
from emscher.streams import streams
from soak.ledger import Ledger
from soak.rejections import RejectedOf, compare
from soak.store import Account, Store

NOTHING = Account(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of one stream.

    Parameters
    ----------
    stream : str
        Its name.
    sent : int
        Readings sent, with repetitions and garbage.
    rows : int
        Rows of its table.
    lost, doubled, wrong : int
        Readings that are not there; rows beyond the first of one natural key; rows that nobody sent so.
    account : Account
        What the books say.
    """

    stream: str
    sent: int
    rows: int
    lost: int
    doubled: int
    wrong: int
    account: Account


@dataclass(frozen=True, slots=True)
class Verdict:
    """All that the soak found."""

    stored: tuple[Stored, ...]
    rejected: tuple[RejectedOf, ...]
    complaints: tuple[str, ...]

    @property
    def lost(self) -> int:
        """Acknowledged readings that are neither stored nor in quarantine."""
        return sum(one.lost for one in self.stored) + sum(one.lost for one in self.rejected)

    @property
    def doubled(self) -> int:
        """Readings that are stored more than once."""
        return sum(one.doubled for one in self.stored)

    @property
    def wrong(self) -> int:
        """Rows and refusals of readings that nobody sent so."""
        return sum(one.wrong for one in self.stored) + sum(one.unasked for one in self.rejected)

    @property
    def holds(self) -> bool:
        """Whether nothing is lost, doubled or wrong, and the books are right."""
        return not (self.lost or self.doubled or self.wrong or self.complaints)


async def judge(ledger: Ledger, store: Store, columns: Mapping[str, Sequence[Column]]) -> Verdict:
    """Compare what was sent with what is there.

    Parameters
    ----------
    ledger : Ledger
        What was sent and acknowledged.
    store : Store
        What is there.
    columns : mapping
        Columns of each stream's table.
    """
    books = await store.books()
    sensors = await store.sensors()
    stored = [
        _stored(name, ledger, sensors, await store.readings(name, its), books.get(name, NOTHING))
        for name, its in columns.items()
    ]
    # What came on no stream's topic is in the books, too.
    stored += [Stored(name, ledger.sent[name], 0, 0, 0, 0, its) for name, its in books.items() if name not in columns]
    quarantine = await store.quarantine()
    must, may = ledger.refused()
    complaints = [complaint for one in stored for complaint in _check(one)]
    for name, account in books.items():
        kept = sum(count for one, count in quarantine.items() if one.stream == name)
        if kept != account.rejected:
            complaints.append(f"{name}: {account.rejected:,} rejected in the books, {kept:,} in quarantine")
    return Verdict(tuple(stored), compare(must, may, quarantine), tuple(complaints))


def _stored(stream: str, ledger: Ledger, sensors: Mapping[str, int], found: Rows, account: Account) -> Stored:
    sent = ledger.good(stream)
    numbers = np.array([sensors.get(key, -1) for key in ledger.sensors], "i4")
    expected = np.empty(len(sent), found.dtype)
    for name in found.dtype.names or ():
        expected[name] = numbers[sent[name]] if name == "sensor_id" else sent[name]
    acknowledged = ledger.acknowledged[sent["parcel"]]
    must, may, there = (_each(rows) for rows in (expected[acknowledged], expected, found))
    key = ["sensor_id", "observed_at", *streams()[stream].key]
    return Stored(
        stream,
        sent=ledger.sent[stream],
        rows=len(found),
        lost=len(must - there),
        doubled=len(found) - len(np.unique(found[key])),
        wrong=len(there - may),
        account=account,
    )


def _check(one: Stored) -> list[str]:
    account = one.account
    found = []
    if account.stored != one.rows:
        found.append(f"{one.stream}: {account.stored:,} stored in the books, {one.rows:,} rows in the table")
    if account.received != account.stored + account.duplicate + account.rejected:
        found.append(f"{one.stream}: received is not stored + duplicate + rejected")
    if account.received < one.sent:
        found.append(f"{one.stream}: {one.sent:,} readings sent, {account.received:,} received in the books")
    return found


def _each(rows: Rows) -> set[bytes]:
    """Give each row as its bytes, all values together."""
    data, size = rows.tobytes(), rows.dtype.itemsize
    return {data[start : start + size] for start in range(0, len(data), size)}
