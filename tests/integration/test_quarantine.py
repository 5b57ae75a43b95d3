"""The quarantine on a real database: the way back, the books, the budget."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from readings import RECEIVED_AT, Inlet, message

from emscher.settings import Settings
from emscher.store.pool import connect
from ingest import accounting
from ingest import redrive as redrive_module
from ingest.errand import Errands
from ingest.redrive import Redrive, Result
from ingest.refused import Wanted, read

LATER = RECEIVED_AT + timedelta(hours=1)


async def rows(store: Settings, statement: str) -> list[tuple[Any, ...]]:
    """Rows of a statement, as the owner."""
    async with await connect(store, "owner") as connection:
        return await (await connection.execute(statement.encode())).fetchall()


async def again(store: Settings, wanted: Wanted | None = None, now: datetime = LATER) -> Result:
    """Re-drive what is wanted."""
    work = Redrive(store, lambda: now, lambda: 0.0)
    try:
        return await work.run(wanted or Wanted())
    finally:
        await work.close()


async def books_agree(store: Settings) -> tuple[int, int, int, int]:
    """Hold the books against the tables, per stream and minute; give the totals."""
    wrong = await rows(
        store,
        """SELECT stream, minute FROM
        (SELECT stream, minute, sum(received) AS received, sum(stored + duplicate + rejected) AS became,
                sum(rejected) AS rejected FROM ingest_account GROUP BY 1, 2) AS book
        FULL JOIN (SELECT stream, minute, sum(readings) AS readings FROM (
            SELECT stream, date_trunc('minute', received_at) AS minute, readings
            FROM rejected_message WHERE state = 'kept'
            UNION ALL SELECT stream, minute, readings FROM rejected_dropped) AS one GROUP BY 1, 2) AS refused
        USING (stream, minute)
        WHERE received IS DISTINCT FROM became OR coalesce(rejected, 0) <> coalesce(readings, 0)""",
    )
    assert wrong == []
    mended = await rows(store, "SELECT count(*) FROM rejected_message WHERE state <> 'kept'")
    assert await rows(store, "SELECT coalesce(sum(mended), 0)::bigint FROM ingest_account") == mended
    stored = await rows(store, "SELECT count(*) FROM traffic_reading")
    totals = await rows(
        store,
        "SELECT coalesce(sum(received), 0)::int, coalesce(sum(stored), 0)::int, coalesce(sum(duplicate), 0)::int,"
        " coalesce(sum(rejected), 0)::int FROM ingest_account",
    )
    assert totals[0][1] == stored[0][0]
    return totals[0]


def lane(minute: int, **more: object) -> dict[str, object]:
    """A reading of a lane."""
    return {"end": f"2026-01-05T07:{minute:02d}:00Z", "interval_s": 60, "count": 3, **more}


async def refuse_unknown(store: Settings, readings: Sequence[tuple[str, object]]) -> None:
    """Have readings refused because nobody knows their sensors."""
    async with Inlet(store.model_copy(update={"ingest_unknown_sensor": "reject"})) as inlet:
        await inlet.take([message("traffic", key, payload) for key, payload in readings])


async def test_what_is_mended_is_stored_once_and_marked(store: Settings) -> None:
    """After the cause is gone a re-drive stores what was refused, marks it, moves the books; another finds nothing."""
    await refuse_unknown(store, [("n.1", lane(1)), ("n.1", lane(2)), ("n.2", lane(1)), ("n.2", b"{oops")])
    assert await books_agree(store) == (4, 0, 0, 4)
    result = await again(store)
    assert (result.tried, result.stored, result.duplicate, dict(result.refused)) == (4, 3, 0, {"malformed": 1})
    assert await books_agree(store) == (4, 3, 0, 1)
    marked = await rows(
        store,
        "SELECT state, tries, mended_stream, payload IS NULL, tried_at FROM rejected_message ORDER BY state DESC",
    )
    assert marked == [("stored", 1, "traffic", True, LATER)] * 3 + [("kept", 1, None, False, LATER)]
    assert (await rows(store, "SELECT count(*) > 0 FROM due_window"))[0][0]
    second = await again(store, now=LATER + timedelta(hours=1))
    assert (second.tried, second.stored) == (1, 0)
    assert await books_agree(store) == (4, 3, 0, 1)


async def test_part_of_an_array_alone_is_kept_and_sent_again(store: Settings) -> None:
    """Of an array only the refused reading is kept, and it alone is stored by the re-drive."""
    payload = [lane(1), lane(2), lane(3, end="2026-01-05T08:20:00Z")]
    async with Inlet(store) as inlet:
        books = await inlet.take([message("traffic", "a.1", payload)])
    assert (books["traffic"].stored, books["traffic"].rejected) == (2, 1)
    assert b"08:20" in (await rows(store, "SELECT payload FROM rejected_message"))[0][0]
    assert (await again(store)).refused == {"in_future": 1}
    result = await again(store.model_copy(update={"ingest_ahead_s": 3600}), now=LATER + timedelta(minutes=1))
    assert (result.stored, result.duplicate) == (1, 0)
    assert await books_agree(store) == (3, 3, 0, 0)


async def test_message_without_a_place_counts_its_readings_when_it_finds_one(store: Settings) -> None:
    """A message on an unknown topic counts as one; taken apart by a corrected prefix its readings count, each once."""
    early = [lane(1), lane(2), lane(3, speed_mph=3)]
    async with Inlet(store.model_copy(update={"mqtt_topic_prefix": "other"})) as inlet:
        await inlet.take([message("traffic", "t.1", early)])
    assert await books_agree(store) == (1, 0, 0, 1)
    result = await again(store)
    assert (result.tried, result.stored, dict(result.refused)) == (1, 2, {"wrong_unit": 1})
    assert await books_agree(store) == (3, 2, 0, 1)
    left = await rows(store, "SELECT stream, sensor_key, reason, tries FROM rejected_message WHERE state = 'kept'")
    assert left == [("traffic", "t.1", "wrong_unit", 1)]
    assert await rows(store, "SELECT stream, state, mended_stream FROM rejected_message WHERE state <> 'kept'") == [
        ("unknown", "stored", "traffic")
    ]


async def test_duplicates_and_conflicts_are_told_apart(store: Settings) -> None:
    """What was stored meanwhile is marked a duplicate, what disagrees with it keeps the conflict as its new reason."""
    await refuse_unknown(
        store, [("d.1", lane(1)), ("d.1", lane(1)), ("d.1", lane(2)), ("d.1", lane(3)), ("d.1", lane(3, count=9))]
    )
    async with Inlet(store) as inlet:
        await inlet.take([message("traffic", "d.1", lane(1)), message("traffic", "d.1", lane(2, count=8))])
    result = await again(store)
    assert (result.stored, result.duplicate, dict(result.refused)) == (1, 2, {"conflict": 2})
    assert await rows(store, "SELECT state, last_reason FROM rejected_message ORDER BY rejected_id") == [
        ("duplicate", None),
        ("duplicate", None),
        ("kept", "conflict"),
        ("stored", None),
        ("kept", "conflict"),
    ]
    assert await books_agree(store) == (7, 3, 2, 2)


async def test_time_is_judged_as_of_the_receipt_and_as_of_today(store: Settings) -> None:
    """What lay in the future stays refused however long ago that was; what is too old by now is not stored any more."""
    async with Inlet(store) as inlet:
        await inlet.take([message("traffic", "f.1", lane(1, end="2026-01-05T09:00:00Z"))])
    await refuse_unknown(store, [("f.1", lane(2))])
    result = await again(store, now=RECEIVED_AT + timedelta(days=2))
    assert dict(result.refused) == {"in_future": 1}
    await refuse_unknown(store, [("f.2", lane(5))])
    result = await again(store, now=RECEIVED_AT + timedelta(days=40))
    assert dict(result.refused) == {"in_future": 1, "too_old": 1}
    assert await books_agree(store) == (3, 1, 0, 2)


async def test_two_at_once_share_the_work(store: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two re-drives at the same time store every reading once, and together try each once."""
    monkeypatch.setattr(redrive_module, "BATCH", 7)
    await refuse_unknown(store, [(f"p.{number % 5}", lane(number % 50)) for number in range(200)])
    both = await asyncio.gather(again(store), again(store))
    assert sum(one.tried for one in both) == 200
    assert all(one.tried for one in both)
    assert sum(one.stored for one in both) == 50
    assert sum(one.duplicate for one in both) == 150
    assert await books_agree(store) == (200, 50, 150, 0)


