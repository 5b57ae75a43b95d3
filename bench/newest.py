"""Time of an answer that holds the newest reading of every sensor, over HTTP, while readings go on changing."""

from __future__ import annotations

import statistics
import threading
import time
from datetime import timedelta

import psycopg

from bench.latency import HUNDRED, connected
from bench.messages import Row
from bench.platform import platform, process

REQUESTS = 200
FILL = """
insert into sensor (key, stream, site_id, configured)
select 'n.' || n, 'traffic', 1, true from generate_series(1, %s) as n
"""
NEWEST = """
insert into traffic_latest (sensor_id, observed_at, simulated, interval_s, count, occupancy_pct, speed_kmh, status_bits)
select sensor_id, now(), true, 60, 12, 7.5, 48.5, 0 from sensor
"""
CHANGE = """
update traffic_latest set observed_at = observed_at + %s, count = 13 where sensor_id %% 60 = %s
"""


def newest(sensors: int) -> Row:
    """Ask for all sensors again and again, a sixtieth of which change every second."""
    with platform() as settings, process(settings, "api"):
        url = settings.database_url.get_secret_value()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(FILL.replace("%s", str(sensors)).encode())
            connection.execute(NEWEST.encode())
        done = threading.Event()
        changing = threading.Thread(target=_change, args=(url, done))
        changing.start()
        client = connected(settings)
        taken_ms = []
        size = 0
        for _ in range(REQUESTS):
            began_s = time.perf_counter()
            client.request("GET", "/v1/latest")
            size = len(client.getresponse().read())
            taken_ms.append((time.perf_counter() - began_s) * 1000)
        done.set()
        changing.join()
    p50, p99 = statistics.median(taken_ms), statistics.quantiles(taken_ms, n=HUNDRED)[-1]
    how = f"{size / 1e6:.1f} MB of JSON, a sixtieth of the sensors changing each second"
    return (f"newest reading of {sensors:,} sensors", f"p50 {p50:.0f} ms, p99 {p99:.0f} ms", how)


def _change(url: str, done: threading.Event) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        second = 0
        while not done.wait(1.0):
            connection.execute(CHANGE.encode(), (timedelta(minutes=1), second % 60))
            second += 1
