"""Time from a message's publication to its reading in an answer of the API, while the platform carries a load."""

from __future__ import annotations

import http.client
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import psycopg

from bench.load import Load
from bench.messages import SENSORS, Row, single_readings
from bench.platform import PATIENCE_S, PORT, platform, process, received
from emscher.settings import Settings

HUNDRED = 100
ROW_PAUSE_S = 0.001
ROW_IS_THERE = """
select from traffic_reading join sensor using (sensor_id) where key = 'bench.probe' and observed_at = %s
"""


def latency(rate_per_s: int, probes: int) -> Row:
    """Measure single messages beside a load, with ingest, processing and API running.

    Parameters
    ----------
    rate_per_s : int
        Messages per second of the load.
    probes : int
        Messages measured, one after the other.
    """
    with platform() as settings, process(settings, "ingest"), process(settings, "process"), process(settings, "api"):
        with Load(PORT) as load:
            while not received(settings):
                load.publish(single_readings(SENSORS, 10_000 * SENSORS))
                time.sleep(0.3)
        client = connected(settings)
        seconds = 3 + probes // 4
        command = [sys.executable, "-m", "bench.latency", str(rate_per_s), str(seconds)]
        with subprocess.Popen(command) as background:
            time.sleep(2)
            before, start_s = received(settings), time.perf_counter()
            with Load(PORT) as load:
                taken_ms = sorted(_probe(load, client, number) for number in range(probes))
            carried = (received(settings) - before) / (time.perf_counter() - start_s)
            background.kill()
    p50, p99 = statistics.median(taken_ms), statistics.quantiles(taken_ms, n=HUNDRED)[-1]
    return (
        f"publish to API at {rate_per_s:,} messages/s",
        f"p50 {p50:.0f} ms, p99 {p99:.0f} ms",
        f"{probes} probes; {carried:,.0f} messages/s stored meanwhile",
    )


def row_latency(rate_per_s: int, probes: int) -> Row:
    """Measure single messages beside a load, from the publication to the row that others can see.

    Parameters
    ----------
    rate_per_s : int
        Messages per second of the load.
    probes : int
        Messages measured, one after the other.
    """
    with platform() as settings, process(settings, "ingest"):
        with Load(PORT) as load:
            while not received(settings):
                load.publish(single_readings(SENSORS, 10_000 * SENSORS))
                time.sleep(0.3)
        command = [sys.executable, "-m", "bench.latency", str(rate_per_s), str(3 + probes // 8)]
        url = settings.database_url.get_secret_value()
        with subprocess.Popen(command) as background, psycopg.connect(url, autocommit=True) as connection:
            time.sleep(2)
            before, start_s = received(settings), time.perf_counter()
            with Load(PORT) as load:
                taken_ms = [_row_probe(load, connection, number) for number in range(probes)]
            carried = (received(settings) - before) / (time.perf_counter() - start_s)
            background.kill()
    p50, p99 = statistics.median(taken_ms), statistics.quantiles(taken_ms, n=HUNDRED)[-1]
    return (
        f"publish to row at {rate_per_s:,} messages/s",
        f"p50 {p50:.0f} ms, p99 {p99:.0f} ms",
        f"{probes} probes; {carried:,.0f} messages/s stored meanwhile",
    )


def _row_probe(load: Load, connection: psycopg.Connection, number: int) -> float:
    """Publish one reading and ask until its row is there [ms]."""
    end = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=number + 1)
    payload = f'{{"end":"{end:%Y-%m-%dT%H:%M:%SZ}","interval_s":60,"count":1}}'
    began_s = time.perf_counter()
    load.publish([(b"emscher/traffic/bench.probe", payload.encode())])
    while connection.execute(ROW_IS_THERE, (end - timedelta(minutes=1),)).fetchone() is None:
        time.sleep(ROW_PAUSE_S)
        if time.perf_counter() - began_s > PATIENCE_S:
            sys.exit("a reading did not come through")
    return (time.perf_counter() - began_s) * 1000


def _probe(load: Load, client: http.client.HTTPConnection, number: int) -> float:
    """Publish one reading and ask until it is there [ms]."""
    end = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=number + 1)
    start = end - timedelta(minutes=1)
    payload = f'{{"end":"{end:%Y-%m-%dT%H:%M:%SZ}","interval_s":60,"count":1}}'
    path = f"/v1/sensors/bench.probe/readings?from={start:%Y-%m-%dT%H:%M:%SZ}&to={end:%Y-%m-%dT%H:%M:%SZ}"
    began_s = time.perf_counter()
    load.publish([(b"emscher/traffic/bench.probe", payload.encode())])
    while True:
        client.request("GET", path)
        if b'"observed_at"' in client.getresponse().read():
            return (time.perf_counter() - began_s) * 1000
        if time.perf_counter() - began_s > PATIENCE_S:
            sys.exit("a reading did not come through")


def connected(settings: Settings) -> http.client.HTTPConnection:
    """Connect to the API once it is ready."""
    deadline = time.perf_counter() + PATIENCE_S
    while time.perf_counter() < deadline:
        client = http.client.HTTPConnection(settings.api_host, settings.api_port)
        try:
            client.request("GET", "/readyz")
            client.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return client
    sys.exit("the API does not answer")


def carry(rate_per_s: int, seconds: int) -> None:
    """Publish at a steady rate, as the background."""
    with Load(PORT) as load:
        load.publish(single_readings(rate_per_s * seconds), rate_per_s)


if __name__ == "__main__":
    carry(int(sys.argv[1]), int(sys.argv[2]))
