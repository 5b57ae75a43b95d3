"""The messages of the benchmarks: readings of a thousand lanes, one or many to a message."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

SENSORS = 1000
Row = tuple[str, str, str]


def single_readings(count: int, offset: int = 0, prefix: str = "emscher") -> list[tuple[bytes, bytes]]:
    """Messages of one reading each, a minute older after each thousand."""
    newest = datetime.now(UTC).replace(second=0, microsecond=0)
    found = []
    for number in range(offset, offset + count):
        end = newest - timedelta(minutes=number // SENSORS)
        found.append((f"{prefix}/traffic/bench.{number % SENSORS}".encode(), _reading(end, number)))
    return found


def arrays(count: int, readings: int) -> list[tuple[bytes, bytes]]:
    """Messages of as many readings each, of successive minutes of one lane."""
    newest = datetime.now(UTC).replace(second=0, microsecond=0)
    found = []
    for number in range(count):
        first = number // SENSORS * readings
        parts = [_reading(newest - timedelta(minutes=first + minute), minute) for minute in range(readings)]
        found.append((f"emscher/traffic/bench.{number % SENSORS}".encode(), b"[" + b",".join(parts) + b"]"))
    return found


def _reading(end: datetime, number: int) -> bytes:
    values = f'"count":{number % 40},"occupancy_pct":7.5,"speed_kmh":48.5'
    return f'{{"end":"{end:%Y-%m-%dT%H:%M:%SZ}","interval_s":60,{values}}}'.encode()
