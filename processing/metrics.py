"""Prometheus metrics of processing."""

from __future__ import annotations

from prometheus_client import Counter

_WINDOWS = Counter("processing_windows", "Due windows computed", ["family"])
_ROWS = Counter("processing_indicator_rows", "Rows of indicators computed", ["family"])


def record(family: str, windows: int, rows: int) -> None:
    """Count what was computed."""
    _WINDOWS.labels(family).inc(windows)
    _ROWS.labels(family).inc(rows)
