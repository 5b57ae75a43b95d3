"""Run every benchmark and print one table; ``quick`` as an argument runs them small."""

from __future__ import annotations

import logging
import os
import platform
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import structlog

from bench.copying import copying
from bench.energy import energy
from bench.latency import latency
from bench.messages import Row, backlog, concurrent
from bench.newest import newest
from bench.signals import signals
from bench.start import start


def rows(*, quick: bool) -> Iterator[Row]:
    """Measure, one after the other."""
    part = 10 if quick else 1
    yield from backlog(100_000 // part, 1 if quick else 3)
    yield concurrent("mosquitto", 100_000 // part)
    yield concurrent("amqtt", 10_000 // part)
    yield from copying(500_000 // part, 1 if quick else 5)
    yield from signals(3 if quick else 15)
    for rate_per_s in (1_000, 5_000):
        yield latency(rate_per_s, 20 if quick else 100)
    yield newest(5_000)
    yield from energy(50_000 // part, 2_000 // part)
    yield from start()


def machine() -> str:
    """Name the machine: processors, kernel, Python."""
    lines = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").splitlines()
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    return f"{os.cpu_count()} x {model}, Linux {platform.release().split('-')[0]}, Python {platform.python_version()}"


def main() -> None:
    """Print the table, a row as soon as it is measured."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    print(f"{datetime.now(UTC):%Y-%m-%d}, {machine()}\n")
    print("| what | figure | how |\n|---|---|---|")
    for name, figure, how in rows(quick="quick" in sys.argv):
        print(f"| {name} | {figure} | {how} |", flush=True)


main()
