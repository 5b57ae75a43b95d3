"""SUMO as the city at full speed, with the whole platform beside it; `python -m bench.sumo`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from pathlib import Path

import psycopg

from bench.messages import Row
from bench.platform import PATIENCE_S, platform, process, received, wait_for
from emscher.settings import Settings
from simulators.sumo.town.making import make
from simulators.sumo.town.town import dortmund

STILL_DUE = "select count(*) from due_window"


def sumo(scenario: Path | None, duration_s: float) -> list[Row]:
    """Publish a scenario at full speed while ingest, processing and API run.

    Parameters
    ----------
    scenario : Path or None
        A ``.sumocfg``; the morning of the town of our own where there is none.
    duration_s : float
        How long to simulate [s].
    """
    with tempfile.TemporaryDirectory(prefix="emscher-bench-") as folder, platform() as settings:
        chosen = scenario or make(dortmund(), Path(folder))[0]
        with process(settings, "ingest"), process(settings, "process"), process(settings, "api"):
            time.sleep(5.0)
            began_s = time.perf_counter()
            said = _simulate(settings, chosen, duration_s)
            found = re.search(r"([\d,]+) readings in ([\d,]+) messages, .* in ([\d.]+) s: ([\d,]+) readings/s", said)
            if found is None:
                sys.exit(said)
            readings, messages, took_s, rate = (float(part.replace(",", "")) for part in found.groups())
            stored_s = wait_for(settings, round(readings)) - began_s
            computed_s = _computed(settings) - began_s
            counted = received(settings)
    name = f"{chosen.stem}, {duration_s:.0f} s simulated"
    return [
        (f"SUMO published, {name}", f"{rate:,.0f} readings/s", f"{readings:,.0f} in {messages:,.0f} messages"),
        (
            "until all are stored",
            f"{stored_s:.1f} s",
            f"{counted:,} received; publishing took {took_s:.1f} s, before it SUMO and Python start",
        ),
        ("until all is computed", f"{computed_s:.1f} s", "no window is due"),
    ]


def _simulate(settings: Settings, scenario: Path, duration_s: float) -> str:
    command = ["simulate", "sumo", str(scenario), "--load-city", "--speed", "max", "--duration", str(duration_s)]
    environment = {
        "EMSCHER_DATABASE_URL": settings.database_url.get_secret_value(),
        "EMSCHER_MQTT_PORT": str(settings.mqtt_port),
        "EMSCHER_MQTT_PROTOCOL": settings.mqtt_protocol,
        "EMSCHER_LOG_LEVEL": "WARNING",
    }
    done = subprocess.run(
        [sys.executable, "-m", "emscher", *command],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


def _computed(settings: Settings) -> float:
    deadline_s = time.perf_counter() + PATIENCE_S
    with psycopg.connect(settings.database_url.get_secret_value(), autocommit=True) as connection:
        while time.perf_counter() < deadline_s:
            row = connection.execute(STILL_DUE).fetchone()
            if row is not None and row[0] == 0:
                break
            time.sleep(0.05)
    return time.perf_counter()


def main() -> None:
    """Print the table."""
    asked = ArgumentParser(prog="python -m bench.sumo", description=__doc__)
    asked.add_argument("scenario", nargs="?", type=Path)
    asked.add_argument("--duration", type=float, default=900.0)
    arguments = asked.parse_args()
    print("| what | figure | how |\n|---|---|---|")
    for name, figure, how in sumo(arguments.scenario, arguments.duration):
        print(f"| {name} | {figure} | {how} |", flush=True)


if __name__ == "__main__":
    main()
