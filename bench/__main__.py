"""Run benchmarks and print one table: all, or one part by its name; ``--quick`` runs them small."""

from __future__ import annotations

import logging
import os
import platform
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import structlog

from bench.backfill import backfills
from bench.copying import copying
from bench.dashboards import dashboards
from bench.energy import energy
from bench.ingest import ingest, memory
from bench.latency import latency
from bench.live import live
from bench.messages import Row
from bench.newest import newest
from bench.replay import replays
from bench.signals import signals
from bench.start import start


def rows(only: str | None, messages: int, *, quick: bool) -> Iterator[Row]:
    """Measure, one after the other."""
    part = 10 if quick else 1
    if only == "memory":
        yield memory(messages // part)
        return
    if only == "replay":
        yield from replays(120 // part, 24 // part)
        return
    if only == "dashboards":
        yield from dashboards(3 if quick else 30)
        return
    yield from ingest(200_000 // part, 1 if quick else 3)
    if only == "ingest":
        return
    yield from copying(500_000 // part, 1 if quick else 5)
    yield from backfills(40 if quick else 400)
    yield from live(40 if quick else 160, 3 if quick else 15)
    yield from signals(3 if quick else 15)
    for rate_per_s in (1_000, 5_000):
        yield latency(rate_per_s, 20 if quick else 100)
    yield newest(5_000)
    yield from replays(120 // part, 24 // part)
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
    asked = ArgumentParser(prog="python -m bench", description=__doc__)
    asked.add_argument("only", nargs="?", choices=("dashboards", "ingest", "memory", "replay"))
    asked.add_argument("--quick", action="store_true", help="a tenth of everything, once")
    asked.add_argument("--messages", type=int, default=10_000_000, help="messages of the row on memory")
    arguments = asked.parse_args()
    for name, figure, how in rows(arguments.only, arguments.messages, quick=arguments.quick):
        print(f"| {name} | {figure} | {how} |", flush=True)


main()
