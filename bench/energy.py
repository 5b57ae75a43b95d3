"""What the platform itself costs: CPU energy and carbon per 1,000 messages and per API call, under a stated model.

CPU time is measured over ingest, processing, API, broker and database. The model: a core at work draws 5 W (own round
figure; nothing here can measure it), electricity is the German mix of 2024 (363 g/kWh), and a server of 64 cores is
worth 1,000 kg over four years. What the machine draws while it idles is not the platform's.

``python -m bench.energy`` measures three times and prints the runs and their medians.
"""

from __future__ import annotations

import http.client
import os
import statistics
from dataclasses import dataclass

import psycopg

from bench.cpu import cpu_s, parent_of
from bench.latency import connected
from bench.load import Load
from bench.messages import SENSORS, Row, single_readings
from bench.platform import PORT, platform, process, wait_for
from emscher.settings import Settings
from processing.figures.intensity import embodied, software_intensity

CORE_W = 5.0
GRID_G_PER_KWH = 363.0
SERVER_G, SERVER_CORES, SERVER_H = 1e6, 64, 4 * 365 * 24
J_PER_KWH = 3.6e6
THOUSAND = 1000
PATH = "/v1/readings/traffic?limit=100"


MESSAGES, CALLS, RUNS = 50_000, 2_000, 3


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU time of so many units of work [s]."""

    what: str
    used_s: float
    units: float
    how: str

    @property
    def energy_mj(self) -> float:
        """CPU energy of one unit [mJ]."""
        return self.used_s * CORE_W / self.units * THOUSAND

    @property
    def carbon_mg(self) -> float:
        """Software carbon intensity (SCI) of one unit [mg CO2]."""
        hardware_g = embodied(SERVER_G, self.used_s / 3600, SERVER_H, 1 / SERVER_CORES)
        joule = self.used_s * CORE_W
        return THOUSAND * software_intensity(joule / J_PER_KWH * GRID_G_PER_KWH, hardware_g, self.units)

    @property
    def row(self) -> Row:
        """Its line of the table."""
        return (
            f"CPU energy of {self.what}",
            f"{self.energy_mj:,.0f} mJ, {self.carbon_mg:.2f} mg CO2",
            f"{self.used_s / self.units * THOUSAND:.1f} ms CPU at {CORE_W:g} W a core; {self.how}",
        )


def energy(messages: int, calls: int) -> list[Row]:
    """Give both as lines of the table."""
    return [one.row for one in costs(messages, calls)]


def costs(messages: int, calls: int) -> tuple[Cost, Cost]:
    """Measure both.

    Parameters
    ----------
    messages : int
        Messages of one reading each.
    calls : int
        Requests of a hundred readings.
    """
    with platform() as settings, process(settings, "ingest"), process(settings, "process"), process(settings, "api"):
        connected(settings).close()
        roots = [os.getpid(), _postmaster(settings)]
        with Load(PORT) as load:
            load.publish(single_readings(SENSORS, 10_000 * SENSORS))
            wait_for(settings, SENSORS)
            _until_idle(settings)
            before_s = cpu_s(roots)
            load.publish(single_readings(messages))
            wait_for(settings, SENSORS + messages)
        _until_idle(settings)
        by_messages_s = cpu_s(roots) - before_s
        # Anew: a connection that lay idle is closed by the server.
        client = connected(settings)
        before_s = cpu_s(roots)
        _call(client, calls)
        by_calls_s = cpu_s(roots) - before_s
    return (
        Cost("1,000 messages", by_messages_s, messages / THOUSAND, f"{messages:,} messages, stored and computed"),
        Cost("an API call", by_calls_s, calls, f"{calls:,} requests of 100 readings"),
    )


def _postmaster(settings: Settings) -> int:
    with psycopg.connect(settings.database_url.get_secret_value()) as connection:
        return parent_of(connection.info.backend_pid)


def _until_idle(settings: Settings) -> None:
    """Wait until nothing is due."""
    with psycopg.connect(settings.database_url.get_secret_value(), autocommit=True) as connection:
        while (row := connection.execute("select count(*) from due_window").fetchone()) and row[0]:
            connection.execute("select pg_sleep(0.2)")


def _call(client: http.client.HTTPConnection, count: int) -> None:
    for _ in range(count):
        client.request("GET", PATH)
        client.getresponse().read()


def main() -> None:
    """Print every run, and the medians."""
    runs = []
    for number in range(1, RUNS + 1):
        runs.append(costs(MESSAGES, CALLS))
        for one in runs[-1]:
            print(f"run {number}: {'; '.join(one.row)}", flush=True)
    for same in zip(*runs, strict=True):
        middle = [
            statistics.median(values) for values in zip(*((one.energy_mj, one.carbon_mg) for one in same), strict=True)
        ]
        print(f"median of {RUNS}: {same[0].what}: {middle[0]:,.0f} mJ, {middle[1]:.3f} mg CO2")


if __name__ == "__main__":
    main()
