"""Everything that may hold an identifier after a test has run: tables, views, answers, report, retained messages."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import aiomqtt
from answer_scan import answers
from fix_pipeline import rows
from identifier_scan import texts

from dashboards.report.command import make, save
from emscher.embedded import EmbeddedBroker
from emscher.settings import Settings
from emscher.store.pool import connect

PLACES = """
INSERT INTO site (key, kind, name) VALUES ('zone', 'wlan_zone', 'Zone'), ('room', 'server_room', 'Room');
INSERT INTO sensor (key, stream, site_id, configured)
SELECT 'zone.' || number, 'wlan', site_id, true FROM site, generate_series(0, %s - 1) AS number WHERE key = 'zone';
INSERT INTO sensor (key, stream, site_id, configured, metadata)
SELECT 'room.meter', 'energy', site_id, true, '{"measurement_point": "utility"}' FROM site WHERE key = 'room';
INSERT INTO sensor (key, stream, site_id, configured) SELECT 'lane.1', 'traffic', site_id, true FROM site
WHERE key = 'room';
"""


async def place(store: Settings, points: int) -> None:
    """Configure a zone of some access points, a meter and a lane."""
    async with await connect(store, "owner", autocommit=True) as connection:
        for statement in (PLACES % points).split(";\n"):
            if statement.strip():
                await connection.execute(statement.encode())


async def retained(broker: EmbeddedBroker) -> list[str]:
    """What a new subscriber to everything is given before its own message."""
    seen: list[str] = []
    async with aiomqtt.Client("127.0.0.1", broker.port) as client, asyncio.timeout(60):
        await client.subscribe("#", qos=1)
        await client.publish("last", b"", qos=1)
        async for message in client.messages:
            if str(message.topic) == "last":
                return seen
            seen.append(f"{message.topic} {message.payload!r}")
    return seen


async def everything(store: Settings, broker: EmbeddedBroker, folder: Path) -> Mapping[str, str]:
    """Read every place; every answer is one of status 200.

    Parameters
    ----------
    store, broker : Settings, EmbeddedBroker
        What was running.
    folder : Path
        For the report.
    """
    numbers: Sequence[str] = [
        str(one) for (one,) in await rows(store, "select rejected_id from rejected_message order by 1 desc limit 3")
    ]
    known = {
        "key": ["zone.0", "lane.1"],
        "number": numbers,
        "site": ["zone", "room"],
        "sensor": ["zone.0", "lane.1"],
        "bucket": ["1h", "1d", "all"],
        "state": ["kept", "stored"],
        "reason": ["unknown_field", "personal_data"],
        "vintage": ["2026"],
        "configured": ["true", "false"],
        "hours": ["2"],
        "from_hour": ["8"],
        "energy_kwh": ["3"],
    }
    found, left_out = await answers(store, known)
    assert left_out <= {"/v1/live"}
    now = datetime.now(UTC)
    report, content = await make(store, f"{now.year}Q{(now.month + 2) // 3}", now)
    files = {path.suffix: path.read_text() for path in save(report, content, folder, store.time_zone)}
    assert set(files) == {".html", ".csv", ".json"}
    return {**dict(await texts(store)), **found, **files, "retained": "\n".join(await retained(broker))}
