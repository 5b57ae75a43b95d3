"""The soak's judgement: what must not pass does not."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import numpy as np
import pytest
from soak.garbage import Base, conflict, long_ago
from soak.ledger import Ledger
from soak.parcel import Refused, parcel
from soak.store import Account, Store
from soak.town import Town
from soak.verdict import Verdict, judge

from emscher.store import copy
from emscher.store.copy import Column, Rows
from emscher.streams import streams

COLUMNS = {
    "signal": (
        Column("sensor_id", "integer"),
        Column("observed_at", "timestamp with time zone"),
        Column("simulated", "boolean"),
        Column("code", "smallint"),
        Column("parameter", "integer"),
    )
}
EVENT = {"time": "2026-01-05T07:00:00Z", "code": 1, "parameter": 2}
OTHER = {**EVENT, "parameter": 3}


class StoreOf(Store):
    """A store with what a test puts in it."""

    def __init__(self, parameters: Sequence[int], account: Account, refused: Counter[Refused]) -> None:
        super().__init__("")
        moment = np.datetime64("2026-01-05T07:00:00", "us")
        self._rows = np.array([(7, moment, False, 1, one) for one in parameters], copy.dtype_of(COLUMNS["signal"]))
        self._account = account
        self._refused = refused

    async def books(self) -> dict[str, Account]:
        """What the test says."""
        return {"signal": self._account}

    async def sensors(self) -> dict[str, int]:
        """One sensor."""
        return {"s.1": 7}

    async def readings(self, stream: str, columns: Sequence[Column]) -> Rows:
        """What the test says."""
        del stream, columns
        return self._rows

    async def quarantine(self) -> Counter[Refused]:
        """What the test says."""
        return self._refused


def _judged(parameters: Sequence[int], account: Account, refused: int = 1, acknowledged: int = 3) -> Verdict:
    """Judge two events and a piece of garbage, of which so many are acknowledged."""
    ledger = Ledger(COLUMNS)
    garbage = long_ago(Base("signal", "s.1", EVENT, "x"), 1)
    parcels = [parcel("signal", "s.1", msgspec.json.encode(one)) for one in (EVENT, OTHER)]
    for number, one in enumerate([garbage, *parcels]):
        assert ledger.write(one) == number
        if number < acknowledged:
            ledger.acknowledge(number)
    kept = Counter({garbage.refused[0]: refused}) if refused else Counter()
    return asyncio.run(judge(ledger, StoreOf(parameters, account, kept), COLUMNS))


def test_all_there_holds() -> None:
    """Everything once, garbage refused, books that add up."""
    verdict = _judged([2, 3], Account(3, 2, 0, 1))
    assert verdict.holds


def test_a_second_delivery_holds() -> None:
    """What came again is a duplicate or refused again."""
    assert _judged([2, 3], Account(5, 2, 1, 2), refused=2).holds


def test_an_acknowledged_reading_that_is_missing_is_lost() -> None:
    """One acknowledged reading is missing; without its acknowledgement it might."""
    assert _judged([2], Account(3, 1, 1, 1)).lost == 1
    assert _judged([2], Account(3, 1, 1, 1), acknowledged=2).lost == 0


def test_a_refusal_that_is_missing_is_lost() -> None:
    """A piece of garbage of which quarantine knows nothing."""
    verdict = _judged([2, 3], Account(3, 2, 1, 0), refused=0)
    assert (verdict.lost, verdict.holds) == (1, False)


def test_a_reading_stored_twice_is_doubled() -> None:
    """Two rows of one natural key."""
    verdict = _judged([2, 3, 3], Account(4, 3, 0, 1))
    assert (verdict.doubled, verdict.holds) == (1, False)


def test_a_row_nobody_sent_is_wrong() -> None:
    """A row with another value than was sent is wrong, and the reading is lost."""
    verdict = _judged([2, 4], Account(3, 2, 0, 1))
    assert (verdict.wrong, verdict.lost) == (1, 1)


@pytest.mark.parametrize(
    "account",
    [Account(3, 1, 1, 1), Account(4, 2, 0, 2), Account(5, 2, 1, 1), Account(2, 2, 0, 1)],
    ids=["a row too many", "a refusal too few", "they do not add up", "received less than sent"],
)
def test_wrong_books_are_complained_of(account: Account) -> None:
    """Books that disagree with the tables, with quarantine, with themselves or with what was sent."""
    verdict = _judged([2, 3], account)
    assert verdict.complaints
    assert not verdict.holds


def test_same_seed_sends_the_same() -> None:
    """All streams, the number asked for, and the same parcels for the same seed."""
    until_s = round(datetime(2026, 1, 5, 8, tzinfo=UTC).timestamp())

    def sent() -> list[Any]:
        return list(Town(np.random.default_rng(5), 5, 4000, until_s).parcels())

    parcels = sent()
    assert parcels == sent()
    assert sum(one.readings for one in parcels) == 4000
    assert {good.stream for one in parcels for good in one.good} == set(streams())
    assert len({refused.reason for one in parcels for refused in one.refused}) > 5


def test_conflict_disagrees_or_is_none() -> None:
    """A reading with a value beside its key can be contradicted, an event cannot."""
    reading = {"end": "2026-01-05T07:01:00Z", "interval_s": 60, "count": 3}
    other = conflict(Base("traffic", "d.1", reading, "x"))
    assert other is not None
    assert msgspec.json.decode(other.payload)["count"] == 2
    assert conflict(Base("signal", "s.1", EVENT, "x")) is None
