"""Prometheus metrics of processing."""

from __future__ import annotations

from prometheus_client import Counter, start_http_server

_WINDOWS = Counter("processing_windows", "Due windows computed", ["family"])
_ROWS = Counter("processing_indicator_rows", "Rows of indicators computed", ["family"])


def serve(host: str, port: int) -> None:
    """Serve the metrics; port 0 serves none."""
    if port:
        start_http_server(port, host)


def record(family: str, windows: int, rows: int) -> None:
    """Count what was computed."""
    _WINDOWS.labels(family).inc(windows)
    _ROWS.labels(family).inc(rows)