async def test_kill_in_the_middle_undoes_the_batch(store: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the connection dies before the commit nothing of the batch remains, and the next run does all of it."""
    await refuse_unknown(store, [("k.1", lane(number)) for number in range(20)])

    async def die(connection: psycopg.AsyncConnection[Any], *_: object) -> None:
        async with await connect(store, "owner", autocommit=True) as owner:
            await owner.execute("SELECT pg_terminate_backend(%s)", (connection.info.backend_pid,))
        await connection.execute("SELECT 1")

    with monkeypatch.context() as patched:
        patched.setattr(accounting, "move", die)
        with pytest.raises(psycopg.OperationalError):
            await again(store)
    assert await books_agree(store) == (20, 0, 0, 20)
    assert await rows(store, "SELECT count(*) FROM traffic_reading") == [(0,)]
    assert (await again(store)).stored == 20
    assert await books_agree(store) == (20, 20, 0, 0)


async def test_value_the_database_refuses_is_singled_out(store: Settings) -> None:
    """One value that passes all checks but the database's own is refused alone; its neighbours are stored."""
    await refuse_unknown(store, [("v.1", lane(number, count=13 if number == 5 else 3)) for number in range(12)])
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute("alter table traffic_reading add check (count <> 13)")
    result = await again(store)
    assert (result.tried, result.stored, dict(result.refused)) == (12, 11, {"inconsistent": 1})
    assert await books_agree(store) == (12, 11, 0, 1)


async def test_filters_choose(store: Settings) -> None:
    """List and re-drive take the same filters: sensor, reason, time, number."""
    await refuse_unknown(store, [("w.1", lane(1)), ("w.2", lane(1)), ("w.2", b"{")])
    async with await connect(store, "writer", autocommit=True) as connection:

        async def found(wanted: Wanted) -> list[str | None]:
            return [one.sensor async for one in read(connection, wanted)]

        assert await found(Wanted(sensor="w.2")) == ["w.2", "w.2"]
        assert await found(Wanted(reason="malformed")) == ["w.2"]
        assert await found(Wanted(since=LATER)) == []
        assert len(await found(Wanted(until=LATER, stream="traffic"))) == 3
        (first,) = [one async for one in read(connection, Wanted(sensor="w.1"))]
    assert (await again(store, Wanted(numbers=[first.id]))).tried == 1
    assert await books_agree(store) == (3, 1, 0, 2)


async def test_request_of_the_api_is_carried_out(store: Settings) -> None:
    """What the reader may only ask for, ingest does, and writes down what came of it."""
    await refuse_unknown(store, [("r.1", lane(1)), ("r.2", lane(2))])
    async with await connect(store, "reader", autocommit=True) as connection:
        await connection.execute("insert into redrive_request (sensor_key) values ('r.1')")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await connection.execute("update redrive_request set sensor_key = 'r.2'")
    errands = Errands(store, Redrive(store, lambda: LATER, lambda: 0.0), lambda: LATER)
    try:
        assert await errands.once()
        assert not await errands.once()
    finally:
        await errands.close()
    done = await rows(store, "SELECT tried, stored, duplicate, refused, finished_at FROM redrive_request")
    assert done == [(1, 1, 0, 0, LATER)]


async def test_private_stream_keeps_nothing_to_send_again(store: Settings) -> None:
    """A refused reading of an access point has neither key nor content, so it is never tried again."""
    async with Inlet(store) as inlet:
        await inlet.take([message("wlan", "ap.1", {"end": "2026-01-05T07:15:00Z", "interval_s": 900, "mac": "x"})])
    assert await rows(store, "SELECT sensor_key, topic, payload FROM rejected_message") == [(None, None, None)]
    assert (await again(store)).tried == 0


async def test_flood_is_counted_and_bounded(store: Settings) -> None:
    """Of 100,000 bad messages few rows are kept, every one is counted, and a quiet sensor's only row is among them."""
    settings = store.model_copy(update={"quarantine_rows": 500, "quarantine_rows_per_sensor": 100})
    async with Inlet(settings) as inlet:
        await inlet.take([message("traffic", key, lane(1)) for key in ("loud.1", "loud.2", "loud.3", "quiet")])
        inlet.now += timedelta(minutes=1)
        for batch in range(25):
            flood = [message("traffic", f"loud.{1 + number % 3}", b"{" * (1 + number % 2)) for number in range(2000)]
            await inlet.take(flood)
            await inlet.take([message("traffic", f"stranger.{batch}.{number}", b"[]") for number in range(2000)])
        await inlet.take([message("traffic", "quiet", b"{")])
        await inlet.take([message("traffic", "quiet", lane(1, count=9))])
    assert await books_agree(store) == (100_006, 4, 0, 100_002)
    kept = await rows(
        store,
        "SELECT coalesce(s.key, 'strangers'), count(*) FROM rejected_message LEFT JOIN sensor AS s"
        " ON s.key = sensor_key GROUP BY 1 ORDER BY 1",
    )
    counts = dict(kept)
    assert counts["quiet"] == 2
    assert counts["strangers"] <= 100
    assert sum(counts.values()) <= 250 + 10 * 5
    size = (await rows(store, "SELECT pg_total_relation_size('rejected_message')"))[0][0]
    assert size < 1_000_000


async def test_bytes_are_bounded_too(store: Settings) -> None:
    """Large garbage is kept up to the budget of bytes, then only counted."""
    settings = store.model_copy(update={"quarantine_bytes": 1_048_576})
    async with Inlet(settings) as inlet:
        await inlet.take([message("traffic", f"b.{number}", lane(1)) for number in range(10)])
        inlet.now += timedelta(minutes=1)
        for _ in range(10):
            await inlet.take([message("traffic", f"b.{n % 10}", b"{" + b"x" * 60_000) for n in range(100)])
    await books_agree(store)
    size = (await rows(store, "SELECT sum(octet_length(payload)) FROM rejected_message"))[0][0]
    assert 500_000 < size < 1_048_576 + 65_536


async def test_budget_is_free_again_when_rows_are_mended(store: Settings) -> None:
    """A sensor whose share was full is kept again after its rows were mended."""
    settings = store.model_copy(update={"quarantine_rows_per_sensor": 3, "ingest_unknown_sensor": "reject"})
    async with Inlet(settings) as inlet:
        await inlet.take([message("traffic", "g.1", lane(number)) for number in range(5)])
    assert (await again(store)).stored == 3
    async with Inlet(settings, RECEIVED_AT + timedelta(minutes=5)) as inlet:
        await inlet.take([message("traffic", "g.1", b"{")])
    assert await rows(store, "SELECT count(*) FROM rejected_message WHERE state = 'kept'") == [(1,)]
    assert await books_agree(store) == (6, 3, 0, 3)
