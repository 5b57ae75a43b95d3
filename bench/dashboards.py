"""Time of every panel's statement over a city of a thousand sensors, on plain PostgreSQL and on TimescaleDB."""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow
from pydantic import SecretStr

from bench.messages import Row
from dashboards.document import DASHBOARDS, documents
from dashboards.expansion import Period, expanded, first_choice, interpolated
from emscher.embedded import EmbeddedPostgres
from emscher.settings import load
from emscher.store.migrate import Flavour, migrate
from emscher.store.query import queries

SERVER = "BENCH_DATABASE_URL"
"""A server that offers TimescaleDB; without it, plain PostgreSQL alone is measured, on the embedded one."""
RUNS = 3
DAYS = {"now-24h": 1, "now-30d": 30}
ONCE = ("sites", "sensors", "newest")
Connection = psycopg.Connection[TupleRow]
Times = dict[tuple[str, int, str], tuple[int, float]]


def dashboards(days: int) -> Iterator[Row]:
    """Measure each panel over its dashboard's own period, in a store that holds some days.

    Parameters
    ----------
    days : int
        How many days of a thousand sensors there are.
    """
    with _server() as url:
        flavours: tuple[Flavour, ...] = ("plain", "timescaledb") if SERVER in os.environ else ("plain",)
        measured = {flavour: _measured(url, flavour, days) for flavour in flavours}
    for (board, number, title), (rows, _) in measured["plain"].items():
        taken = " | ".join(f"{times[board, number, title][1]:.0f} ms" for times in measured.values())
        yield (f"{board}: {title}", taken, f"{rows} rows; {', '.join(measured)}")


@contextmanager
def _server() -> Iterator[str]:
    if given := os.environ.get(SERVER):
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="emscher-bench-") as folder, EmbeddedPostgres(Path(folder)) as server:
        yield server.url_of("postgres")


def _measured(url: str, flavour: Flavour, days: int) -> Times:
    name = f"emscher_bench_{flavour}_{os.getpid()}"
    own = make_conninfo(url, dbname=name)
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(sql.SQL("create database {} template template0").format(sql.Identifier(name)))
        try:
            parts = conninfo_to_dict(own)
            place = f"host={parts['host']}&port={parts.get('port', 5432)}"
            address = f"postgresql://{parts.get('user', 'postgres')}@/{name}?{place}"
            asyncio.run(migrate(load({"database_url": SecretStr(address), "database_flavour": flavour})))
            with psycopg.connect(own, autocommit=True) as connection:
                _fill(connection, days)
                return _times(connection, flavour)
        finally:
            owner.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def _fill(connection: Connection, days: int) -> None:
    """Write the days, as a store has them that computed them one by one."""
    statements = queries("bench", "dashboards.sql")
    connection.execute("set synchronous_commit = off")
    for name in ONCE[:2]:
        connection.execute(statements[name].statement)
    today = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    for past in range(days, 0, -1):
        values = {"day": today - timedelta(days=past)}
        for name in (one for one in statements if one not in ONCE):
            connection.execute(statements[name].statement, values)
    connection.execute(statements[ONCE[2]].statement)
    for (name,) in connection.execute("select roll_ups()").fetchall():
        connection.execute("call refresh_roll_up(%s, null, null)", (name,))
    connection.execute("vacuum analyze")


def _times(connection: Connection, flavour: Flavour) -> Times:
    """Run each statement some times in the reader's role: its rows, and the median of its time [ms]."""
    connection.execute("set role emscher_reader")
    until = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(minutes=1)
    found: Times = {}
    for path, text in documents():
        if path.parent != DASHBOARDS / "en" or path.stem == "indicators":
            continue
        board: dict[str, Any] = json.loads(text)
        variables = board["templating"]["list"]
        chosen = first_choice(variables, lambda query: connection.execute(query.encode()).fetchall())
        period = Period(until - timedelta(days=DAYS[board["time"]["from"]]), until)
        for panel in board["panels"]:
            width_s = period.interval_s(panel.get("interval"))
            rows, taken_ms = 0, []
            for target in panel["targets"]:
                filled = interpolated(target["rawSql"], variables, chosen)
                statement = expanded(filled, period, width_s, timescaledb=flavour == "timescaledb").encode()
                runs = []
                for _ in range(RUNS):
                    began_s = time.perf_counter()
                    rows = len(connection.execute(statement).fetchall())
                    runs.append((time.perf_counter() - began_s) * 1000)
                taken_ms.append(statistics.median(runs))
            found[board["title"], panel["id"], panel["title"]] = (rows, sum(taken_ms))
    return found
