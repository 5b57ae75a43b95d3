"""Rules P3, P8, P10 and P16: what the schema could hold of persons, and the record that lists rules and tests."""

from __future__ import annotations

import re
from pathlib import Path

from emscher.privacy import holds_identifier
from emscher.settings import Settings
from emscher.store.pool import connect
from processing.catalog import catalog
from processing.figures.titles import EVERY

ROOT = Path(__file__).parents[2]
RECORD = ROOT / "docs" / "privacy.md"
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


async def test_wlan_is_joined_with_nothing_else(store: Settings) -> None:
    """No view that reads WLAN reads traffic, signals, sections, forecasts, incidents or applications too."""
    async with await connect(store, "owner") as connection:
        cursor = await connection.execute(
            "select viewname, definition from pg_views where schemaname = 'public' and definition ~ 'wlan_'"
        )
        views: dict[str, str] = dict(await cursor.fetchall())
    assert views.keys() >= {"wlan_public", "wlan_public_1d", "wlan_profile", "wlan_zone"}
    others = re.compile(r"\b(traffic|signal|lane|section|cross_section|approach|forecast|incident|workload)_\w+")
    assert {name: others.search(text) for name, text in views.items() if others.search(text)} == {}


def test_nothing_is_named_after_visitors() -> None:
    """Devices, not persons: no indicator and no figure counts visitors, and those of WLAN say devices at once."""
    names = [
        *(f"{one.name} {one.indicator.name_en} {one.indicator.name_de}" for one in catalog()),
        *(f"{name} {title.name_en} {title.name_de}" for name, title in EVERY.items()),
    ]
    told = r"visitor|besuch|unique|person(?!enkraftwagen)|people|mensch"
    assert [one for one in names if re.search(told, one, re.IGNORECASE)] == []
    clients = [one.indicator for one in catalog() if one.indicator.column.startswith("clients")]
    assert clients
    assert all(one.column.startswith("clients_concurrent") and one.unit == "devices" for one in clients)


def test_every_rule_names_tests_that_exist() -> None:
    """Of P1 to P16 each stands once in the record, with tests that are there."""
    rules = re.findall(r"^\| (P\d+) \|.*\|(.*)\|$", RECORD.read_text(), re.MULTILINE)
    assert [rule for rule, _ in rules] == [f"P{number}" for number in range(1, 17)]
    for rule, said in rules:
        named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", said)
        assert named, rule
        for path, test in named:
            assert re.search(rf"^(async )?def {test}\(", (ROOT / path).read_text(), re.MULTILINE), (rule, path, test)
