"""Prometheus metrics of ingest."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import Counter, Histogram

from ingest.accounting import Account

_READINGS = Counter("ingest_readings", "Readings by what became of them", ["stream", "outcome"])
_MESSAGES = Counter("ingest_messages", "Messages acknowledged after their commit")
_BATCH = Histogram("ingest_batch_messages", "Messages per commit", buckets=[1, 3, 10, 30, 100, 300, 1000, 3000, 10000])


def record(messages: int, books: Mapping[str, Account]) -> None:
    """Count a committed batch."""
    _MESSAGES.inc(messages)
    _BATCH.observe(messages)
    for stream, account in books.items():
        _READINGS.labels(stream, "stored").inc(account.stored)
        _READINGS.labels(stream, "duplicate").inc(account.duplicate)
        _READINGS.labels(stream, "rejected").inc(account.rejected)
