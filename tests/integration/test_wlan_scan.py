"""Rules P2 and P14: controllers' exports with 624 owners come in every way there is, and nothing of them is kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiomqtt
import pytest
import structlog
from fix_ingest import at_broker, ingesting, received
from fix_pipeline import compute
from fix_scan import everything, place
from identifier_scan import Owner, found_in, owners, texts

from emscher.embedded import EmbeddedBroker
from emscher.settings import Settings
from emscher.store.pool import connect
from ingest.collect import radius, respondd, unifi
from ingest.collect.outlet import Outlet
from ingest.collect.quarters import Quarters
from processing.publication import publish

OWNERS = 624
POINTS = 6


def _node(owner: Owner, number: int) -> dict[str, Any]:
    """A node as respondd tells of it."""
    node_id = owner.mac.replace(":", "")
    return {
        "online": True,
        "nodeinfo": {
            "node_id": node_id,
            "hostname": owner.hostname,
            "owner": {"contact": f"{owner.name} <{owner.email}>"},
            "network": {"mac": owner.mac, "addresses": [owner.ipv6, owner.ipv4]},
        },
        "statistics": {
            "node_id": node_id,
            "clients": {"total": number % 9},
            "traffic": {"rx": {"bytes": 1e6 * number}, "tx": {"bytes": 1e6 * number}},
            "uptime": 86_400.0,
        },
    }


def _client(owner: Owner) -> dict[str, Any]:
    """A client as UniFi tells of it."""
    return {
        "mac": owner.mac.upper(),
        "ip": owner.ipv4,
        "hostname": owner.hostname,
        "name": owner.name,
        "1x_identity": owner.email,
        "oui": "Example",
        "rssi": 31,
        "roam_count": 2,
        "dev_cat": 1,
    }


def _accounting(owner: Owner, at_s: int) -> str:
    """A record of RADIUS accounting."""
    bare = owner.mac.replace(":", "")
    return (
        f'\tUser-Name = "{owner.email}"\n\tNAS-Identifier = "{bare}"\n\tCalling-Station-Id = "{bare[:4]}.{bare[4:8]}.'
        f'{bare[8:]}"\n\tFramed-IP-Address = {owner.ipv4}\n\tAcct-Status-Type = Stop\n\tAcct-Input-Octets = 1000\n'
        f"\tTimestamp = {at_s}\n\n"
    )


def _messages(people: list[Owner]) -> Iterator[tuple[str, str]]:
    """Everything a misconfigured controller might send, on every kind of topic."""
    for number, owner in enumerate(people):
        node, client = _node(owner, number), _client(owner)
        shapes = [node["nodeinfo"], client, [[{"a": [client]}]], {"a": {"b": {"OWNER": owner.name}}}]
        for turn, shape in enumerate(shapes):
            stream = ("wlan", "traffic", "energy", "signal", "workload", "nonsense")[(number + turn) % 6]
            yield f"{stream}/{owner.hostname if turn == 1 else 'controller'}", json.dumps(shape)
        yield "traffic/radius", _accounting(owner, 0)
        yield f"wlan/{owner.hostname}", json.dumps(node)
        address = owner.identifiers[2:6][number % 4]
        yield f"traffic/{address}", '{"end":"2026-01-05T07:01:00Z","interval_s":60,"count":1}'
        yield f"clients/{owner.email}/{owner.mac}", "{}"


async def _collect(settings: Settings, people: list[Owner]) -> int:
    """Run exports through the collectors for two hours ago; give how many readings they made."""
    keys = {owner.mac.replace(":", ""): f"zone.{number}" for number, owner in enumerate(people[:POINTS])}
    now = datetime.now(UTC)
    start = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=3)
    points = {"data": [{**_client(one), "num_sta": 9, "uptime": 99, "clients": [_client(one)]} for one in people]}
    nodes = {"nodes": [_node(owner, number) for number, owner in enumerate(people)]}
    quarters, sent = Quarters(), []
    for minute in range(-5, 66, 5):
        polls = respondd.decode(json.dumps(nodes).encode(), keys)
        if minute % 2:
            polls = unifi.decode(json.dumps(points).encode(), keys)
        sent += quarters.add(start + timedelta(minutes=minute), polls, frozenset(keys.values()))
    lines = "".join(_accounting(owner, int(start.timestamp()) - 1800) for owner in people).splitlines(keepends=True)
    sent += radius.decode(lines, keys, now.timestamp())
    await Outlet(settings, stream="wlan").publish(sent)
    return len(sent)


async def _compute(store: Settings) -> int:
    await compute(store)
    return await publish(store, datetime.now(UTC))


@pytest.mark.mosquitto
async def test_no_owner_is_anywhere(
    store: Settings, broker: EmbeddedBroker, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Tables, views, logs, retained messages, report and answers hold none of 624 owners; what was to be kept is."""
    people = owners(OWNERS)
    wanted = sorted({one for owner in people for one in owner.identifiers})
    settings = at_broker(store, broker)
    await place(store, POINTS)
    messages = list(_messages(people))
    async with ingesting(settings):
        async with aiomqtt.Client("127.0.0.1", broker.port) as client:
            for topic, payload in messages:
                await client.publish(f"emscher/{topic}", payload, qos=1)
        readings = await _collect(settings, people)
        got, stored, _, rejected = await received(settings, len(messages) + readings)
    assert (got, stored, rejected) == (len(messages) + readings, readings, len(messages))
    assert readings == POINTS * 5
    assert await _compute(store) == 1
    places = {**await everything(store, broker, tmp_path)}
    reasons = places["rejected_message.reason"]
    assert "personal_data" in reasons or "unknown_field" in reasons
    assert "clients_concurrent_avg" in "".join(places.values())
    assert places["retained"] == ""
    places["log"] = "".join(capfd.readouterr())
    assert "request answered" in places["log"]
    assert {where: hits[:3] for where, text in places.items() if (hits := found_in(text, wanted))} == {}


