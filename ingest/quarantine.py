"""The quarantine: what of a refused message is kept, so that its sender can be mended, and what must not be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from emscher import privacy
from emscher.rejection import Reason
from emscher.store.pool import Connection
from emscher.store.query import queries
from emscher.streams import streams
from ingest.batch import Rejected
from ingest.budget import Budget

KEPT_LIMIT_BYTES = 65_536
"""A longer payload is kept only by its length [bytes]."""
DETAIL_LIMIT = 500

_SQL = queries("ingest", "quarantine.sql")


@dataclass(frozen=True, slots=True)
class Kept:
    """A row of ``rejected_message``."""

    stream: str
    sensor_key: str | None
    topic: str | None
    reason: str
    detail: str
    payload: bytes | None
    payload_bytes: int


def keep(refused: Rejected) -> Kept:
    """Decide what of a refused message is kept.

    Of a private stream nothing but the reason is, nor of an unknown sensor on a stream that takes listed ones only. Of
    any other the payload, the sensor's key and the topic are, unless one holds what looks like an identifier of a
    device or a person: the payload takes the others with it, because who sends a client's record may well have named
    the topic after the client.

    Parameters
    ----------
    refused : Rejected
        What was refused.
    """
    stream = streams().get(refused.stream)
    personal = privacy.holds_identifier(refused.payload)
    unlisted = refused.error.reason is Reason.UNKNOWN_SENSOR and stream is not None and stream.listed
    private = personal or unlisted or (stream is not None and stream.private)
    payload: bytes | None = refused.payload
    if private or len(refused.payload) > KEPT_LIMIT_BYTES:
        payload = None
    key = refused.sensor_key
    if private or (key is not None and privacy.holds_identifier(key.encode())):
        key = None
    detail = _storable(refused.error.detail)
    if personal or privacy.holds_identifier(detail.encode()):
        detail = "no detail is kept: it holds what looks like an identifier"
    topic = None
    if refused.topic and not private and not privacy.holds_identifier(refused.topic):
        topic = _storable(refused.topic.decode("utf-8", "backslashreplace"))
    return Kept(refused.stream, key, topic, refused.error.reason, detail, payload, len(refused.payload))


async def write(
    connection: Connection, worker: str, received_at: datetime, refused: Sequence[Rejected], budget: Budget
) -> None:
    """Keep refused readings as far as the budget goes, count the rest, in the transaction of their batch.

    Parameters
    ----------
    connection : Connection
        In a transaction.
    worker : str
        Whose batch it is; each worker counts in rows of its own.
    received_at : datetime
        When the batch was received.
    refused : sequence of Rejected
        What was refused.
    budget : Budget
        Says what there is room for.
    """
    await budget.look(connection, received_at)
    dropped: Counter[tuple[str, str]] = Counter()
    kept = []
    for one in refused:
        # Asked first: under a flood this line is all that most of it costs.
        source = budget.source(one)
        if budget.admit(source):
            row = keep(one)
            budget.take(source, len(row.payload or b"") + len(row.detail))
            kept.append(row)
        else:
            dropped[one.stream, one.error.reason.value] += 1
    if kept:
        await put(connection, received_at, kept)
    minute = received_at.astimezone(UTC).replace(second=0, microsecond=0)
    for (stream, reason), readings in sorted(dropped.items()):
        values = {"stream": stream, "reason": reason, "minute": minute, "worker": worker, "readings": readings}
        await connection.execute(_SQL["drop"].statement, values)


async def put(
    connection: Connection, received_at: datetime, kept: Sequence[Kept], tried_at: datetime | None = None
) -> None:
    """Write rows of the quarantine.

    Parameters
    ----------
    connection : Connection
        In a transaction.
    received_at : datetime
        When they were received.
    kept : sequence of Kept
        The rows, each for one reading.
    tried_at : datetime, optional
        When they were re-driven, for parts of a message that was.
    """
    tries = 0 if tried_at is None else 1
    async with connection.cursor() as cursor, cursor.copy(_SQL["reject"].statement) as copy:
        for one in kept:
            named = (received_at, one.stream, one.sensor_key, one.topic, one.reason, one.detail)
            await copy.write_row((*named, 1, one.payload, one.payload_bytes, tries, tried_at))


def _storable(text: str) -> str:
    """Make text that PostgreSQL takes: no NUL, no lone surrogate, not too long."""
    return text.replace("\0", "\\0").encode("utf-8", "backslashreplace").decode()[:DETAIL_LIMIT]
