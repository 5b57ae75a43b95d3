"""Published indicators of approaches against what SUMO knows; `python -m bench.truth SCENARIO.sumocfg ...`."""

from __future__ import annotations

import asyncio
import csv
import math
import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg

from emscher import settings as settings_module
from emscher.settings import Settings
from simulators.loop.platform import embedded, received
from simulators.sumo.child import Sumo
from simulators.sumo.layout import Junction, lay_out
from simulators.sumo.name import name_of

WINDOW_S = 900
STILL_DUE = "select count(*) from due_window"


@dataclass(frozen=True, slots=True)
class Pair:
    """An approach: its name, and means of the windows that both sides have, of truth and of what is published."""

    name: str
    values: dict[str, list[tuple[float, float]]]


def lane_truth(folder: Path) -> dict[tuple[int, str], dict[str, float]]:
    """Delay [s/veh], density [veh/km] and longest queue [veh] by window's begin and lane."""
    found: dict[tuple[int, str], dict[str, float]] = {}
    for interval in ET.parse(folder / "lanes.xml").getroot().iter("interval"):  # noqa: S314 - SUMO wrote it for us
        begin_s = round(float(interval.get("begin", 0)))
        for lane in interval.iter("lane"):
            found[begin_s, lane.get("id", "")] = {
                "loss_s": float(lane.get("timeLoss", 0)),
                "left": float(lane.get("left", 0)),
                "density": float(lane.get("density", 0)),
            }
    with (folder / "queues.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            place = found.setdefault((int(row["begin_s"]), row["lane"]), {"loss_s": 0, "left": 0, "density": 0})
            place["queue"] = float(row["queue_max_veh"])
    return found


async def published(
    reached: Settings, scenario: Path, folder: Path, start: datetime
) -> dict[str, list[dict[str, Any]]]:
    """Publish a scenario to the platform, wait until all is computed, and ask the API."""
    base = f"http://{reached.api_host}:{reached.api_port}"
    environment = {
        **os.environ,
        "EMSCHER_DATABASE_URL": reached.database_url.get_secret_value(),
        "EMSCHER_MQTT_PORT": str(reached.mqtt_port),
        "EMSCHER_MQTT_PROTOCOL": reached.mqtt_protocol,
        "EMSCHER_LOG_LEVEL": "WARNING",
    }
    command = ["simulate", "sumo", str(scenario), "--load-city", "--speed", "max", "--truth", str(folder)]
    command += ["--start", start.isoformat()]
    async with httpx.AsyncClient(base_url=base, timeout=60) as client:
        before = await received(client)
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "emscher", *command],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        count = int(done.stdout.split()[0].replace(",", ""))
        while await received(client) < before + count:  # noqa: ASYNC110 - what another process does
            await asyncio.sleep(0.1)
        await asyncio.to_thread(_computed, reached)
        rows = {}
        for family in ("approach", "traffic"):
            span = {"from": start.isoformat(), "to": (start + timedelta(hours=2)).isoformat(), "limit": "50000"}
            rows[family] = (await client.get(f"/v1/indicators/{family}", params=span)).json()["data"]
        return rows


def compare(
    junctions: Sequence[Junction], truth: dict[tuple[int, str], dict[str, float]], rows: dict[str, Any], shift_s: float
) -> list[Pair]:
    """Pair what is published with the truth, approach by approach.

    Parameters
    ----------
    junctions : sequence of Junction
        The scenario's signals.
    truth : dict
        As of :func:`lane_truth`.
    rows : dict
        As of :func:`published`.
    shift_s : float
        From the scenario's time to the platform's [s].
    """
    told = {(row["sensor"], row["signal_group"], _second(row["window_start"])): row for row in rows["approach"]}
    minutes: dict[tuple[str, int], list[float]] = {}
    for row in rows["traffic"]:
        if row["density_veh_km"] is not None:
            window = _second(row["window_start"]) // WINDOW_S * WINDOW_S
            minutes.setdefault((row["sensor"], window), []).append(row["density_veh_km"])
    pairs = []
    begins = sorted({begin for begin, _ in truth})
    for one in junctions:
        for group in one.groups:
            values: dict[str, list[tuple[float, float]]] = {}
            for begin_s in begins:
                window = round(begin_s + shift_s)
                row = told.get((one.controller, group.number, window))
                known = [truth[begin_s, lane] for lane in group.lanes if (begin_s, lane) in truth]
                left = sum(lane["left"] for lane in known)
                if row is None or not left:
                    continue
                delay_s = sum(lane["loss_s"] for lane in known) / left
                _put(values, "simple delay", delay_s, row["approach_delay_s"])
                _put(values, "HCM delay", delay_s, row["control_delay_hcm_s"])
                _put(values, "queue", sum(lane.get("queue", 0) for lane in known), row["queue_max_veh"])
                _put(values, "flow", left * 3600 / WINDOW_S, row["flow_veh_h"])
                for detector in one.detectors:
                    if detector.group == group.number and detector.function == "advance":
                        lane = truth.get((begin_s, detector.loop.lane))
                        # A minute without a vehicle has density 0.
                        seen = minutes.get((detector.sensor, window), [])
                        _put(values, "density", lane["density"] if lane else 0.0, sum(seen) / (WINDOW_S / 60))
            pairs.append(Pair(f"{one.key}/{group.number}", values))
    return pairs