async def test_the_scan_finds_what_is_planted(store: Settings) -> None:
    """An identifier in a text, in JSON or in bytes is found: the scan can fail."""
    one, two, three = owners(3)
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute(
            "insert into site (key, kind, name, metadata) values ('s', 'zone', %s, jsonb_build_object('a', %s::text))",
            (one.name.upper(), two.identifiers[4]),
        )
        await connection.execute(
            "insert into rejected_message (received_at, stream, reason, detail, readings, payload, payload_bytes)"
            " values (now(), 'traffic', 'malformed', '', 1, %s, 1)",
            (b"\xff" + three.email.encode(),),
        )
    wanted = [name for owner in (one, two, three) for name in owner.identifiers]
    hits = {where: found for where, text in await texts(store) if (found := found_in(text, wanted))}
    assert hits == {
        "site.name": [one.name.lower()],
        "site.metadata": [two.identifiers[4]],
        "rejected_message.payload": [three.email],
    }


@pytest.mark.mosquitto
async def test_the_scan_finds_what_is_planted_outside_of_tables(
    store: Settings, broker: EmbeddedBroker, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A name in a site reaches answers and the report, a retained message the broker, a value a log: all found."""
    one, two = owners(2)
    await place(store, 1)
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute("update site set name = %s where key = 'room'", (one.name,))
    async with aiomqtt.Client("127.0.0.1", broker.port) as client:
        await client.publish("elsewhere", two.email, qos=1, retain=True)
    places = {**await everything(store, broker, tmp_path)}
    structlog.get_logger().info("planted", what=two.ipv4)
    places["log"] = "".join(capfd.readouterr())
    hits = {where for where, text in places.items() if found_in(text, [*one.identifiers, *two.identifiers])}
    asked = {where for where in places if "/v1/" in where}
    assert hits >= {"site.name", ".html", ".json", "retained", "log"}
    assert hits >= {"application/json /v1/sites {}", "application/geo+json /v1/sites {}"}
    assert len(asked) > 150
    assert {where.split()[1] for where in asked} >= {"/v1/wlan/figures", "/v1/rejected/reasons", "/v1/readings/wlan"}
