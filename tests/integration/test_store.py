"""The store: migrations, roles, the codec against a real server, retention."""

import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Literal

import numpy as np
import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from pydantic import SecretStr
from readings import Inlet, message, sample

from emscher.errors import DatabaseMissingError, MigrationError
from emscher.settings import Settings, load
from emscher.store import copy
from emscher.store.migrate import Flavour, migrate, migrations
from emscher.store.pool import connect
from emscher.store.table import columns
from processing.upkeep import run_once
from processing.worker import Worker


async def test_migrating_twice_applies_nothing_twice(empty_store: Settings, flavour: Flavour) -> None:
    """A second migration finds nothing to do."""
    laid, applied = await migrate(empty_store)
    assert laid == flavour
    assert [one.number for one in applied] == list(range(1, len(applied) + 1))
    assert await migrate(empty_store) == (flavour, [])


async def test_edited_migration_is_an_error(store: Settings) -> None:
    """A file that was edited after it was applied is refused by name."""
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute("update schema_migration set sha256 = 'other' where number = 4")
    with pytest.raises(MigrationError, match=r"0004_\w+ was edited"):
        await migrate(store)


async def test_newer_schema_is_an_error(store: Settings, flavour: Flavour) -> None:
    """A database that is ahead of the program is refused."""
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute("insert into schema_migration values (9999, 'tomorrow', '', %s)", (flavour,))
    with pytest.raises(MigrationError, match="Upgrade Emscher"):
        await migrate(store)


async def test_flavour_does_not_change(store: Settings, flavour: Flavour) -> None:
    """A schema laid in one flavour is not migrated in the other."""
    other = "plain" if flavour == "timescaledb" else "timescaledb"
    with pytest.raises(MigrationError, match="does not change its flavour"):
        await migrate(store.model_copy(update={"database_flavour": other}))


def test_both_flavours_have_the_same_steps() -> None:
    """The plain schema and the TimescaleDB schema are laid by steps of the same numbers and names."""
    steps = [[(one.number, one.name) for one in migrations(flavour)] for flavour in ("plain", "timescaledb")]
    assert steps[0] == steps[1]


async def test_database_that_is_not_there_is_one_line() -> None:
    """A database that does not answer is an error that says where and what to do."""
    nowhere = load({"database_url": SecretStr("postgresql://nobody@127.0.0.1:1/none")})
    with pytest.raises(DatabaseMissingError, match="EMSCHER_DATABASE_URL") as caught:
        await connect(nowhere, "writer")
    assert "\n" not in str(caught.value)


async def test_roles_get_passwords(store: Settings) -> None:
    """A password setting lets its role log in."""
    await migrate(store.model_copy(update={"database_reader_password": SecretStr("quote'\"s")}))
    async with await connect(store, "owner") as connection:
        cursor = await connection.execute("select rolcanlogin from pg_roles where rolname = 'emscher_reader'")
        assert await cursor.fetchone() == (True,)


@pytest.mark.parametrize(
    "table",
    [
        "wlan_reading",
        "wlan_latest",
        "wlan_indicator",
        "workload_reading",
        "workload_indicator",
        "energy_reading",
        "energy_indicator",
        "sensor",
        "rejected_message",
        "energy_latest",
    ],
)
async def test_public_role_cannot_read_what_is_internal(store: Settings, table: str) -> None:
    """The database itself refuses the public role everything that is not published."""
    async with await connect(store, "public") as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await connection.execute(sql.SQL("select * from {}").format(sql.Identifier(table)))


@pytest.mark.parametrize(
    "view",
    [
        "wlan_public",
        "energy_public",
        "open_sensor",
        "site",
        "traffic_indicator",
        "traffic_indicator_1h",
        "signal_indicator_1d",
        "traffic_latest",
        "threshold",
    ],
)
async def test_public_role_reads_what_is_published(store: Settings, view: str) -> None:
    """The public role reads the open and the k-anonymous views."""
    async with await connect(store, "public") as connection:
        await connection.execute(sql.SQL("select * from {}").format(sql.Identifier(view)))


async def test_reader_cannot_write(store: Settings) -> None:
    """The reader's role writes nothing."""
    async with await connect(store, "reader") as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await connection.execute("insert into site (key, kind, name) values ('a', 'b', 'c')")


async def test_no_table_has_a_column_for_a_person(store: Settings) -> None:
    """No column is named after a device, a session, a user or an address."""
    async with await connect(store, "owner") as connection:
        cursor = await connection.execute(
            "select table_name || '.' || column_name from information_schema.columns where table_schema = 'public'"
            " and column_name ~* '(mac|session|user|device|client_id|imsi|e_?mail|address|person|host)'"
        )
        assert await cursor.fetchall() == []