def _put(values: dict[str, list[tuple[float, float]]], name: str, truth: float, told: float | None) -> None:
    if told is not None and not math.isnan(told):
        values.setdefault(name, []).append((truth, told))


def _second(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp())


def _computed(reached: Settings) -> None:
    with psycopg.connect(reached.database_url.get_secret_value(), autocommit=True) as connection:
        while True:
            row = connection.execute(STILL_DUE).fetchone()
            if row is not None and row[0] == 0:
                return
            time.sleep(0.1)


def lines(pairs: Sequence[Pair], *, each: bool) -> list[str]:
    """Write the table: per approach truth and published means with their error, at last over all."""
    names = ("simple delay", "HCM delay", "queue", "flow", "density")
    found = ["| approach | " + " | ".join(f"{name}: SUMO, told" for name in names) + " |", "|---" * 6 + "|"]
    for pair in pairs if each else ():
        cells = [_cell(pair.values.get(name, [])) for name in names]
        found.append(f"| {pair.name} | " + " | ".join(cells) + " |")
    whole = [[one for pair in pairs for one in pair.values.get(name, [])] for name in names]
    found.append("| mean of all | " + " | ".join(map(_cell, whole)) + " |")
    found.append("| mean error (bias), mean absolute error | " + " | ".join(map(_error, whole)) + " |")
    return found


def _cell(values: Sequence[tuple[float, float]]) -> str:
    if not values:
        return ""
    truth, told = (sum(side) / len(values) for side in zip(*values, strict=True))
    return f"{truth:.1f}, {told:.1f}"


def _error(values: Sequence[tuple[float, float]]) -> str:
    if not values:
        return ""
    errors = [told - truth for truth, told in values]
    return f"{sum(errors) / len(errors):+.1f}, {sum(map(abs, errors)) / len(errors):.1f} (n {len(errors)})"


async def _main(scenarios: Sequence[Path], *, each: bool) -> None:
    start = datetime.fromtimestamp((time.time() - 86_400 * 30) // 86_400 * 86_400, UTC)
    async with embedded(settings_module.load(), lambda _: None) as reached:
        for number, scenario in enumerate(scenarios):
            async with Sumo(scenario, 1) as sumo:
                junctions, begin_s = lay_out(sumo.network, name_of(scenario)), sumo.network.begin_s
            begins = start + timedelta(days=number)
            with tempfile.TemporaryDirectory(prefix="emscher-truth-") as scratch:
                rows = await published(reached, scenario, Path(scratch), begins)
                pairs = compare(junctions, lane_truth(Path(scratch)), rows, begins.timestamp() - begin_s)
            print(f"\n{name_of(scenario)}: delay [s/veh], queue [veh], flow [veh/h], density [veh/km]\n")
            print("\n".join(lines(pairs, each=each)), flush=True)


def main() -> None:
    """Print a table for each scenario."""
    asked = ArgumentParser(prog="python -m bench.truth", description=__doc__)
    asked.add_argument("scenarios", nargs="+", type=Path)
    asked.add_argument("--sums", action="store_true", help="only the last two rows")
    arguments = asked.parse_args()
    asyncio.run(_main(arguments.scenarios, each=not arguments.sums))


if __name__ == "__main__":
    main()
