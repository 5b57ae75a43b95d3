"""Prometheus metrics of the API."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

_REQUESTS = Counter("api_requests", "Requests answered, by the template of their route", ["method", "route", "status"])
_SECONDS = Histogram(
    "api_request_seconds",
    "Time until an answer was sent",
    ["route"],
    buckets=[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
)

LISTENERS = Gauge("api_live_listeners", "Listeners of /v1/live")
RESYNCS = Counter("api_live_resyncs", "How often a listener of /v1/live was told to read anew")

_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def record(method: str, route: str, status: int, seconds: float | None) -> None:
    """Count a request, and time it where it has an end of its own; never by who asked."""
    _REQUESTS.labels(method if method in _METHODS else "other", route, str(status)).inc()
    if seconds is not None:
        _SECONDS.labels(route).observe(seconds)
