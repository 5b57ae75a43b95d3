"""Rules P3 and P16: what the schema could hold of persons, and the record that lists it."""

from __future__ import annotations

import re
from pathlib import Path

from emscher.privacy import holds_identifier
from emscher.settings import Settings
from emscher.store.pool import connect

RECORD = Path(__file__).parents[2] / "docs" / "privacy.md"
EXEMPT = {"name", "latitude", "longitude"}
"""Of sites and sensors of the city, of migrations and limits: never of persons."""


async def test_wlan_has_no_key_finer_than_access_point_and_quarter_hour(store: Settings) -> None:
    """The keys of all tables of WLAN are those that are meant, and readings are quarter hours of the clock."""
    async with await connect(store, "owner") as connection:
        cursor = await connection.execute(
            "select c.relname, array_agg(a.attname::text order by a.attname) from pg_index i"
            " join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace"
            " join pg_attribute a on a.attrelid = c.oid and a.attnum = any(i.indkey)"
            " where i.indisprimary and n.nspname = 'public' and c.relname like 'wlan%' group by c.relname"
        )
        keys: dict[str, list[str]] = dict(await cursor.fetchall())
    assert keys.pop("wlan_reading") == ["observed_at", "sensor_id"]
    assert keys.pop("wlan_latest") == ["sensor_id"]
    assert set(keys) == {"wlan_indicator", "wlan_publication", "wlan_unpublished"}
    assert {tuple(columns) for columns in keys.values()} == {("site_id", "window_start")}


async def test_columns_that_could_hold_persons_are_listed(store: Settings) -> None:
    """No column is named after a person or a device, and what is kept of refused messages is what the record says."""
    async with await connect(store, "owner") as connection:
        cursor = await connection.execute(
            "select table_name, column_name, data_type from information_schema.columns where table_schema = 'public'"
        )
        columns = await cursor.fetchall()
    named = {(table, name) for table, name, _ in columns if holds_identifier(f'"{name}":'.encode())}
    assert {one for one in named if one[1] not in EXEMPT} == set()
    written = {"detail", "payload", "sensor_key", "topic"}
    free = {f"{table}.{name}" for table, name, _ in columns if table == "rejected_message" and name in written}
    assert set(re.findall(r"^- `([a-z_.]+)`$", RECORD.read_text(), re.MULTILINE)) == free
