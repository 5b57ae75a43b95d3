"""Virtual cross-sections on a real database: balanced from those of other sites, and compared with a measured one."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fix_pipeline import follow
from psycopg.types.json import Jsonb
from readings import message

from emscher.settings import Settings
from emscher.store.pool import connect
from ingest.message import Message

START = datetime(2026, 1, 5, 6, 0, tzinfo=UTC)
PARTS: list[dict[str, Any]] = [{"site": "main", "bearing_deg": 90}, {"site": "exit", "bearing_deg": 90, "share": -1}]
MEASURED = {"site": "after", "bearing_deg": 90}
COUNTS = {"main": 20, "exit": 5, "after": 12}


def _minutes(site: str, minutes: range) -> list[Message]:
    """Make minutes of one lane; its speed does not stand still."""
    found = []
    for minute in minutes:
        end = (START + timedelta(minutes=minute + 1)).isoformat()
        values = {"count": COUNTS[site], "speed_kmh": 50 + minute % 2}
        found.append(message("traffic", f"{site}.1", {"end": end, "interval_s": 60, **values}))
    return found


async def _computed(store: Settings, sections: object, batches: Sequence[Sequence[Message]]) -> list[dict[str, Any]]:
    sites: dict[str, dict[str, object]] = {**{one: {} for one in COUNTS}, "road": {"virtual_sections": sections}}
    async with await connect(store, "owner", autocommit=True) as connection:
        for key, metadata in sites.items():
            await connection.execute(
                "insert into site (key, kind, name, metadata) values (%s, 'x', '', %s)", (key, Jsonb(metadata))
            )
        await connection.execute(
            "insert into sensor (key, stream, site_id, configured, metadata)"
            """ select key || '.1', 'traffic', site_id, true, '{"direction": "E"}' from site where key <> 'road'"""
        )
        await follow(store, batches, START + timedelta(hours=1))
        cursor = await connection.execute(
            "select to_jsonb(v) - 'revision' - 'computed_at' from virtual_section_indicator v"
            " order by section, window_start"
        )
        return [row for (row,) in await cursor.fetchall()]


async def test_balance_and_deviation(store: Settings) -> None:
    """Of 20 vehicles 5 leave: 15 remain, 12 are counted there, 20 % too few; the speed is the first part's."""
    sections = [{"parts": PARTS, "speed_of": 1, "measured": MEASURED}]
    rows = await _computed(store, sections, [_minutes(site, range(10)) for site in COUNTS])
    assert len(rows) == 10
    first = rows[0]
    assert (first["flow_veh_h"], first["speed_kmh"], first["measured_flow_veh_h"]) == (900, 50, 720)
    assert first["deviation_pct"] == pytest.approx(-20)
    assert (first["reason"], first["quality_ratio"], first["interpolated"]) == (0, 1, False)


async def test_order_does_not_matter_and_what_is_missing_says_so(store: Settings) -> None:
    """A part that comes late completes its minutes; where it never comes there is no flow, with the reason."""
    late = [_minutes("after", range(4)), _minutes("exit", range(2)), _minutes("main", range(4))]
    rows = await _computed(store, [{"parts": PARTS, "measured": MEASURED}], late)
    assert [row["flow_veh_h"] for row in rows] == [900, 900, None, None]
    assert [row["reason"] for row in rows] == [0, 0, 1, 1]
    assert {row["speed_kmh"] for row in rows} == {None}


async def test_wrong_description_leaves_nothing_but_the_reason(store: Settings) -> None:
    """A site that does not exist spoils its section and no other."""
    broken = {"parts": [*PARTS, {"site": "nowhere", "bearing_deg": 90}]}
    rows = await _computed(store, [broken, {"parts": PARTS}], [_minutes(site, range(1)) for site in COUNTS])
    assert [(row["section"], row["flow_veh_h"], row["reason"]) for row in rows] == [(1, None, 2), (2, 900, 0)]