async def test_rows_survive_the_server(store: Settings) -> None:
    """Rows with every pattern of missing values come back from the server as they went."""
    generator = np.random.default_rng(1)
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute(
            "create temporary table kept (number integer not null, flag boolean not null, moment timestamptz not null,"
            " small smallint, count integer, large bigint, value double precision)"
        )
        shelf = await columns(connection, "kept")
        rows = np.zeros(500, copy.dtype_of(shelf))
        rows["number"] = np.arange(500)
        rows["flag"] = generator.random(500) < 0.5
        rows["moment"] = generator.integers(-(10**15), 4 * 10**15, 500).astype("M8[us]")
        for name in ("small", "count", "large", "value"):
            rows[name] = np.where(generator.random(500) < 0.4, np.nan, generator.integers(-30000, 30000, 500))
        async with connection.cursor() as cursor, cursor.copy("copy kept from stdin (format binary)") as out:
            await out.write(copy.encode(rows, shelf))
        text = (
            "copy (select number, flag, moment, coalesce(small::float8, 'NaN'), coalesce(count::float8, 'NaN'),"
            " coalesce(large::float8, 'NaN'), coalesce(value, 'NaN') from kept order by number)"
            " to stdout (format binary)"
        )
        async with connection.cursor() as cursor, cursor.copy(text) as reading:
            data = b"".join([bytes(part) async for part in reading])
    decoded = copy.decode(data, rows.dtype)
    for name in rows.dtype.names or ():
        np.testing.assert_array_equal(decoded[name], rows[name])


async def test_retention_follows_the_clock(store: Settings) -> None:
    """With the clock moved, readings past their retention are gone from every table, and younger ones are not."""
    start = datetime(2026, 1, 5, tzinfo=UTC)
    async with await connect(store, "owner", autocommit=True) as connection:
        for table in ("wlan_reading", "wlan_latest"):
            await connection.execute(
                sql.SQL(
                    "insert into {} (sensor_id, observed_at, simulated, interval_s, online)"
                    " select n, %(start)s + n * interval '1 day', true, 900, true from generate_series(0, 39) as n"
                ).format(sql.Identifier(table)),
                {"start": start},
            )
        now = start + timedelta(days=45)
        removed = await run_once(store, now)
        assert removed == {"wlan_reading": 15, "wlan_latest": 15}
        for table in ("wlan_reading", "wlan_latest"):
            cursor = await connection.execute(
                sql.SQL("select count(*), min(observed_at) from {}").format(sql.Identifier(table))
            )
            assert await cursor.fetchone() == (25, start + timedelta(days=15))


async def test_history_days_never_keeps_access_points_longer(store: Settings) -> None:
    """EMSCHER_HISTORY_DAYS keeps traffic longer, but nothing per access point."""
    start = datetime(2020, 1, 5, tzinfo=UTC)
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute(
            "insert into traffic_reading (sensor_id, observed_at, simulated, interval_s, status_bits)"
            " values (1, %s, true, 60, 0)",
            (start,),
        )
        await connection.execute(
            "insert into wlan_reading (sensor_id, observed_at, simulated, interval_s, online)"
            " values (1, %s, true, 900, true)",
            (start,),
        )
        removed = await run_once(store.model_copy(update={"history_days": 3650}), start + timedelta(days=400))
    assert removed == {"wlan_reading": 1}


async def test_processes_log_in_as_their_roles(store: Settings) -> None:
    """With logins of their own ingest writes, processing computes, the API reads, and none can take another's role."""
    passwords = {
        f"database_{role}_password": SecretStr(secrets.token_hex(8)) for role in ("writer", "reader", "public")
    }
    await migrate(store.model_copy(update=passwords))
    writer = store.model_copy(
        update={"database_url": _as(store, "emscher_writer", passwords["database_writer_password"])}
    )
    reader = store.model_copy(
        update={"database_url": _as(store, "emscher_reader", passwords["database_reader_password"])}
    )
    async with Inlet(writer) as inlet:
        books = await inlet.take([message("traffic", "r.1", line) for line in sample("traffic")])
        assert books["traffic"].stored == len(sample("traffic"))
    worker = Worker(writer, lambda: datetime.now(UTC), time.monotonic)
    await worker.open()
    try:
        assert await worker.step()
        while await worker.step():
            pass
    finally:
        await worker.close()
    roles: tuple[Literal["reader", "public"], ...] = ("reader", "public")
    for role in roles:
        async with await connect(reader, role) as connection:
            cursor = await connection.execute("select count(*) from traffic_indicator")
            assert await cursor.fetchone() == (len(sample("traffic")),)
    with pytest.raises(DatabaseMissingError, match="permission denied"):
        await connect(reader, "writer")


def _as(store: Settings, role: str, password: SecretStr) -> SecretStr:
    """Address of the store for another login."""
    parts = conninfo_to_dict(store.database_url.get_secret_value())
    host, port, name = parts["host"], parts["port"], parts["dbname"]
    return SecretStr(f"postgresql://{role}:{password.get_secret_value()}@/{name}?host={host}&port={port}")
