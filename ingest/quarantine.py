"""The quarantine: what of a refused message is kept, so that its sender can be mended, and what must not be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from emscher import privacy
from emscher.store.pool import Connection
from emscher.store.query import queries
from emscher.streams import streams
from ingest.batch import Rejected

KEPT_LIMIT_BYTES = 65_536
"""A longer payload is kept only by its length [bytes]."""
DETAIL_LIMIT = 500

_SQL = queries("ingest")


@dataclass(frozen=True, slots=True)
class Kept:
    """A row of ``rejected_message``."""

    stream: str
    sensor_key: str | None
    reason: str
    detail: str
    payload: bytes | None
    payload_bytes: int


def keep(refused: Rejected) -> Kept:
    """Decide what of a refused message is kept.

    Of a private stream nothing but the reason is; of any other the payload and the sensor's key, unless they hold what
    looks like an identifier of a device or a person.

    Parameters
    ----------
    refused : Rejected
        What was refused.
    """
    stream = streams().get(refused.stream)
    private = stream is not None and stream.private
    payload: bytes | None = refused.payload
    if private or len(refused.payload) > KEPT_LIMIT_BYTES or privacy.holds_identifier(refused.payload):
        payload = None
    key = refused.sensor_key
    if private or (key is not None and privacy.holds_identifier(key.encode())):
        key = None
    detail = _storable(refused.error.detail)
    if privacy.holds_identifier(detail.encode()):
        detail = "no detail is kept: it holds what looks like an identifier"
    return Kept(refused.stream, key, refused.error.reason, detail, payload, len(refused.payload))


async def write(connection: Connection, received_at: datetime, refused: Sequence[Rejected]) -> None:
    """Write refused messages, in the transaction of their batch.

    Parameters
    ----------
    connection : Connection
        In a transaction.
    received_at : datetime
        When the batch was received.
    refused : sequence of Rejected
        What was refused.
    """
    async with connection.cursor() as cursor, cursor.copy(_SQL["reject"].statement) as copy:
        for one in map(keep, refused):
            await copy.write_row(
                (received_at, one.stream, one.sensor_key, one.reason, one.detail, 1, one.payload, one.payload_bytes)
            )


def _storable(text: str) -> str:
    """Make text that PostgreSQL takes: no NUL, no lone surrogate, not too long."""
    return text.replace("\0", "\\0").encode("utf-8", "backslashreplace").decode()[:DETAIL_LIMIT]
